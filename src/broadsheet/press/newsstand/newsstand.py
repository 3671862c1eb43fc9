"""Answering requests: from the edition whatever is in it, from the application behind what is dynamic."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping

from broadsheet.press.edition import Edition
from broadsheet.press.errors import PressError
from broadsheet.press.newsstand import addresses, plain
from broadsheet.press.newsstand.asgi import Application, Message, Receive, Scope, Send
from broadsheet.press.newsstand.backstage import Backstage
from broadsheet.press.newsstand.lifespan import live
from broadsheet.press.newsstand.negotiation import (
    UnsatisfiableRange,
    is_match,
    wanted_codings,
    wanted_range,
)
from broadsheet.press.newsstand.shelf import LARGE, Asking, Reply, Shelf
from broadsheet.press.newsstand.tally import Tally

logger = logging.getLogger(__name__)

EMPTY: Message = {"type": "http.response.body", "body": b""}

Sent = Mapping[bytes, bytes]
"""The headers of a request by name."""

PIECE = 256 * 1024
"""Bytes of a large body sent at once."""


class Newsstand:
    """The ASGI application in front of everything.

    Paths that begin with one of `dynamic` (each ends with a slash) or are one of `pages` go to the
    application that `load_app` returns, which is called in a thread when the server starts. All other
    paths are the edition's alone. No answer ever depends on a cookie. With a `tally`, pages that people
    read are counted.
    """

    def __init__(
        self,
        edition: Edition,
        dynamic: tuple[str, ...],
        load_app: Callable[[], Application],
        pages: frozenset[str] = frozenset(),
        tally: Tally | None = None,
    ) -> None:
        self._shelf = Shelf(edition)
        self._dynamic = dynamic
        self._pages = pages
        self._backstage = Backstage(load_app)
        self._tally = tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                answer = self._answer(scope)
            except (PressError, sqlite3.Error, OSError) as error:
                logger.warning("%s cannot be answered: %s", scope["path"], error)
                answer = plain.UNAVAILABLE
            if isinstance(answer, tuple):
                await send(answer[0])
                await send({"type": "http.response.body", "body": answer[1]})
            elif answer is None:
                await self._backstage(scope, receive, send)
            else:
                await answer.send(scope, send)
        elif scope["type"] == "lifespan":
            await live(receive, send, self._start, self._stop)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def _start(self) -> None:
        self._backstage.start()
        if self._tally:
            self._tally.start()

    async def _stop(self) -> None:
        if self._tally:
            await self._tally.stop()

    def _answer(self, scope: Scope) -> Answer | None:
        """What to send; None when the application behind is to be asked."""
        headers = dict(scope["headers"])
        raw: bytes = scope["raw_path"]
        asking = raw, wanted_codings(headers.get(b"accept-encoding", b""))
        reply = self._shelf.known(asking)
        if reply is not None and not scope["query_string"]:
            return self._reply(reply, scope, headers)
        try:
            path = addresses.read_path(raw, scope["query_string"])
        except addresses.BadAddress as bad:
            return plain.BAD_ADDRESS[bad.status]
        if path.startswith(self._dynamic) or path in self._pages:
            return None
        return self._from_edition(path, asking, reply, scope, headers)

    def _from_edition(
        self, path: str, asking: Asking, reply: Reply | None, scope: Scope, headers: Sent
    ) -> Answer:
        query: bytes = scope["query_string"]
        wanted = asking[1]
        for name in addresses.with_query(path, query) if query else ():
            if (special := self._shelf.find(name, wanted)) is not None:
                return self._reply(special, scope, headers)
        reply = reply or self._shelf.find(path, wanted)
        if reply is not None:
            self._shelf.keep(asking, reply)
            return self._reply(reply, scope, headers)
        other = addresses.other_form(path)
        if other in self._dynamic or other in self._pages:
            return plain.moved(308, addresses.location(other, query))
        if self._shelf.find(other, wanted) is not None:
            return plain.moved(301, addresses.location(other, query))
        for name in addresses.missing_pages(path):
            if (missing := self._shelf.find(name, wanted)) is not None:
                return self._whole(missing, scope)
        return plain.NOT_FOUND

    def _reply(self, reply: Reply, scope: Scope, headers: Sent) -> Answer:
        method = scope["method"]
        if method not in {"GET", "HEAD"}:
            return plain.NOT_ALLOWED
        if reply.status == 200:
            condition = headers.get(b"if-none-match")
            is_known = condition is not None and is_match(condition, reply.etag)
            if not is_known and reply.has_ranges and method == "GET" and b"range" in headers:
                return self._part(reply, scope, headers)
            if reply.counts_as is not None and self._tally is not None and method == "GET":
                self._tally.count(reply.counts_as, headers)
            if is_known:
                return reply.unchanged(), b""
        return self._whole(reply, scope)

    def _whole(self, reply: Reply, scope: Scope) -> Answer:
        if reply.size > LARGE:
            return Stream(self._shelf.edition, reply.start(), reply.digest, 0, reply.size)
        body = self._shelf.body(reply)
        return reply.start(), b"" if scope["method"] == "HEAD" else body

    def _part(self, reply: Reply, scope: Scope, headers: Sent) -> Answer:
        if headers.get(b"if-range", reply.etag) != reply.etag:
            return self._whole(reply, scope)
        try:
            wanted = wanted_range(headers[b"range"], reply.size)
        except UnsatisfiableRange:
            return plain.unsatisfiable(reply.size)
        if wanted is None:
            return self._whole(reply, scope)
        first, last = wanted
        start = reply.part(first, last)
        if reply.size > LARGE:
            return Stream(self._shelf.edition, start, reply.digest, first, last + 1 - first)
        return start, self._shelf.body(reply)[first : last + 1]


class Stream:
    """A large body, or a part of one, sent from its file; reading it is left to threads."""

    def __init__(
        self, edition: Edition, start: Message, digest: str, first: int, length: int
    ) -> None:
        self._edition = edition
        self._start = start
        self._digest = digest
        self._first = first
        self._length = length

    async def send(self, scope: Scope, send: Send) -> None:
        try:
            file = await asyncio.to_thread(self._edition.blobs.open, self._digest)
        except PressError as error:
            logger.warning("%s cannot be answered: %s", scope["path"], error)
            await plain.UNAVAILABLE.send(scope, send)
            return
        with file:
            await send(self._start)
            if scope["method"] == "HEAD":
                await send(EMPTY)
                return
            file.seek(self._first)
            left = self._length
            while left > 0:
                piece = await asyncio.to_thread(file.read, min(PIECE, left))
                left = left - len(piece) if piece else 0
                message = {"type": "http.response.body", "body": piece, "more_body": left > 0}
                await send(message)


Answer = tuple[Message, bytes] | plain.PlainAnswer | Stream
