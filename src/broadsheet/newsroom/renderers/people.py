"""Pages of authors and topics, and where the archive of a scope lies."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from broadsheet.kit.public import Document
from broadsheet.newsroom.queries import editions, stories
from broadsheet.newsroom.queries.editions import Link, Plate
from broadsheet.newsroom.renderers.cards import (
    Register,
    author_address,
    month_links,
    topic_address,
)
from broadsheet.theme.documents import Head, html_document
from broadsheet.theme.filters import month as month_name

LISTED = 30


def author_document(pk: int) -> Document | None:
    """An author's page; None where the author or their language's edition is not there."""
    author = stories.author(pk)
    plate = editions.plate(author.locale.language_code) if author else None
    if author is None or plate is None:
        return None
    path = author_address(author, plate.code)
    return _list_document(
        plate,
        Head(title=author.name, path=path, description=author.biography, kind="profile"),
        scope=f"author/{pk}",
        introduction=author.biography,
        portrait=author.portrait,
        role=author.role,
        email=author.email,
    )


def topic_document(pk: int) -> Document | None:
    """A topic's page; None where it has no live story."""
    topic = stories.topic(pk)
    plate = editions.plate(topic.locale.language_code) if topic else None
    if topic is None or plate is None:
        return None
    return _list_document(
        plate,
        Head(
            title=topic.name,
            path=topic_address(topic, plate.code),
            description=topic.description,
        ),
        scope=f"topic/{pk}",
        introduction=topic.description,
    )


def _list_document(
    plate: Plate,
    head: Head,
    *,
    scope: str,
    introduction: str,
    portrait: object = None,
    role: str = "",
    email: str = "",
) -> Document:
    found = stories.latest_stories(scope, LISTED)
    return html_document(
        "newsroom/list.html",
        code=plate.code,
        head=head,
        above=None,
        below=[],
        heading=head.title,
        introduction=introduction,
        portrait=portrait,
        role=role,
        email=email,
        stories=Register(plate).cards(found),
        with_kicker=True,
        months=month_links(head.path, stories.archive_months(scope)),
    )


def place(scope: str) -> tuple[Plate, Link] | None:
    """The edition of a scope (`site/<code>`, `section/<pk>`, `author/<pk>`, `topic/<pk>`) and the page whose
    archive it is; None where that page is not public."""
    kind, _sep, ident = scope.partition("/")
    if kind == "site":
        plate = editions.plate(ident)
        return (plate, _link(plate.front_pk, plate.name, plate.home)) if plate else None
    if kind == "section":
        return _section_place(int(ident))
    found = stories.author(int(ident)) if kind == "author" else stories.topic(int(ident))
    plate = editions.plate(found.locale.language_code) if found else None
    if found is None or plate is None:
        return None
    address = f"{plate.prefix}/{kind}s/{found.slug}/"
    return plate, _link(found.pk, found.name, address)


def _section_place(pk: int) -> tuple[Plate, Link] | None:
    page = stories.page(pk)
    plate = editions.plate(page.locale.language_code) if page is not None and page.live else None
    if page is None or plate is None:
        return None
    return plate, _link(pk, page.title, editions.tree_address(plate, page.url_path))


def _link(pk: int, title: str, url: str) -> Link:
    return Link(pk, title, url, "", 1)


def month_title(code: str, name: str, month: str) -> str:
    """The heading of a month's page in the language of a code."""
    with translation.override(code):
        return _("%(name)s, %(month)s") % {"name": name, "month": month_name(month)}
