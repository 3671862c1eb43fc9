"""What every page of an edition has around its content: name plate, sections, foot, the feed's address."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import get_template
from markupsafe import Markup

from broadsheet.kit.public import language_prefix
from broadsheet.kit.slots import register_slot
from broadsheet.newsroom.queries import editions
from broadsheet.newsroom.queries.editions import Plate
from broadsheet.newsroom.renderers.feeds import FORMATS
from broadsheet.newsroom.renderers.opensearch import MEDIA_TYPE, opensearch_path
from broadsheet.theme.documents import Head
from broadsheet.theme.filters import absolute, address, plain
from broadsheet.theme.languages import active_language, language


def register() -> None:
    """Fill the places that the theme's base page leaves for the newsroom."""
    register_slot("page.name", name)
    register_slot("page.masthead", masthead)
    register_slot("page.foot", foot)
    register_slot("page.head", head_links)
    register_slot("page.head", search_link)


def _plate() -> Plate | None:
    return editions.plate(active_language().code)


def name(head: Head) -> str | None:
    """The edition's name."""
    plate = _plate()
    return plate.name if plate else None


def masthead(head: Head) -> Markup | None:
    """Name plate and sections, and the way to the same page in other languages."""
    plate = _plate()
    if plate is None:
        return None
    elsewhere = dict(head.alternates)
    others = [
        (language(code), elsewhere.get(code, f"{language_prefix(code)}/"))
        for code, _name in editions.editions()
        if code != plate.code
    ]
    links = [link for link in editions.sections(plate) if link.depth == 1]
    return _render("newsroom/masthead.html", plate=plate, sections=links, others=others, head=head)


def foot(head: Head) -> Markup | None:
    """The edition's statement, sections and pages about itself."""
    plate = _plate()
    if plate is None:
        return None
    links = [link for link in editions.sections(plate) if link.depth == 1]
    pages = editions.static_pages(plate)
    return _render("newsroom/foot.html", plate=plate, sections=links, pages=pages)


def head_links(head: Head) -> Markup | None:
    """For programs: the feeds, and which of a page's translations is for readers of any other language."""
    plate = _plate()
    if plate is None:
        return None
    links = [(one.content_type, plate.name, plate.home + one.file) for one in FORMATS.values()]
    if head.feeds:
        title = f"{head.title} – {plate.name}"
        links += [(one.content_type, title, head.feeds + one.file) for one in FORMATS.values()]
    feed = Markup('<link rel="alternate" type="{}" title="{}" href="{}">')
    made = [feed.format(kind, plain(title), address(path)) for kind, title, path in links]
    default = dict(head.alternates).get(settings.LANGUAGE_CODE)
    if default and head.listed and len(head.alternates) > 1:
        other = Markup('<link rel="alternate" hreflang="x-default" href="{}">')
        made.append(other.format(absolute(default)))
    return Markup("\n").join(made)


def search_link(head: Head) -> Markup | None:
    """The search, for browsers that offer it in their address bar."""
    plate = _plate()
    if plate is None:
        return None
    return Markup('<link rel="search" type="{}" title="{}" href="{}">').format(
        MEDIA_TYPE, plain(plate.name), address(opensearch_path(plate.prefix))
    )


def _render(template: str, **context: object) -> Markup:
    return Markup(get_template(template, using="jinja2").render(context))  # noqa: S704 - escaped in it
