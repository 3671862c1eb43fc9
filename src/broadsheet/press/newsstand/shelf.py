"""What the newsstand has at hand: entries made ready to send, and the bodies most asked for."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import OrderedDict
from typing import Any

from broadsheet.press.edition import Edition, Entry
from broadsheet.press.errors import PressError
from broadsheet.press.newsstand.negotiation import choose_coding
from broadsheet.press.newsstand.policies import headers_for, keys_for

logger = logging.getLogger(__name__)

BODIES = 48 * 1024 * 1024
"""Bytes of bodies kept in memory; with the entries it is some 64 MB at most."""

LARGE = 1024 * 1024
"""Bytes above which a body is streamed from its file and never kept."""

PAGES = 8192
"""How many entries are kept ready: one takes two kilobytes."""

TRUE_FOR = 0.001
"""Seconds between two looks at the edition's number: they would be half of the work of an answer."""

ASKINGS = 8
"""How many different values of Accept-Encoding an entry keeps its answer for."""

LONGEST_ASKING = 128
"""Bytes of such a value; browsers send some twenty."""


class Reply:
    """One entry in one coding: messages ready to send, and which blob is the body."""

    __slots__ = ("digest", "etag", "has_ranges", "size", "start", "unchanged")

    def __init__(self, page: Page, coding: str) -> None:
        entry = page.entry
        plain = coding == "identity"
        self.digest, self.size = entry.variants.get(coding, (entry.digest, entry.size))
        self.etag = f'"{self.digest[:32]}"'.encode()
        self.has_ranges = not entry.variants and entry.status == 200
        headers = list(page.headers)
        if entry.variants:
            headers.append((b"vary", b"Accept-Encoding"))
        if entry.status == 200:
            headers.append((b"etag", self.etag))
        about_body = [] if plain else [(b"content-encoding", coding.encode())]
        if self.has_ranges:
            about_body.append((b"accept-ranges", b"bytes"))
        about_body.append((b"content-length", str(self.size).encode()))
        self.start = _start(entry.status, headers + about_body)
        self.unchanged = _start(304, [pair for pair in headers if pair[0] != b"content-type"])


class Page:
    """An entry and its replies, each made when first asked for."""

    __slots__ = ("_replies", "entry", "headers", "is_reading")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.is_reading = entry.status == 200 and entry.content_type.startswith("text/html")
        self.headers = [*headers_for(entry), *keys_for(entry)]
        self._replies: dict[bytes, Reply] = {}

    def reply(self, accept_encoding: bytes) -> Reply:
        found = self._replies.get(accept_encoding)
        if found is None:
            coding = choose_coding(accept_encoding.decode("latin-1"), self.entry.variants)
            found = Reply(self, coding)
            if len(accept_encoding) <= LONGEST_ASKING:
                if len(self._replies) >= ASKINGS:
                    self._replies.clear()
                self._replies[accept_encoding] = found
        return found


def _start(status: int, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": headers}


class Shelf:
    """The edition with what is most asked for in memory. For one thread: the event loop's."""

    def __init__(self, edition: Edition, bodies: int = BODIES) -> None:
        self.edition = edition
        self._stamp = (-1, -1)
        self._due = 0.0
        self._well = True
        self._pages: OrderedDict[bytes, Page] = OrderedDict()
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._limit = bodies
        self._held = 0

    def known(self, raw_path: bytes) -> Page | None:
        """The page kept for a path as sent; a step shows in whatever is asked `TRUE_FOR` seconds after it."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + TRUE_FOR
            self._follow()
        page = self._pages.get(raw_path)
        if page is not None:
            self._pages.move_to_end(raw_path)
        return page

    def _follow(self) -> None:
        try:
            stamp = self.edition.stamp
        except (PressError, sqlite3.Error, OSError) as error:
            if self._well:
                logger.warning("The manifest cannot be read, serving what is in memory: %s", error)
            self._well = False
            return
        self._well = True
        if stamp != self._stamp:
            self._pages.clear()
            self._stamp = stamp

    def find(self, path: str) -> Page | None:
        """The page at a decoded path, looked up in the manifest."""
        # It may be of a later step than what is kept, and who has seen it must not be given that any more.
        self._due = 0.0
        entry = self.edition.find(path)
        return Page(entry) if entry else None

    def keep(self, raw_path: bytes, page: Page) -> None:
        """Have this page at hand for its path as sent, until the edition moves on."""
        self._pages[raw_path] = page
        self._pages.move_to_end(raw_path)
        if len(self._pages) > PAGES:
            self._pages.popitem(last=False)

    def body(self, digest: str) -> bytes:
        """A body that is not large. Raises DamagedBlob."""
        body = self._bodies.get(digest)
        if body is not None:
            self._bodies.move_to_end(digest)
            return body
        body = self.edition.blobs.read(digest)
        self._bodies[digest] = body
        self._held += len(body)
        while self._held > self._limit:
            _, oldest = self._bodies.popitem(last=False)
            self._held -= len(oldest)
        return body
