"""What every page of an edition has around its content: name plate, sections, foot, the feed's address."""

from __future__ import annotations

from django.template.loader import get_template
from markupsafe import Markup

from broadsheet.kit.public import language_prefix
from broadsheet.kit.slots import register_slot
from broadsheet.newsroom.queries import editions
from broadsheet.newsroom.queries.editions import Plate
from broadsheet.theme.documents import Head
from broadsheet.theme.languages import active_language, language


def register() -> None:
    """Fill the places that the theme's base page leaves for the newsroom."""
    register_slot("page.name", name)
    register_slot("page.masthead", masthead)
    register_slot("page.foot", foot)
    register_slot("page.head", feed_link)


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


def feed_link(head: Head) -> Markup | None:
    """The feed, for programs that read it."""
    plate = _plate()
    if plate is None:
        return None
    return Markup(
        '<link rel="alternate" type="application/rss+xml" title="{}" href="{}/feed.xml">'
    ).format(plate.name, plate.prefix)


def _render(template: str, **context: object) -> Markup:
    return Markup(get_template(template, using="jinja2").render(context))  # noqa: S704 - escaped in it
