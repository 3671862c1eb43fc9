"""Following an edition: once, or at every step forward."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from broadsheet.press.edition.lock import locked
from broadsheet.press.errors import ExportBusy, PressError
from broadsheet.press.export.exporting import Export, Outcome
from broadsheet.press.export.mark import LOCK

logger = logging.getLogger(__name__)

PAUSE = 0.1
"""Seconds between two looks at the edition."""

LONGEST_PAUSE = 30.0


@contextmanager
def alone(directory: Path, patience: float = 0.0) -> Iterator[None]:
    """Be the only one that writes an export. Raises ExportBusy after `patience` seconds."""
    try:
        with locked(directory, patience, LOCK):
            yield
    except TimeoutError as error:
        raise ExportBusy(
            f"Another process keeps {directory} current. Stop that one first."
        ) from error


def follow(export: Export, stop: threading.Event, tell: Callable[[Outcome], None]) -> None:
    """Bring the export up at every step of the edition until `stop` is set; `tell` what was done.

    What fails is logged and tried again: servers keep the tree that they have.
    """
    # The edition may have moved since the tree was brought up.
    pause, stamp, is_behind = PAUSE, (-1, -1), True
    while not stop.wait(pause):
        try:
            if is_behind or export.edition.stamp != stamp:
                is_behind, stamp = True, export.edition.stamp
                done = export.follow()
                is_behind, pause = False, PAUSE
                if done.written or done.removed or done.reloaded:
                    tell(done)
        except (PressError, sqlite3.Error, OSError) as error:
            logger.warning("The export is not current: %s", error)
            is_behind, pause = True, min(max(pause, 0.5) * 2, LONGEST_PAUSE)
