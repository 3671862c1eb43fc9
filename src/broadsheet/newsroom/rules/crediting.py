"""What a picture file says of who made it, as agencies and cameras write it; and saying it in files of our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from PIL import ExifTags, IptcImagePlugin
from PIL.ImageFile import ImageFile

NAMES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
LARGEST = 2**20
"""Bytes of XMP that are looked at."""

BYLINE, CREDIT, COPYRIGHT, CAPTION = (2, 80), (2, 110), (2, 116), (2, 120)
"""IPTC's numbers of what we read."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a picture's file says of it; empty where it says nothing."""

    caption: str = ""
    credit: str = ""
    copyright: str = ""


def said_in(picture: ImageFile) -> Said:
    """What an opened picture says in XMP, else in IPTC, else in EXIF. Damaged words count as none."""
    found = [*_xmp(picture), *_iptc(picture), *_exif(picture)]

    def first(name: str) -> str:
        return next((text for kind, text in found if kind == name and text), "")

    by, line = first("by"), first("credit")
    # "Ann Bell / Harbour Agency", as credits are printed.
    credit = f"{by} / {line}" if by and line and by not in line else line or by
    return Said(first("caption"), credit, first("copyright"))


def in_words(said: Said) -> bytes:
    """An XMP packet with credit and copyright, as small as it gets; empty where there is neither."""
    if not (said.credit or said.copyright):
        return b""
    used = [("rdf", NAMES["rdf"])]
    credit = rights = ""
    if said.credit:
        used.append(("photoshop", NAMES["photoshop"]))
        credit = f" photoshop:Credit={quoteattr(said.credit)}"
    if said.copyright:
        used.append(("dc", NAMES["dc"]))
        item = f'<rdf:li xml:lang="x-default">{escape(said.copyright)}</rdf:li>'
        rights = f"<dc:rights><rdf:Alt>{item}</rdf:Alt></dc:rights>"
    spaces = "".join(f' xmlns:{name}="{space}"' for name, space in used)
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF{spaces}><rdf:Description rdf:about=""{credit}>'
        f"{rights}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def _xmp(picture: ImageFile) -> Iterator[tuple[str, str]]:
    packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    if isinstance(packet, str):
        packet = packet.encode()
    if not packet or len(packet) > LARGEST:
        return
    safe = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    packet = packet.strip(b"\0 \r\n\t")
    tree = etree.fromstring(packet, safe) if packet else None
    if tree is None:
        return
    for kind, name in (
        ("caption", "dc:description"),
        ("copyright", "dc:rights"),
        ("by", "dc:creator"),
    ):
        items = tree.xpath(f"//{name}//rdf:li", namespaces=NAMES)
        yield kind, _clean(", ".join(item.text or "" for item in items[: 3 if kind == "by" else 1]))
    credit = "//photoshop:Credit/text() | //@photoshop:Credit"
    yield "credit", _clean(" ".join(tree.xpath(credit, namespaces=NAMES)[:1]))


def _iptc(picture: ImageFile) -> Iterator[tuple[str, str]]:
    try:
        found = IptcImagePlugin.getiptcinfo(picture) or {}
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError):
        return
    for kind, number in (
        ("caption", CAPTION),
        ("by", BYLINE),
        ("credit", CREDIT),
        ("copyright", COPYRIGHT),
    ):
        value = found.get(number, b"")
        yield kind, _clean(b", ".join(value) if isinstance(value, list) else value)


def _exif(picture: ImageFile) -> Iterator[tuple[str, str]]:
    try:
        found = picture.getexif()
        values = [
            ("caption", found.get(ExifTags.Base.ImageDescription)),
            ("by", found.get(ExifTags.Base.Artist)),
            ("copyright", found.get(ExifTags.Base.Copyright)),
        ]
    except (OSError, SyntaxError, ValueError, KeyError, TypeError):
        return
    for kind, value in values:
        if isinstance(value, str):
            # EXIF knows ASCII only; who writes more writes UTF-8, and Pillow reads single bytes.
            yield kind, _clean(value.encode("latin-1", "replace"))


def _clean(text: str | bytes) -> str:
    """Words on one line, without what cannot be printed."""
    words = _decoded(text) if isinstance(text, bytes) else text
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")
