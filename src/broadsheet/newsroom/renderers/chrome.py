"""What every page of an edition has around its content: name plate, sections, foot, the feed's address."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import get_template
from markupsafe import Markup

from broadsheet.kit.public import language_prefix
from broadsheet.kit.reads import reader
from broadsheet.kit.slots import register_slot
from broadsheet.newsroom.queries import editions
from broadsheet.newsroom.queries.editions import Plate
from broadsheet.newsroom.renderers.feeds import FORMATS
from broadsheet.newsroom.renderers.opensearch import MEDIA_TYPE, opensearch_path
from broadsheet.newsroom.renderers.sharing import shared_edition
from broadsheet.theme.documents import Head
from broadsheet.theme.filters import absolute, address, plain
from broadsheet.theme.languages import Language, active_language, language


def register() -> None:
    """Fill the places that the theme's base page leaves for the newsroom."""
    register_slot("page.name", name)
    register_slot("page.masthead", masthead)
    register_slot("page.foot", foot)
    register_slot("page.head", head_links)
    register_slot("page.head", search_link)
    register_slot("page.share", share)


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
    links = [link.url for link in editions.sections(plate) if link.depth == 1]
    current = head.path if head.path in links else ""
    return _masthead(plate, tuple(others), current, is_front=head.is_front)


@reader(lambda plate, others, current, *, is_front: [], shared=True)
def _masthead(
    plate: Plate, others: tuple[tuple[Language, str], ...], current: str, *, is_front: bool
) -> Markup:
    """Made once for all pages on which it is the same; `current` is the section's page that it stands on."""
    links = [link for link in editions.sections(plate) if link.depth == 1]
    return _render(
        "newsroom/masthead.html",
        plate=plate,
        sections=links,
        others=others,
        current=current,
        is_front=is_front,
    )


def foot(head: Head) -> Markup | None:
    """The edition's statement, sections and pages about itself."""
    plate = _plate()
    return _foot(plate) if plate else None


@reader(lambda plate: [], shared=True)
def _foot(plate: Plate) -> Markup:
    """Made once for all pages of an edition."""
    links = [link for link in editions.sections(plate) if link.depth == 1]
    pages = editions.static_pages(plate)
    return _render("newsroom/foot.html", plate=plate, sections=links, pages=pages)


def share(head: Head) -> Markup | None:
    """What stands beside a link to a page that has no picture of its own: the edition's card."""
    plate = _plate()
    shared = shared_edition(plate) if plate and head.listed else None
    return _render("theme/shared.html", shared=shared) if shared else None


def head_links(head: Head) -> Markup | None:
    """For programs: the feeds, and which of a page's translations is for readers of any other language."""
    plate = _plate()
    if plate is None:
        return None
    made = [_feeds(plate.name, plate.home)]
    if head.feeds:
        made.append(_feeds(f"{head.title} – {plate.name}", head.feeds))
    default = dict(head.alternates).get(settings.LANGUAGE_CODE)
    if default and head.listed and len(head.alternates) > 1:
        other = Markup('<link rel="alternate" hreflang="x-default" href="{}">')
        made.append(other.format(absolute(default)))
    return Markup("\n").join(made)


def _feeds(title: str, base: str) -> Markup:
    feed = Markup('<link rel="alternate" type="{}" title="{}" href="{}">')
    kinds = ((one.content_type, address(base + one.file)) for one in FORMATS.values())
    return Markup("\n").join(feed.format(kind, plain(title), path) for kind, path in kinds)


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
