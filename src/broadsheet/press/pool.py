"""Processes that work for this one, with Django loaded. Imported by them before it is, so nothing here may need it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack

from broadsheet.kit.loading import loading
from broadsheet.kit.reads import asking_once

_for_life = ExitStack()
"""What a process of the pool keeps open until it ends."""


def pool(processes: int) -> ProcessPoolExecutor:
    """So many processes of the same newsroom. They ask what every page asks alike once in their life, and end with
    this process, however it ends."""
    # Spawned, not forked: the worker has threads, whose locks a copy of it would find taken for ever.
    spawning = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=spawning, initializer=_set_up)


def _set_up() -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the process that waits for this one
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with loading():
        import django

        django.setup()
    _for_life.enter_context(asking_once())


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
