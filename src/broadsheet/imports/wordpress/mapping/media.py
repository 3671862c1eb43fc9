"""Pictures, players and links of a text: what they become, and what has to be said about them in the report."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import Any

from broadsheet.imports.wordpress.mapping.addresses import (
    file_name,
    old_path,
    place_of_player,
    safe_address,
    web_address,
)
from broadsheet.imports.wordpress.mapping.archive import Archive, Shown
from broadsheet.imports.wordpress.mapping.inline import MEDIA, SILENT
from broadsheet.imports.wordpress.mapping.markup import Node

Block = dict[str, Any]

PICTURES = frozenset(["img", "image", "amp-img"])
SHOWN = MEDIA | {"table"}
"""What a figure may be about."""

QUIET = (SHOWN - {"object"}) | SILENT | {"figcaption", "!"}
"""Elements whose words are no words of what they stand in. Those of an object are seen where it is not."""

SOURCES = ("src", "data-src", "data-lazy-src", "data-orig-file", "href", "data", "cite")
BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;]*?url\(\s*['\"]?([^'\")]+)", re.IGNORECASE)
HREF = re.compile(r'href="([^"]*)"')
PLAIN_PLACE = "A link stands where only plain text can be (heading, quotation, table, caption)"


class Desk:
    """What one text's mapping needs besides the text: the archive, the old site, and a list for notes."""

    def __init__(self, archive: Archive, site: str, ident: str) -> None:
        self._archive = archive
        self._site = site
        self._ident = ident
        self._notes: dict[str, Counter[str]] = {}
        self._origin: dict[str, str] = {}
        self.lacks_links = False
        """Whether a link leads to an address of the old site that nothing here stands for (yet)."""
        self.lacks_pictures = False
        """Whether a picture is only linked to, because it was not fetched."""

    def note(self, what: str, which: str = "") -> None:
        """Keep something for the report: a sentence that may be said of many texts, and what it is about here."""
        self._notes.setdefault(what, Counter())[which] += 1

    def notes(self) -> list[str]:
        """Everything noted, each thing once."""
        return [_said(what, which) for what, which in self._notes.items()]

    def reusable(self, ident: str) -> str:
        """The content of a reusable block."""
        return self._archive.reusable(ident)

    # Links -------------------------------------------------------------------------------------

    def follow(self, url: str) -> str:
        """The attributes of a link to an address; empty where no reader should be led."""
        address = safe_address(url, self._site)
        if not address:
            if not url.strip().startswith("#") and url.strip():
                self.note(
                    "A link that leads nowhere was taken out, its words stay", url.strip()[:60]
                )
            return ""
        found = self._archive.link(address)
        if found is None:
            self.lacks_links = self.lacks_links or old_path(address, self._site) is not None
            found = f'href="{escape(address)}"'
        self._origin.setdefault(found, address)
        return found

    def note_link(self, link: str) -> None:
        """Say that a link could not be kept. A picture's link to its own file says nothing and is not missed."""
        address = self._origin.get(link, "")
        if address and not re.search(
            r"\.(?:jpe?g|png|gif|webp|avif)(?:$|\?)", address, re.IGNORECASE
        ):
            self.note(PLAIN_PLACE, address)

    def note_links(self, links: Iterable[str]) -> None:
        """As `note_link`, for several."""
        for link in links:
            self.note_link(link)

    def place(self, link: str) -> list[Block]:
        """An embed of what a link leads to."""
        return self.elsewhere(self._origin.get(link, ""))

    # Pictures and players ------------------------------------------------------------------------

    def left_out(self, node: Node) -> None:
        """Say that an element that only machines read was left out, where a reader would have seen what it did."""
        if node.name == "script":
            self.note("A script was taken out")

    def media(self, node: Node, *, caption: str = "", ident: str = "") -> list[Block]:
        """The blocks for a picture or a player."""
        if node.name in PICTURES:
            return self.picture(node, caption=caption, ident=ident)
        address = _source_of(node)
        if not address and node.name in ("object", "video", "audio"):
            inner = node.find("source", "embed", "param")
            address = (_source_of(inner) or inner.get("value")) if inner else ""
        if not address:
            self.note("A player without an address was left out", node.name)
            return _words(caption)
        return self.elsewhere(
            place_of_player(safe_address(address, self._site) or address), caption
        )

    def picture(self, node: Node, *, caption: str = "", ident: str = "") -> list[Block]:
        """The block for a picture, or a link to it while it was not fetched; nothing for a counting pixel."""
        if node.get("data-gallery"):
            found = self._archive.pictures_of(self._ident)
            return [
                block for shown in found for block in self._shown(shown, shown.alt, shown.caption)
            ]
        if node.get("width") in ("0", "1") and node.get("height") in ("0", "1"):
            self.note("A picture of one point, made for counting readers, was left out")
            return []
        ident = node.get("data-id") or _ident(node) or ident
        source = _source_of(node)
        shown = self._archive.picture(ident, safe_address(source, self._site))
        alt = node.get("alt").strip()
        if shown is None:
            return self._unknown(source, alt, caption)
        if not source and not caption:  # a gallery by numbers shows each picture's own caption
            caption = shown.caption
        return self._shown(shown, alt or shown.alt, caption, source)

    def _shown(self, shown: Shown, alt: str, caption: str, source: str = "") -> list[Block]:
        if shown.pk is None:
            return self._unknown(source or shown.url, alt, caption)
        value = {"image": shown.pk, "alt": _line(alt), "caption": caption, "credit": ""}
        return [{"type": "picture", "value": value}]

    def _unknown(self, source: str, alt: str, caption: str) -> list[Block]:
        """A link to a picture that is not here, with all that was said about it."""
        self.lacks_pictures = True
        words = list(dict.fromkeys(_line(text) for text in (caption, alt) if text.strip()))
        if not source or source.strip().lower().startswith("data:"):
            self.note("A picture without an address of its own was left out", " — ".join(words))
            return _words(" — ".join(words))
        return self.elsewhere(source, " — ".join(words) or file_name(source))

    def elsewhere(self, url: str, title: str = "") -> list[Block]:
        """A place for what lives elsewhere: an embed, or words with a link where the address is unusual."""
        if address := web_address(url, self._site):
            return [{"type": "embed", "value": {"url": address, "title": _line(title)}}]
        link = self.follow(url)
        shown = escape(_line(title) or url.strip()[:200], quote=False)
        if not link:
            return _words(title)
        return [{"type": "paragraph", "value": f"<p><a {link}>{shown}</a></p>"}]


