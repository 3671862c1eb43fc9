"""A lock between processes that dies with its holder."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAUSE = 0.02
"""Seconds between two tries."""


@contextmanager
def locked(directory: Path, patience: float, name: str = "press.lock") -> Iterator[None]:
    """Hold the lock `name` of a directory for the length of the block; taking it twice in a row waits for itself.

    Raises TimeoutError after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    with (directory / name).open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise TimeoutError(f"{directory / name} is held by another process.") from None
                time.sleep(PAUSE)
        yield
