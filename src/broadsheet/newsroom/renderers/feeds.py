"""Feeds of the site and of each section, author and topic: RSS 2.0 (RSS Advisory Board, 2009), Atom 1.0
(RFC 4287) and JSON Feed 1.1, all of the same stories."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from lxml import etree

from broadsheet.kit.public import Document
from broadsheet.newsroom.queries import stories
from broadsheet.newsroom.queries.editions import Plate
from broadsheet.newsroom.renderers.cards import Card, Register, register_of
from broadsheet.newsroom.renderers.lists import place
from broadsheet.theme.filters import absolute, plain, without_unspeakable

T = TypeVar("T")

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
IN_FEED = 30
BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""When a feed without any story was last changed."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says, whatever the format."""

    register: Register
    title: str
    home: str
    path: str
    cards: Sequence[Card]

    @property
    def plate(self) -> Plate:
        return self.register.plate

    @property
    def updated(self) -> dt.datetime:
        return max((card.updated for card in self.cards), default=BEGINNING)

    def items(self, make: Callable[[Card], T]) -> Iterator[T]:
        """What a format makes of each story: once for all feeds of a sheet, which share most of theirs."""
        return (self.register.made(make, card) for card in self.cards)


def feed_document(format_: str, scope: str) -> Document | None:
    """The newest stories of `site/<code>`, `section/<pk>`, `author/<pk>` or `topic/<pk>` as `rss`, `atom` or `json`.

    None where the scope is not public, or, but for a site, has no story.
    """
    where = place(scope)
    found = stories.latest_stories(scope, IN_FEED)
    if where is None or not (found or scope.startswith("site/")):
        return None
    plate, above = where
    register = register_of(plate)
    with translation.override(plate.code):
        title = plain(plate.name)
        if above.url != plate.home:
            title = f"{plain(above.title)} – {title}"
        feed = Feed(
            register,
            title,
            above.url,
            above.url + FORMATS[format_].file,
            register.cards(found),
        )
        return FORMATS[format_].render(feed)


def _ident(card: Card) -> str:
    """What names a story in every feed (RFC 4151): it stays the same whatever becomes of the story's address."""
    host = urlsplit(settings.BROADSHEET.url).hostname
    return f"tag:{host},{card.published.astimezone(dt.UTC):%Y-%m-%d}:story/{card.pk}"


def _rss(feed: Feed) -> Document:
    rss = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM, "dc": DUBLIN_CORE})
    channel = etree.SubElement(rss, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", absolute(feed.home))
    _add(channel, "description", _about(feed))
    _add(channel, "language", feed.plate.code)
    _add(channel, "lastBuildDate", _by_mail(feed.updated))
    _link(channel, absolute(feed.path), "self", "application/rss+xml")
    for item in feed.items(_rss_item):
        channel.append(deepcopy(item))
    return _document(feed, rss, "application/rss+xml; charset=utf-8")


def _rss_item(card: Card) -> etree._Element:
    item = etree.Element("item", nsmap={"atom": ATOM, "dc": DUBLIN_CORE})
    _add(item, "title", plain(card.headline))
    _add(item, "link", absolute(card.url))
    _add(item, "guid", _ident(card)).set("isPermaLink", "false")
    if card.standfirst:
        _add(item, "description", plain(card.standfirst))
    if card.section:
        _add(item, "category", plain(card.section.title))
    for name in card.bylines:
        _add(item, f"{{{DUBLIN_CORE}}}creator", plain(name.name))
    _add(item, "pubDate", _by_mail(card.published))
    return item


def _atom(feed: Feed) -> Document:
    top = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    top.set("{http://www.w3.org/XML/1998/namespace}lang", feed.plate.code)
    _add(top, f"{{{ATOM}}}id", absolute(feed.path))
    _add(top, f"{{{ATOM}}}title", feed.title)
    _add(top, f"{{{ATOM}}}subtitle", _about(feed))
    _add(top, f"{{{ATOM}}}updated", _instant(feed.updated))
    _link(top, absolute(feed.path), "self", "application/atom+xml")
    _link(top, absolute(feed.home), "alternate", "text/html")
    # An entry without an author of its own has the feed's.
    _add(etree.SubElement(top, f"{{{ATOM}}}author"), f"{{{ATOM}}}name", plain(feed.plate.name))
    for item in feed.items(_atom_entry):
        top.append(deepcopy(item))
    return _document(feed, top, "application/atom+xml; charset=utf-8")


def _atom_entry(card: Card) -> etree._Element:
    item = etree.Element(f"{{{ATOM}}}entry", nsmap={None: ATOM})
    _add(item, f"{{{ATOM}}}id", _ident(card))
    _add(item, f"{{{ATOM}}}title", plain(card.headline))
    _link(item, absolute(card.url), "alternate", "text/html")
    _add(item, f"{{{ATOM}}}published", _instant(card.published))
    _add(item, f"{{{ATOM}}}updated", _instant(card.updated))
    for name in card.bylines:
        author = etree.SubElement(item, f"{{{ATOM}}}author")
        _add(author, f"{{{ATOM}}}name", plain(name.name))
        if name.url:
            _add(author, f"{{{ATOM}}}uri", absolute(name.url))
    if card.section:
        term = without_unspeakable(plain(card.section.title))
        etree.SubElement(item, f"{{{ATOM}}}category", {"term": term})
    if card.standfirst:
        _add(item, f"{{{ATOM}}}summary", plain(card.standfirst))
    return item


def _json(feed: Feed) -> Document:
    top = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": _about(feed),
        "home_page_url": absolute(feed.home),
        "feed_url": absolute(feed.path),
        "language": feed.plate.code,
    }
    head = _compact(top).removesuffix("}")
    text = f'{head},"items":[{",".join(feed.items(_json_item))}]}}'
    return Document(feed.path, text.encode(), "application/feed+json; charset=utf-8")


def _json_item(card: Card) -> str:
    item: dict[str, object] = {
        "id": _ident(card),
        "url": absolute(card.url),
        "title": plain(card.headline),
        "content_text": plain(card.standfirst or card.headline),
        "date_published": _instant(card.published),
        "date_modified": _instant(card.updated),
        "authors": [
            {"name": plain(one.name)} | ({"url": absolute(one.url)} if one.url else {})
            for one in card.bylines
        ],
    }
    if card.section:
        item["tags"] = [plain(card.section.title)]
    return _compact(item)


def _compact(value: Mapping[str, object]) -> str:
    return without_unspeakable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


@dataclass(frozen=True, slots=True)
class Format:
    """A feed's format: its file below the address of what it is a feed of, its media type, who makes it."""

    file: str
    content_type: str
    render: Callable[[Feed], Document]


FORMATS = {
    "rss": Format("feed.xml", "application/rss+xml", _rss),
    "atom": Format("feed.atom", "application/atom+xml", _atom),
    "json": Format("feed.json", "application/feed+json", _json),
}


def _about(feed: Feed) -> str:
    return plain(feed.plate.tagline or feed.plate.statement or feed.plate.name)


def _document(feed: Feed, tree: etree._Element, content_type: str) -> Document:
    body = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return Document(feed.path, body, content_type)


def _add(parent: etree._Element, name: str, text: str) -> etree._Element:
    child = etree.SubElement(parent, name)
    child.text = without_unspeakable(text)
    return child


def _link(parent: etree._Element, href: str, rel: str, kind: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}link", {"href": href, "rel": rel, "type": kind})


def _by_mail(moment: dt.datetime) -> str:
    return format_datetime(moment.astimezone(dt.UTC))


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
