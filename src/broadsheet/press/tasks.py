"""What the press does by the clock: pressing as soon as something changed, publishing what is due, healing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, close_old_connections

from broadsheet.newsroom.actions.schedules import publish_due
from broadsheet.press.actions import press_failed, press_pending
from broadsheet.press.models import Failure
from broadsheet.press.queries import edition, fingerprint, pending_changes

logger = logging.getLogger(__name__)

PAUSE = 0.1
"""Seconds between two looks for changes."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again; `every` is in seconds."""

    name: str
    every: int
    run: Callable[[], object]


def jobs() -> list[Job]:
    """The press's periodic jobs, for the worker."""
    return [Job("publish what is due", 5, publish_due), Job("press again what failed", 30, retry)]


def retry() -> None:
    """Press what could not be rendered before, if there is any."""
    if Failure.objects.exists():
        press_failed()


def run(stop: threading.Event) -> None:
    """Press whatever changes, until `stop` is set. A fault is logged and what waits is tried again."""
    pause = PAUSE
    up_to_date = False
    while not stop.wait(pause):
        try:
            close_old_connections()
            if not up_to_date:
                up_to_date = edition().fingerprint == fingerprint()
            if not up_to_date or pending_changes():
                press_pending()
                up_to_date = True
            pause = PAUSE
        except DatabaseError as error:
            logger.warning("The press cannot reach the database: %s", error)
            pause = min(pause * 2, 10)
        except Exception:
            logger.exception("The press could not finish; it tries again")
            pause = min(pause * 2, 10)
