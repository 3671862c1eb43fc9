"""What the newsroom does by the clock: the search looks at what changed, and now and then at everything."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from broadsheet.kit.jobs import Job
from broadsheet.newsroom.actions.indexing import catch_up, index_pending

PAUSE = 0.1
"""Seconds between two transactions of the search: so long, at most, whoever waits for SQLite's one writer sleeps
before they look again; without it, publishing would wait until an imported archive is indexed."""


def jobs(go_on: Callable[[], bool]) -> list[Job]:
    """The newsroom's periodic jobs, for the worker; what takes long asks `go_on` now and then."""
    return [
        Job("see to the search", 0.3, partial(index_pending, go_on=partial(let_write, go_on))),
        Job("look for what the search has missed", 3600.0, catch_up),
    ]


def let_write(go_on: Callable[[], bool]) -> bool:
    """Let others write, and say what `go_on` does."""
    time.sleep(PAUSE)
    return go_on()
