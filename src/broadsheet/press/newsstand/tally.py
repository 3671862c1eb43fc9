"""Counting how often each page is read: sums by document and hour, and nothing about who asked."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import re
import sqlite3
import time
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from broadsheet.press.newsstand.spool import REST, Reading, Spool

logger = logging.getLogger(__name__)

EVERY = 5
"""Seconds between two writings, at whole multiples: an hour of any time zone ends with one of them."""

MOST = 5_000
"""Documents that are told apart between two writings; the others are summed."""

MOST_WAITING = 20_000
"""Documents and hours that are kept in memory while they cannot be written."""

BROWSERS = (b"Mozilla/", b"Opera/", b"Lynx/", b"Links ", b"ELinks/", b"w3m/")
"""How what people read with begins its name."""

MACHINES = re.compile(rb"bot|crawl|spider|https?:|headless|lighthouse", re.IGNORECASE)
"""What machines that take a browser's name say of themselves besides."""

LONGEST_AGENT = 512
"""Bytes of such a value that is known by heart; browsers send some hundred."""

AGENTS = 512
"""How many values of User-Agent are known by heart, each only as a person's or not; looking takes a microsecond."""


class Tally:
    """The counts of one newsstand. For one thread, the event loop's, which never waits for the writing."""

    def __init__(self, spool: Spool, zone: str) -> None:
        """`zone` is the newsroom's, whose hours are counted by."""
        self._spool = spool
        self._zone = ZoneInfo(zone)
        self._counts: dict[str, int] = {}
        self._waiting: dict[Reading, int] = {}
        self._agents: dict[bytes, bool] = {}
        self._ending: asyncio.Event | None = None
        self._work: asyncio.Task[None] | None = None
        self._well = True

    def count(self, document: str, headers: Mapping[bytes, bytes]) -> None:
        """One more has read this document, if the request is likely somebody's who reads.

        That is told by what a browser calls itself, which nobody has to tell truly. What a browser fetches
        ahead is not read yet.
        """
        agent = headers.get(b"user-agent", b"")
        is_person = self._agents.get(agent)
        if is_person is None:
            is_person = self._look_at(agent)
        if not is_person or b"sec-purpose" in headers:
            return
        counts = self._counts
        if document in counts:
            counts[document] += 1
        elif len(counts) < MOST:
            counts[document] = 1
        else:
            counts[REST] = counts.get(REST, 0) + 1

    def _look_at(self, agent: bytes) -> bool:
        is_person = agent.startswith(BROWSERS) and MACHINES.search(agent) is None
        if len(self._agents) >= AGENTS:
            self._agents.clear()
        if len(agent) <= LONGEST_AGENT:
            self._agents[agent] = is_person
        return is_person

    def start(self) -> None:
        """Begin writing every few seconds. Needs a running event loop."""
        self._ending = asyncio.Event()
        self._work = asyncio.create_task(self._run(self._ending))

    async def stop(self) -> None:
        """Write what is left, and end."""
        if self._ending is not None and self._work is not None:
            self._ending.set()
            await self._work

    async def _run(self, ending: asyncio.Event) -> None:
        is_last = False
        while not is_last:
            begun = time.time()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), EVERY - begun % EVERY)
            is_last = ending.is_set()
            self.turn(begun)
            if self._waiting:
                await asyncio.to_thread(self._write)

    def turn(self, at: float) -> None:
        """Put what was counted to the hour of the instant `at`, in seconds since 1970."""
        counts, self._counts = self._counts, {}
        local = dt.datetime.fromtimestamp(at, self._zone)
        hour = int(local.replace(minute=0, second=0, microsecond=0).timestamp())
        waiting = self._waiting
        for document, count in counts.items():
            key = (hour, document)
            if key not in waiting and len(waiting) >= MOST_WAITING:
                key = (hour, REST)
            waiting[key] = waiting.get(key, 0) + count

    def _write(self) -> None:
        try:
            self._spool.add(self._waiting)
        except (sqlite3.Error, OSError) as error:
            if self._well:
                logger.warning("How often pages are read cannot be written: %s", error)
            self._well = False
            return
        self._well = True
        self._waiting = {}
