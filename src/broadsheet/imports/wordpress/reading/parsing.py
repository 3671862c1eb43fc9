"""One record's text to an XML element: characters and entities that XML forbids are mended first, and named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.entities import html5
from typing import Any

from lxml import etree

Element = Any

CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BREAKS = str.maketrans({"\x0b": "\n", "\x0c": "\n"})
AMPERSAND = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));|(\w+);)?")
STRAY_BRACKET = re.compile(r"<(?![A-Za-z_/!?])")
XML_ENTITIES = frozenset(["amp", "lt", "gt", "quot", "apos"])

USUAL = {
    "wp": "http://wordpress.org/export/1.2/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}
"""What the prefixes mean in every export, for a file that does not declare them."""


class Unparsable(Exception):
    """The record is no XML, and cannot be made XML without losing words of it."""


@dataclass(slots=True)
class Parsed:
    """A record's element, and what was mended in it."""

    element: Element
    mended: list[str] = field(default_factory=list)
    is_repaired: bool = False


def parse(text: str, namespaces: Mapping[str, str]) -> Parsed:
    """The element of one record. Raises Unparsable; knows no entity besides XML's own and HTML's."""
    mended, notes = mend(text)
    declared = "".join(
        f' xmlns:{prefix}="{address}"' for prefix, address in {**USUAL, **namespaces}.items()
    )
    document = f"<rss{declared}>{mended}</rss>".encode()
    is_repaired = False
    try:
        root = etree.fromstring(document, _parser(recover=False))
    except etree.XMLSyntaxError as error:
        root = etree.fromstring(document, _parser(recover=True))
        if root is None or len(root) != 1 or _words(mended) - _words(" ".join(root.itertext())):
            raise Unparsable(f"it is not well-formed XML: {error.msg}") from error
        is_repaired = True
        notes.append(f"The XML was not well-formed and was mended: {error.msg}")
    return Parsed(root[0], notes, is_repaired)


def _parser(*, recover: bool) -> Any:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def mend(text: str) -> tuple[str, list[str]]:
    """The text without characters that XML forbids, with every ampersand and bracket outside of CDATA in order,
    and what was done."""
    notes = []
    count = len(FORBIDDEN.findall(text))
    if count:
        notes.append(f"Control characters were taken out: {count}")
        text = FORBIDDEN.sub("", text.translate(BREAKS))
    parts = CDATA.split(text)
    for at in range(0, len(parts), 2):
        parts[at] = STRAY_BRACKET.sub("&lt;", AMPERSAND.sub(_reference, parts[at]))
    return "".join(parts), notes


def _reference(found: re.Match[str]) -> str:
    """A reference that XML understands, for whatever an ampersand begins."""
    hexadecimal, decimal, name = found.groups()
    if hexadecimal or decimal:
        number = int(hexadecimal, 16) if hexadecimal else int(decimal)
        if number > 0x10FFFF or FORBIDDEN.match(chr(number)):
            return ""
        return found[0]
    if name in XML_ENTITIES:
        return found[0]
    known = html5.get(f"{name};") if name else None
    return "&amp;" + found[0][1:] if known is None else known.translate(ESCAPES)


ESCAPES = str.maketrans({"<": "&lt;", ">": "&gt;", "&": "&amp;"})


def _words(text: str) -> set[str]:
    bare = re.sub(r"<!\[CDATA\[|\]\]>|</?[A-Za-z_][^<>]*>|<!--.*?-->", " ", text, flags=re.DOTALL)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        bare = bare.replace(entity, character)
    return set(re.findall(r"\w+", bare))
