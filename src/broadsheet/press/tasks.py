"""What the press does by the clock: pressing as soon as something changed, publishing what is due, healing."""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction

from broadsheet.kit import clock
from broadsheet.kit.changes import mark
from broadsheet.kit.jobs import Job
from broadsheet.kit.models import Change
from broadsheet.newsroom.actions.reading import let_go, take_in
from broadsheet.newsroom.actions.schedules import publish_due
from broadsheet.press.actions import clear_out, press_failed, press_pending
from broadsheet.press.actions.granting import Granter, behave
from broadsheet.press.actions.polishing import Polisher
from broadsheet.press.actions.telling import tell_network
from broadsheet.press.models import Failure
from broadsheet.press.newsstand import Spool
from broadsheet.press.queries import sources_stamp

logger = logging.getLogger(__name__)

PAUSE = 0.02
"""Seconds between two looks for changes."""

POLISHING = 0.05
"""Seconds of compressing between two looks for changes, while nothing waits."""

SOURCES_EVERY = 2.0
"""Seconds between two looks whether the software or the theme has changed."""


def jobs() -> list[Job]:
    """The press's periodic jobs, for the worker."""
    return [
        Job("publish what is due", 5, publish_due),
        Job("press again what failed", 30, retry),
        Job("turn the clock", 20, Clock().turn),
        Job("tell the network", 1, tell_network),
        Job("take in what was read", 5, take_in_readings),
        Job("let go of what was read long ago", 3600, let_go),
        Job("clear out old editions", 24 * 3600, clear_out),
        Job("make what documents wish for", 1.0, Wishes().grant),
    ]


class Clock:
    """Marks the hour and the month when they turn, for documents that show what is of now."""

    def __init__(self) -> None:
        self._turned: dict[str, str] = {}

    def turn(self) -> None:
        now = clock.now()
        shown = {"clock:hour": f"{now:%Y-%m-%dT%H}", "clock:month": f"{now:%Y-%m}"}
        with transaction.atomic():
            mark(*(key for key, value in shown.items() if self._turned.get(key) != value))
        self._turned = shown


class Wishes:
    """Grants wishes for as long as there are any, in a thread that gives way to all others."""

    def __init__(self) -> None:
        self._granter: Granter | None = None

    def grant(self) -> None:
        if self._granter is None:
            self._granter = Granter()
            behave()
        while self._granter.work():
            pass


def retry() -> None:
    """Press what could not be rendered before, if there is any."""
    if Failure.objects.exists():
        press_failed()


def take_in_readings() -> None:
    """Bring what newsstands have counted into the database."""
    spool = Spool(settings.READING_FILE)
    while taken := spool.take():
        take_in(*taken)
        spool.forget(taken[0])


def run(stop: threading.Event) -> None:
    """Press whatever changes, until `stop` is set. A fault is logged and what waits is tried again.

    Sets `stop` itself where the theme or the software has changed: whoever runs the worker starts it again.
    """
    pause = PAUSE
    stamp, looked = sources_stamp(), time.monotonic()
    polisher = Polisher()
    # The first press finds out whether the software, the theme or a setting has changed meanwhile.
    has_pressed = False
    while not stop.wait(pause):
        try:
            close_old_connections()
            if time.monotonic() - looked > SOURCES_EVERY:
                looked = time.monotonic()
                if sources_stamp() != stamp:
                    logger.info("The theme or the software has changed; the worker begins anew.")
                    stop.set()
                    return
            if not has_pressed or Change.objects.exists():
                press_pending()
                has_pressed = True
            else:
                polisher.work(POLISHING)
            pause = PAUSE
        except DatabaseError as error:
            logger.warning("The press cannot reach the database: %s", error)
            pause = min(pause * 2, 10)
        except Exception:
            logger.exception("The press could not finish; it tries again")
            pause = min(pause * 2, 10)
