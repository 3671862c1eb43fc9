"""What the press does by the clock: pressing as soon as something changed, publishing what is due, healing."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, connections, transaction

from broadsheet.kit import clock
from broadsheet.kit.bucket import BucketAway
from broadsheet.kit.changes import is_any_waiting, mark
from broadsheet.kit.jobs import Job
from broadsheet.kit.media import mirror
from broadsheet.kit.models import Change
from broadsheet.kit.wishes import PREFIX
from broadsheet.newsroom.actions.reading import let_go, take_in
from broadsheet.newsroom.actions.schedules import publish_due
from broadsheet.press.actions import clear_out, press_failed, press_pending
from broadsheet.press.actions.following import follow, say_where
from broadsheet.press.actions.granting import Granter
from broadsheet.press.actions.keeping import clear_out_here
from broadsheet.press.actions.polishing import Polisher
from broadsheet.press.actions.registering import CHANNEL
from broadsheet.press.actions.telling import tell_network
from broadsheet.press.errors import PressError
from broadsheet.press.models import Failure
from broadsheet.press.newsstand import Spool
from broadsheet.press.queries import edition, is_in_step, sources_stamp

logger = logging.getLogger(__name__)

PAUSE = 0.01
"""Seconds between two looks for changes."""

LONGEST_PAUSE = 10.0
"""Seconds between two tries at most, where something fails."""

POLISHING = 1.0
"""Seconds of compressing between two looks whether the worker is to end."""

IDLE = 0.5
"""Seconds between two looks whether there is something to do behind the press."""

QUIET = 2.0
"""Seconds after a publication in which nothing is done behind the press: another one may follow, and who published
looks at it."""

NICE = 10

PATIENCE = 1.0
"""Seconds that the worker's other jobs wait for the press at most."""

LOOK_EVERY = 5
"""Seconds after which who follows looks although nobody woke it."""

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
        Job("have all pictures on this machine", 3600, mirror),
        Job("say that this machine lives", 10, say_that_we_live),
    ]


def say_that_we_live() -> None:
    """Tell other machines that this one lives."""
    if settings.BROADSHEET.node:
        say_where(edition())


def jobs_in_waiting() -> list[Job]:
    """What the worker of a machine does that only follows another one."""
    return [
        Job("take in what was read", 5, take_in_readings),
        Job("clear out old editions", 24 * 3600, clear_out_here),
        Job("have all pictures on this machine", 3600, mirror),
    ]


def follow_others(stop: threading.Event) -> None:
    """Have in this machine's edition what another one presses, until `stop` is set: woken by each step, and looking
    anyway every few seconds, as whoever wakes may have been missed."""
    pause = 0.0
    while not stop.wait(pause):
        try:
            close_old_connections()
            follow()
            pause = 0.0
            _await_news(stop)
        except (DatabaseError, BucketAway, FileNotFoundError, PressError) as error:
            pause = min(max(pause, IDLE) * 2, LONGEST_PAUSE)
            logger.warning("This machine cannot follow the one that publishes: %s", error)
        except Exception:
            pause = LONGEST_PAUSE
            logger.exception("This machine cannot follow the one that publishes")
    connections.close_all()


def _await_news(stop: threading.Event) -> None:
    """Return when something was told, or after a while."""
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    for _second in range(LOOK_EVERY):
        if stop.is_set() or not is_in_step():
            return
        for _one in connection.connection.notifies(timeout=1, stop_after=1):
            return


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


class Calm:
    """Whether publishing leaves the machine to others, for the threads of one worker."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._is_idle = threading.Event()
        self._is_idle.set()
        self._quiet_at = 0.0

    @contextmanager
    def pressing(self, *, is_publication: bool) -> Iterator[None]:
        """Have others wait for the block, and those behind the press also for a while after a publication."""
        self._is_idle.clear()
        try:
            yield
        finally:
            if is_publication:
                self._quiet_at = time.monotonic() + QUIET
            self._is_idle.set()

    def let_press_first(self) -> bool:
        """Return when nothing is pressed any more, or after a while: threads of one process hold each other up.
        False when the worker is to end."""
        self._is_idle.wait(PATIENCE)
        return not self._stop.is_set()

    def give_way(self) -> bool:
        """Return when nothing was published just now; False as soon as the worker is to end."""
        while not self._stop.is_set():
            if not self._is_idle.wait(IDLE):
                continue
            left = self._quiet_at - time.monotonic()
            if left <= 0:
                return True
            self._stop.wait(left)
        return False


def loops(stop: threading.Event, calm: Calm) -> dict[str, Callable[[], None]]:
    """What a worker does about the press until `stop` is set, each in a thread of its own."""
    granter, polisher = Granter(), Polisher()
    return {
        "press": partial(run, stop, calm),
        "make what documents wish for": partial(
            _behind, stop, calm, lambda: granter.work(give_way=calm.give_way)
        ),
        "polish": partial(_behind, stop, calm, lambda: polisher.work(POLISHING, calm.give_way)),
    }


def _behind(stop: threading.Event, calm: Calm, work: Callable[[], int]) -> None:
    """Do what readers can do without for now, in a thread that gives way to all others."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
    pause = 0.0
    while not stop.wait(pause) and calm.give_way():
        try:
            pause = 0.0 if work() else IDLE
        except Exception:
            pause = min(max(pause, IDLE) * 2, LONGEST_PAUSE)
            logger.exception("What is made behind the press could not be; again in %g s", pause)
        close_old_connections()


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


def run(stop: threading.Event, calm: Calm) -> None:
    """Press whatever changes, until `stop` is set. A fault is logged and what waits is tried again.

    Sets `stop` itself where the theme or the software has changed: whoever runs the worker starts it again.
    """
    pause = PAUSE
    stamp, looked = sources_stamp(), time.monotonic()
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
            if not has_pressed or is_any_waiting() or _is_untold():
                with calm.pressing(is_publication=_is_publication()):
                    press_pending()
                has_pressed = True
            pause = PAUSE
        except DatabaseError as error:
            logger.warning("The press cannot reach the database: %s", error)
            pause = min(pause * 2, LONGEST_PAUSE)
        except Exception:
            logger.exception("The press could not finish; it tries again")
            pause = min(pause * 2, LONGEST_PAUSE)


def _is_untold() -> bool:
    """Whether this machine's edition has a step that no other machine has heard of (a command went back to one)."""
    if not settings.BROADSHEET.node:
        return False
    told = edition().followed
    return told is not None and told.step != edition().number


def _is_publication() -> bool:
    """Whether something waits that was not made behind the press."""
    return Change.objects.exclude(key__startswith=PREFIX).exists()
