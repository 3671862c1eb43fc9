"""Pages that list stories: sections, authors, topics, series, and the months of their archives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from markupsafe import Markup

from broadsheet.kit.public import Document
from broadsheet.kit.reads import reader
from broadsheet.newsroom.models import Article, Author, SectionPage
from broadsheet.newsroom.queries import editions, stories
from broadsheet.newsroom.queries.editions import Link, Plate
from broadsheet.newsroom.renderers.cards import month_links, register_address, register_of
from broadsheet.theme.documents import Head, html_document, html_text
from broadsheet.theme.filters import month as month_name

LISTED = 30
"""Stories on the first page of a section, author or topic; older ones are in its months."""


def section_document(section: SectionPage, plate: Plate) -> Document:
    """A section's page: what is new in it, the sections below it, its months."""
    sections = editions.sections(plate)
    inside = [link for link in sections if link.url_path.startswith(section.url_path)]
    head = Head(
        title=section.title,
        path=editions.tree_address(plate.prefix, section.url_path),
        description=section.introduction,
        alternates=sorted(editions.translations_of(section).items()),
    )
    return _newest(
        plate,
        head,
        f"section/{section.pk}",
        has_lead=True,
        above=editions.section_of(section.url_path, sections),
        below=[link for link in inside if link.depth == section.depth - 1],
    )


def author_document(pk: int) -> Document | None:
    """An author's page; None where the author or their language's edition is not there."""
    author = stories.author(pk)
    plate = editions.plate(author.locale.language_code) if author else None
    if author is None or plate is None:
        return None
    path = register_address(author, plate.code)
    head = Head(title=author.name, path=path, description=author.biography, kind="profile")
    return _newest(plate, head, f"author/{pk}", person=author)


def topic_document(pk: int) -> Document | None:
    """A topic's page; None where the topic or its language's edition is not there."""
    topic = stories.topic(pk)
    plate = editions.plate(topic.locale.language_code) if topic else None
    if topic is None or plate is None:
        return None
    path = register_address(topic, plate.code)
    head = Head(title=topic.name, path=path, description=topic.description)
    with translation.override(plate.code):
        label = _("Topic")
    return _newest(plate, head, f"topic/{pk}", label=label, has_lead=True)


def series_document(pk: int) -> Document | None:
    """A series' page; None where the series or its language's edition is not there."""
    series = stories.series(pk)
    plate = editions.plate(series.locale.language_code) if series else None
    if series is None or plate is None:
        return None
    path = register_address(series, plate.code)
    head = Head(title=series.name, path=path, description=series.description)
    with translation.override(plate.code):
        label = _("Series")
    return _newest(plate, head, f"series/{pk}", label=label)


def month_document(scope: str, month: str) -> Document | None:
    """A month's stories of a scope, under the address of what the scope names; None when there is none."""
    found = stories.month_stories(scope, month)
    where = place(scope)
    if not found or where is None:
        return None
    plate, above = where
    with translation.override(plate.code):
        heading = month_name(month)
        title = _("%(name)s, %(month)s") % {"name": above.title, "month": heading}
    head = Head(title=title, path=month_links(above.url, [month])[0].url)
    return _document(plate, head, scope, found, above=above, heading=heading)


def _newest(plate: Plate, head: Head, scope: str, **more: Any) -> Document:
    months = month_links(head.path, stories.archive_months(scope))
    found = stories.latest_stories(scope, LISTED)
    if found:
        head = replace(head, feeds=head.path)
    return _document(plate, head, scope, found, months=months, **more)


def _document(
    plate: Plate,
    head: Head,
    scope: str,
    found: Sequence[Article],
    *,
    above: Link | None = None,
    heading: str = "",
    label: str = "",
    has_lead: bool = False,
    below: Sequence[Link] = (),
    person: Author | None = None,
    months: Sequence[object] = (),
) -> Document:
    return html_document(
        "newsroom/list.html",
        code=plate.code,
        head=head,
        above=above,
        heading=heading or head.title,
        label=label,
        below=below,
        person=person,
        rows=[
            row(
                plate.code,
                story.pk,
                with_section=not scope.startswith("section/"),
                leads=has_lead and number == 0,
            )
            for number, story in enumerate(found)
        ],
        months=months,
    )


@reader(lambda code, pk, *, with_section, leads: [], lasting=True)
def row(code: str, pk: int, *, with_section: bool, leads: bool) -> Markup:
    """A story as the lists of an edition show it, made once for all of them; empty where it is not public.

    One that `leads` its list is larger.
    """
    found, plate = stories.chosen_stories([pk]), editions.plate(code)
    if plate is None or not found:
        return Markup("")
    card = register_of(plate).card(found[0])
    text = html_text(
        "newsroom/row.html", code=code, card=card, with_section=with_section, leads=leads
    )
    return Markup(text)  # noqa: S704 - escaped in it


def place(scope: str) -> tuple[Plate, Link] | None:
    """The edition of a scope (`site/<code>`, `section/<pk>`, `author/<pk>`, `topic/<pk>`, `series/<pk>`) and the
    page whose archive it is; None where that page is not public."""
    kind, _sep, ident = scope.partition("/")
    if kind == "site":
        plate = editions.plate(ident)
        return (plate, _link(plate.front_pk, plate.name, plate.home)) if plate else None
    if kind == "section":
        return _section_place(int(ident))
    rows = {"author": stories.author, "topic": stories.topic, "series": stories.series}
    found = rows[kind](int(ident))
    plate = editions.plate(found.locale.language_code) if found else None
    if found is None or plate is None:
        return None
    return plate, _link(found.pk, found.name, register_address(found, plate.code))


def _section_place(pk: int) -> tuple[Plate, Link] | None:
    page = stories.page(pk)
    plate = editions.plate(page.locale.language_code) if page is not None else None
    if page is None or plate is None:
        return None
    return plate, _link(pk, page.title, editions.tree_address(plate.prefix, page.url_path))


def _link(pk: int, title: str, url: str) -> Link:
    return Link(pk, title, url, "", 1)
