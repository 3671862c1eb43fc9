"""A lock between processes that dies with its holder."""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PAUSE = 0.005
"""Seconds between two tries."""


_US = uuid.uuid4().hex


@contextmanager
def locked(directory: Path, patience: float, name: str = "press.lock") -> Iterator[bool]:
    """Hold the lock `name` of a directory for the length of the block; taking it twice in a row waits for itself.

    Tells whether this process was the last that held it. Raises TimeoutError after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    with (directory / name).open("ab+", buffering=0) as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise TimeoutError(f"{directory / name} is held by another process.") from None
                time.sleep(PAUSE)
        us = f"{_US} {os.getpid()}".encode()  # a forked process is another one
        file.seek(0)
        is_ours = file.read() == us
        if not is_ours:
            with suppress(OSError):  # a disk that is full: then nobody was the last
                file.truncate(0)
                file.write(us)
        yield is_ours
