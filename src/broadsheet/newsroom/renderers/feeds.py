"""The feed of an edition, as RSS 2.0 (RSS Advisory Board, 2009)."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

from django.utils import translation
from lxml import etree

from broadsheet.kit.public import Document
from broadsheet.newsroom.queries import editions, stories
from broadsheet.newsroom.renderers.cards import Card, Register
from broadsheet.theme.filters import absolute, plain, without_unspeakable

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
IN_FEED = 30


def feed_document(code: str) -> Document | None:
    """The newest stories of a language's edition; None where it has no live front page."""
    plate = editions.plate(code)
    if plate is None:
        return None
    register = Register(plate)
    newest = register.cards(stories.latest_stories(f"site/{code}", IN_FEED))
    path = f"{plate.prefix}/feed.xml"
    rss = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM, "dc": DUBLIN_CORE})
    channel = etree.SubElement(rss, "channel")
    with translation.override(code):
        _add(channel, "title", plain(plate.name))
        _add(channel, "link", absolute(plate.home))
        _add(channel, "description", plain(plate.tagline or plate.statement or plate.name))
        _add(channel, "language", code)
        link = etree.SubElement(channel, f"{{{ATOM}}}link")
        link.attrib.update({"href": absolute(path), "rel": "self", "type": "application/rss+xml"})
        for card in newest:
            _item(channel, card)
    body = etree.tostring(rss, xml_declaration=True, encoding="UTF-8")
    return Document(path, body, "application/rss+xml; charset=utf-8")


def _item(channel: etree._Element, card: Card) -> None:
    item = etree.SubElement(channel, "item")
    _add(item, "title", plain(card.headline))
    _add(item, "link", absolute(card.url))
    _add(item, "guid", absolute(card.url))
    if card.standfirst:
        _add(item, "description", plain(card.standfirst))
    if card.section:
        _add(item, "category", plain(card.section.title))
    for name in card.bylines:
        _add(item, f"{{{DUBLIN_CORE}}}creator", plain(name.name))
    _add(item, "pubDate", format_datetime(card.published.astimezone(dt.UTC)))


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = without_unspeakable(text)
