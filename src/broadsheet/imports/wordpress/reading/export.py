"""An export as a whole: what the file says of the site, and its items, as often as they are wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from broadsheet.imports.wordpress.errors import Unreadable
from broadsheet.imports.wordpress.reading.cutting import Cutter, Span
from broadsheet.imports.wordpress.reading.decoding import Decoder
from broadsheet.imports.wordpress.reading.parsing import Unparsable, parse
from broadsheet.imports.wordpress.reading.records import (
    Item,
    Person,
    Term,
    item_of,
    person_of,
    term_of,
)

NEXT_ITEM = re.compile(r"(?<=</item>)\s*(?=<item[\s>])")
OWN = re.compile(r"<wp:(?:post_id|post_type|status)\b")
HOW = "In WordPress use Tools → Export → All content, and import the .xml file that it gives you."
ENTITIES = (
    "The file declares entities of its own (a DTD), which no WordPress export does. They were not "
    "followed: where one is used, its name stands in the text."
)
BROKEN_OFF = (
    "The file breaks off before its end: what comes after is missing. Export again, or copy the file "
    "again, and import it; what is here already is not brought over twice."
)

Progress = Callable[[int], None]
"""Called with the bytes of the file read so far."""


class Export:
    """A WordPress export (WXR 1.0 to 1.2) at a path. Nothing of it is held but people, terms and counts.

    Raises Unreadable where there is no such file or it is something else.
    """

    def __init__(self, path: Path) -> None:
        if path.is_dir():
            raise Unreadable(f"{path} is a directory. Name the .xml file that WordPress gave you.")
        if not path.exists():
            raise Unreadable(f"{path} does not exist. Correct the name.")
        self.path = path
        self.size = path.stat().st_size
        self.fields: dict[str, str] = {}
        self.people: dict[str, Person] = {}
        self.terms: dict[tuple[str, str], Term] = {}
        self.notes: list[str] = []
        self.is_complete = True

    @property
    def site(self) -> str:
        """The address of the site that was exported, without a slash at its end; empty when unknown."""
        named = self.fields.get("wp:base_blog_url") or self.fields.get("link") or ""
        return named.rstrip("/") if urlsplit(named).hostname else ""

    def items(
        self, progress: Progress | None = None, only: Container[int] | None = None
    ) -> Iterator[Item]:
        """Every item in the order of the file, or those with the numbers in `only`; the file is read anew.

        An item that cannot be read is there, too, with its fault. Raises Unreadable where the file turns
        out to be no WordPress export.
        """
        with self.path.open("rb") as file:
            yield from self._read(file, progress, only)

    def _read(
        self, file: BinaryIO, progress: Progress | None, only: Container[int] | None
    ) -> Iterator[Item]:
        decoder = Decoder(file)
        cutter = Cutter(decoder.pieces())
        number = 0
        for span in cutter.spans():
            if span.name != "item":
                self._take(span, cutter)
                continue
            if not number:
                self._need_export(cutter, span)
            for item in _items(span, cutter, number + 1):
                number = item.number
                if only is None or number in only:
                    yield item
            if progress:
                progress(file.tell())
        if not number:
            self._need_export(cutter, None)
        self._finish(decoder, cutter)

    def _take(self, span: Span, cutter: Cutter) -> None:
        """Keep a field, a person or a term of the channel; one that cannot be read is noted."""
        try:
            element = parse(span.text, cutter.namespaces).element if not span.fault else None
        except Unparsable:
            element = None
        if element is None:
            self._note(f"Line {span.line}: {span.name} cannot be read and was passed over.")
        elif span.name == "wp:author":
            person = person_of(element)
            self.people.setdefault(person.login.casefold(), person)
        elif span.name in ("wp:category", "wp:tag", "wp:term"):
            term = term_of(element)
            self.terms.setdefault((term.taxonomy, term.slug), term)
        else:
            self.fields.setdefault(span.name, "".join(element.itertext()).strip())

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _need_export(self, cutter: Cutter, first: Span | None) -> None:
        """Raise Unreadable unless something in the file is WordPress's own."""
        spaces = any("wordpress.org/export/" in address for address in cutter.namespaces.values())
        fields = any(name.startswith("wp:") for name in self.fields)
        if spaces or fields or (first is not None and OWN.search(first.text)):
            return
        kind = cutter.root.lower()
        what = {
            "": "no XML",
            "html": "an HTML page, perhaps a page with an error or a sign-in, saved as XML",
            "feed": "an Atom feed, not an export: a feed shows only the newest stories",
            "rss": "an RSS feed, not an export: a feed shows only the newest stories",
        }.get(kind, f"an XML file of another kind (<{cutter.root}>)")
        raise Unreadable(f"{self.path} is {what}. {HOW}")

    def _finish(self, decoder: Decoder, cutter: Cutter) -> None:
        for note in decoder.notes:
            self._note(note)
        if cutter.has_entities:
            self._note(ENTITIES)
        if not cutter.is_closed:
            self.is_complete = False
            self._note(BROKEN_OFF)


def _items(span: Span, cutter: Cutter, number: int) -> Iterator[Item]:
    """The items in a span: more than one where CDATA that was never closed swallowed those behind it."""
    item = _item(span, cutter, number)
    parts = NEXT_ITEM.split(span.text) if item.fault or item.is_repaired else []
    if len(parts) < 2:
        yield item
        return
    line = span.line
    for at, part in enumerate(parts):
        is_last = at == len(parts) - 1
        yield _item(Span("item", part, line, span.fault if is_last else ""), cutter, number + at)
        line += part.count("\n") + 1


def _item(span: Span, cutter: Cutter, number: int) -> Item:
    if span.fault:
        return Item(number, span.line, fault=span.fault)
    try:
        parsed = parse(span.text, cutter.namespaces)
    except Unparsable as error:
        return Item(number, span.line, fault=str(error))
    item = item_of(parsed.element, number, span.line)
    item.mended, item.is_repaired = parsed.mended, parsed.is_repaired
    return item
