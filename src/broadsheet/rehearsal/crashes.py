"""Crashes: the newsroom's program is gone at a chosen point, and whoever comes next finds what it left.

A crash is an exception that nobody catches (no `Exception`), raised where the process would be gone: before a
question to the database, before a call, after it, before a letter, after it. The transaction that was open is
rolled back by it, as the database does for a process that died. Real kills, of real processes, are in
`tests/funding/test_crash.py`; here there are hundreds of them, which must not take a fork each, and the sandbox in
this process must not be copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from broadsheet.rehearsal.plan import Chance

POINTS = {
    "question": 6,
    "before a call": 2,
    "after a call": 2,
    "before a letter": 1,
    "after a letter": 1,
}
"""Where it can end, and how often it is meant to."""

MOST_QUESTIONS = 150
"""A step of the worker that has nothing to do asks the database some forty times."""


class Crash(BaseException):
    """The program is gone; `where` says at which point."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class Crashes:
    """Lets blocks of work end in the middle, now and then; between them nothing crashes."""

    def __init__(self, chance: Chance, of_thousand: int) -> None:
        self._chance = chance
        self._of_thousand = of_thousand
        self._point = ""
        self._left = 0

    @contextmanager
    def perhaps(self, crashed: Callable[[str], object]) -> Iterator[None]:
        """Do the block, or a part of it; then `crashed` is told where it ended."""
        if not self._chance.happens(self._of_thousand):
            yield
            return
        self._point = self._chance.of(POINTS)
        self._left = self._chance.whole(1, MOST_QUESTIONS if self._point == "question" else 2)
        try:
            with connection.execute_wrapper(self._ask):
                yield
        except Crash as crash:
            crashed(crash.where)
            if not connection.in_atomic_block:
                connection.close()
        finally:
            self._point = ""

    def stop(self) -> None:
        """Let nothing crash any more."""
        self._of_thousand = 0

    def reach(self, point: str) -> None:
        """Say that the work is at a point: it may end here."""
        if point != self._point:
            return
        self._left -= 1
        if not self._left:
            self._point = ""
            raise Crash(self._named(point))

    def _named(self, point: str) -> str:
        if point != "question":
            return point
        return "before a commit" if connection.in_atomic_block else "after a commit"

    def _ask(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001 - Django calls it so
        context: dict[str, Any],
    ) -> Any:
        self.reach("question")
        return execute(sql, params, many, context)
