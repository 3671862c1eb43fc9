"""Where sheets are rendered: in this process, or, when there are very many, in several at once."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from django.db import connection

from broadsheet.kit.reads import asking_once
from broadsheet.press.actions.rendering import Rendered, render_sheet
from broadsheet.press.errors import PressBroken
from broadsheet.press.pool import pool

WORTH = 2000
"""Documents from which on other processes are started; each needs two seconds to load the software."""

MOST = 4
"""Processes at most: what they render is taken in by one, which has enough to do with so many."""

AHEAD = 2
"""Sheets that wait for each process, so that none is idle and few bodies are in memory."""

Press = Callable[[Iterable[Sequence[str]]], Iterator[list[Rendered]]]
"""Renders sheets and gives what came of them in the same order."""


@contextmanager
def presses(documents: int, processes: int | None = None) -> Iterator[Press]:
    """Where to render so many documents: in so many processes, or in as many as are worth it.

    Raises what `render_sheet` does, and PressBroken where a process was ended. Each process reads the database by
    itself; where a transaction is open here this one renders all, for nobody else sees what was written in it.
    """
    if processes is None:
        processes = min(len(os.sched_getaffinity(0)), MOST) if documents >= WORTH else 1
    if processes == 1 or connection.in_atomic_block:
        with asking_once():
            yield lambda sheets: map(render_sheet, sheets)
        return
    executor = pool(processes)
    try:
        yield lambda sheets: _spread(executor, sheets, processes * AHEAD)
    except BrokenProcessPool as error:
        raise PressBroken(
            "A process that rendered pages was ended from outside; is there enough memory? "
            "What was rendered is kept: press again."
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


def _spread(
    executor: ProcessPoolExecutor, sheets: Iterable[Sequence[str]], ahead: int
) -> Iterator[list[Rendered]]:
    waiting: deque[Future[list[Rendered]]] = deque()
    for sheet in sheets:
        waiting.append(executor.submit(render_sheet, sheet))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
