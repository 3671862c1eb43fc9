"""What the newsstand has at hand: replies ready to send, and the bodies most asked for."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Sequence

from broadsheet.press.edition import Edition, Entry
from broadsheet.press.errors import PressError
from broadsheet.press.newsstand.asgi import Message
from broadsheet.press.newsstand.cache import Cache
from broadsheet.press.newsstand.negotiation import Codings, choose_coding
from broadsheet.press.newsstand.policies import headers_for, keys_for

logger = logging.getLogger(__name__)

BODIES = 40 * 1024 * 1024
"""Bytes of bodies kept in memory; with the replies it is 64 MB at most."""

LARGE = 1024 * 1024
"""Bytes above which a body is streamed from its file and never kept."""

REPLIES = 12_000
"""How many replies are kept ready: one takes a kilobyte and a half."""

TRUE_FOR = 0.001
"""Seconds between two looks at the edition's number: they would be half of the work of an answer."""

Asking = tuple[bytes, Codings]
"""What is asked for: a path as sent, and the codings that are wanted."""

OF_THE_BODY = {b"content-type", b"content-encoding", b"accept-ranges", b"content-length"}
"""Headers that an answer without a body goes without (RFC 9110, 15.4.5)."""


class Reply:
    """What an entry is to who wants certain codings: headers ready to send, and which blob is the body.

    There are thousands, replaced all the time. They hold nothing that Python's collector has to follow (tuples of
    bytes are not), which would stop answering for tens of milliseconds when it looks through them.
    """

    __slots__ = ("counts_as", "digest", "etag", "has_ranges", "headers", "size", "status")

    def __init__(self, entry: Entry, wanted: Codings) -> None:
        coding = choose_coding(wanted, entry.variants)
        self.digest, self.size = entry.variants.get(coding, (entry.digest, entry.size))
        self.etag = f'"{self.digest[:32]}"'.encode()
        self.status = entry.status
        is_found = entry.status == 200
        self.has_ranges = is_found and not entry.variants
        self.counts_as = entry.resource if is_found and _is_read(entry) else None
        """The document that one more has read who is sent this."""
        headers = [*headers_for(entry), *keys_for(entry)]
        if entry.variants:
            headers.append(_pair(b"vary", b"Accept-Encoding"))
        if is_found:
            headers.append((b"etag", self.etag))
        if coding != "identity":
            headers.append((b"content-encoding", coding.encode()))
        if self.has_ranges:
            headers.append(_pair(b"accept-ranges", b"bytes"))
        headers.append((b"content-length", str(self.size).encode()))
        self.headers = tuple(headers)

    def start(self) -> Message:
        """The message that comes before the body."""
        return _start(self.status, self.headers)

    def unchanged(self) -> Message:
        """The message that says that the reader has it already."""
        return _start(304, [pair for pair in self.headers if pair[0] not in OF_THE_BODY])

    def part(self, first: int, last: int) -> Message:
        """The message that comes before the bytes from `first` to `last`."""
        headers = [pair for pair in self.headers if pair[0] != b"content-length"]
        headers.append((b"content-length", str(last + 1 - first).encode()))
        headers.append((b"content-range", f"bytes {first}-{last}/{self.size}".encode()))
        return _start(206, headers)


def _is_read(entry: Entry) -> bool:
    return entry.content_type.startswith("text/html")


def _pair(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header, made now: a literal is as old as the program, and the collector never lets go of what was loaded."""
    return name, value


def _start(status: int, headers: Sequence[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


class Shelf:
    """The edition with what is most asked for in memory. For one thread: the event loop's."""

    def __init__(self, edition: Edition, bodies: int = BODIES) -> None:
        self.edition = edition
        self._stamp = (-1, -1)
        self._due = 0.0
        self._well = True
        self._replies: Cache[Asking, Reply] = Cache(REPLIES, lambda _reply: 1)
        self._bodies: Cache[str, bytes] = Cache(bodies, len)

    def known(self, asking: Asking) -> Reply | None:
        """The reply kept for what is asked for; a step shows in whatever is asked `TRUE_FOR` seconds after it."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + TRUE_FOR
            self._follow()
        return self._replies.get(asking)

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
            self._replies.clear()
            self._stamp = stamp

    def find(self, path: str, wanted: Codings) -> Reply | None:
        """The reply at a decoded path, looked up in the manifest."""
        # It may be of a later step than what is kept, and who has seen it must not be given that any more.
        self._due = 0.0
        entry = self.edition.find(path)
        return Reply(entry, wanted) if entry else None

    def keep(self, asking: Asking, reply: Reply) -> None:
        """Have this reply at hand for who asks so, until the edition moves on."""
        self._replies.put(asking, reply)

    def body(self, reply: Reply) -> bytes:
        """The body of a reply that is not large. Raises DamagedBlob."""
        body = self._bodies.get(reply.digest)
        if body is None:
            body = self.edition.blobs.read(reply.digest, reply.size)
            self._bodies.put(reply.digest, body)
        return body
