"""Text to spans: where each record of an export begins and ends, so that one that is broken takes no other with it.

An XML parser stops at the first fault of a file, or guesses. Here the file is only cut, with respect for CDATA,
comments and declarations; each piece is parsed alone (`parsing`). Entities that a file declares are never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 48 * 1024 * 1024
"""Characters of one record that are kept; a longer one is reported as too long."""

RECORDS = frozenset(["item", "wp:author", "wp:category", "wp:tag", "wp:term"])
FIELDS = frozenset(
    "title link description language pubDate wp:wxr_version wp:base_site_url wp:base_blog_url".split()
)
OPENING = re.compile(
    r"<!--|<!\[CDATA\[|<!DOCTYPE\b|<(/?)([A-Za-z_][\w.\-]*(?::[A-Za-z_][\w.\-]*)?)", re.IGNORECASE
)
DECLARED = re.compile(r"""xmlns:([A-Za-z_][\w.\-]*)\s*=\s*["']([^"'<>&]*)["']""")
EXPORT = re.compile(r"https?://wordpress\.org/export/[\d.]*/?")
OVERLAP = 200
"""Characters; no token that is looked for is longer."""


@dataclass(frozen=True, slots=True)
class Span:
    """One record with its tags; `line` is where it begins. `fault` says why it is not whole, empty when it is."""

    name: str
    text: str
    line: int
    fault: str = ""


class Cutter:
    """Cuts a text that comes in pieces. What it saw of the file besides the spans is in its attributes."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._window = Window(pieces)
        self.root = ""
        """The name of the first element, empty while there is none."""
        self.namespaces: dict[str, str] = {}
        self.has_entities = False
        self.is_closed = False
        """Whether the end of the document was seen."""

    def spans(self) -> Iterator[Span]:
        """The records and the channel's own fields, in the order of the file."""
        window = self._window
        while (found := window.find(OPENING)) is not None:
            mark = found[0].upper()
            if mark == "<!--":
                window.pass_by("-->")
            elif mark == "<![CDATA[":
                window.pass_by("]]>")
            elif mark == "<!DOCTYPE":
                self._pass_doctype()
            elif found[1]:
                self.is_closed = self.is_closed or found[2] == self.root
            else:
                yield from self._enter(found[2], len(found[0]))

    def _enter(self, name: str, length: int) -> Iterator[Span]:
        """Take up an element that begins here: a span where it is one, else only its start tag."""
        self.root = self.root or name
        window = self._window
        window.keep(length)
        line = window.line
        end = window.find(re.compile(r"/?>"))
        canonical = self._canonical(name)
        if canonical not in RECORDS | FIELDS:
            for prefix, address in DECLARED.findall(window.kept()):
                self.namespaces.setdefault(prefix, address)
            return
        is_whole = end is not None and (end[0] == "/>" or self._close(name))
        text = window.kept()
        fault = "" if is_whole else "the file breaks off in the middle of it"
        if not text:
            fault = f"it is longer than the {LONGEST:,} characters that are read"
        yield Span(canonical, text, line, fault)

    def _canonical(self, name: str) -> str:
        """The name with the usual prefix, whichever the file has declared for WordPress's own elements."""
        prefix, colon, local = name.partition(":")
        if colon and EXPORT.fullmatch(self.namespaces.get(prefix, "")):
            return f"wp:{local}"
        return name

    def _close(self, name: str) -> bool:
        """Go behind the end tag of an element; false where the text ends before."""
        inner = re.compile(rf"<!--|<!\[CDATA\[|</{re.escape(name)}\s*>")
        while (found := self._window.find(inner)) is not None:
            if found[0] not in ("<!--", "<![CDATA["):
                return True
            self._window.pass_by("-->" if found[0] == "<!--" else "]]>")
        return False

    def _pass_doctype(self) -> None:
        found = self._window.find(re.compile(r"[\[>]"))
        if found is not None and found[0] == "[":
            self.has_entities = True
            self._window.pass_by("]>")


class Window:
    """The part of the text that is looked at. Only what is still needed is held, `LONGEST` at most."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text = ""
        self._at = 0
        self._lines_gone = 1
        self._from: int | None = None
        self._is_too_long = False

    @property
    def line(self) -> int:
        """The line in which what is kept begins."""
        return self._lines_gone + self._text.count("\n", 0, self._from)

    def keep(self, behind: int) -> None:
        """Hold the text from `behind` characters before here until `kept` is called."""
        self._from, self._is_too_long = self._at - behind, False

    def kept(self) -> str:
        """What was held, up to here; empty where it was too long to be held."""
        text = "" if self._is_too_long else self._text[self._from : self._at]
        self._from = None
        return text

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The next match from here on, and go behind it; at the end of the text None, and go there."""
        start = self._at
        while True:
            found = pattern.search(self._text, start)
            if found is not None and found.end() < len(self._text):
                break
            # A match that touches the end of what was read may be a part of a longer one.
            start = found.start() if found else max(start, len(self._text) - OVERLAP)
            moved = self._read_more(start)
            if moved is None:
                break
            start -= moved
        self._at = found.end() if found is not None else len(self._text)
        return found

    def pass_by(self, end: str) -> None:
        """Go behind the next `end`, or to the end of the text."""
        self.find(re.compile(re.escape(end)))

    def _read_more(self, needed: int) -> int | None:
        """Add a piece and let go of what is behind. Returns by how much everything moved, None at the end."""
        piece = next(self._pieces, None)
        if piece is None:
            return None
        if self._from is not None and needed - self._from > LONGEST:
            self._is_too_long, self._from = True, needed
        gone = needed if self._from is None else self._from
        self._lines_gone += self._text.count("\n", 0, gone)
        self._text = self._text[gone:] + piece
        self._at = max(0, self._at - gone)
        if self._from is not None:
            self._from -= gone
        return gone