def _said(what: str, which: Counter[str]) -> str:
    """A note in one line: what, then what it is about, with its number where there were several."""
    total = which.pop("", 0)
    things = [name if count == 1 else f"{name} ({count})" for name, count in which.items()]
    times = f" ({total} times)" if total > 1 else ""
    return f"{what}{times}: {', '.join(things)}" if things else f"{what}{times}"


def background(node: Node) -> str:
    """The address of the picture behind an element, empty for none."""
    found = BACKGROUND.search(node.get("style"))
    return found[1].strip() if found else ""


def says_more(node: Node) -> bool:
    """Whether an element says anything besides what it shows and captions of it."""
    for child in node.children:
        if isinstance(child, str):
            if child.strip():
                return True
        elif child.name not in QUIET and says_more(child):
            return True
    return False


def footnotes_in(meta: str) -> dict[str, str]:
    """The footnotes of a block post as HTML by their names, from the custom field in which WordPress keeps them."""
    try:
        found = json.loads(meta) if meta.strip() else []
    except (ValueError, RecursionError):
        return {"": escape(meta)}
    entries = (
        [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
    )
    return {
        str(entry.get("id") or at): str(entry.get("content") or "")
        for at, entry in enumerate(entries)
    }


def _source_of(node: Node) -> str:
    return next((node.get(name).strip() for name in SOURCES if node.get(name).strip()), "")


def _ident(node: Node) -> str:
    found = re.search(r"\bwp-image-(\d+)", node.get("class"))
    return found[1] if found else ""


def _line(text: str) -> str:
    return " ".join(text.split())


def _words(text: str) -> list[Block]:
    shown = "<br/>".join(escape(line, quote=False) for line in text.split("\n") if line.strip())
    return [{"type": "paragraph", "value": f"<p>{shown}</p>"}] if shown else []
