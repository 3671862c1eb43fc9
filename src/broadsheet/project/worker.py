"""The worker process: what happens without a reader or an editor waiting for it, each job in a thread of its own."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from broadsheet.kit.jobs import Job
from broadsheet.project import heartbeat
from broadsheet.project.roles import WORKER, take_up

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0

KEPT = 10
"""Seconds for which a thread keeps its connection to the database: to open one takes many times as long as to ask."""


def keep_running(job: Job, stop: threading.Event, let_press_first: Callable[[], bool]) -> None:
    """Run a job until `stop` is set. A failure is logged and only makes the job's own pause longer."""
    from django.db import close_old_connections, connections

    pause = job.seconds
    while let_press_first():
        try:
            job.run()
            pause = job.seconds
        except Exception:
            pause = min(max(pause, 1.0) * 2, LONGEST_PAUSE)
            logger.exception("The job “%s” failed; again in %g s.", job.name, pause)
        close_old_connections()
        stop.wait(pause)
    connections.close_all()


def run(directory: Path) -> None:
    """Do the newsroom's jobs until TERM or INT. Raises Busy when this machine has a worker already.

    Where several machines serve the newsroom, one worker is in office. The others follow what it publishes, and when it
    is gone one of them does what it did.
    """
    folder = directory / "data" / "run"
    locks = take_up(folder, [WORKER])
    from django.conf import settings
    from django.db import connection

    from broadsheet.project.jobs import settle_in

    settle_in()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    connection.settings_dict["CONN_MAX_AGE"] = KEPT
    beat = partial(heartbeat.beat, folder, WORKER)
    if settings.BROADSHEET.node:
        _work_in_turn(stop, beat)
    else:
        _work(stop, beat)
    heartbeat.stop(folder, WORKER)
    locks.close()


def _work_in_turn(stop: threading.Event, beat: Callable[[], None]) -> None:
    """Follow the worker in office while another machine has it; then be it, until the lock of it is lost."""
    from broadsheet.press import tasks as press
    from broadsheet.press.actions.office import Lock

    lock, called = Lock(), threading.Event()
    if not lock.take():
        logger.info("This machine follows: the worker of another one is in office.")
        loops = _looped(press.jobs_in_waiting(), called, lambda: not called.is_set())
        loops["follow"] = partial(press.follow_others, called)
        _keep(stop, loops, beat, until=lock.take)
        called.set()
    if not stop.is_set():
        logger.info("The worker of this machine is in office.")
        _work(stop, beat, until=lambda: not lock.is_held())
    lock.let_go()


def _work(
    stop: threading.Event, beat: Callable[[], None], until: Callable[[], bool] = lambda: False
) -> None:
    """Press, and do every job there is."""
    from broadsheet.press import tasks as press
    from broadsheet.project.jobs import jobs

    calm = press.Calm(stop)
    first = calm.let_press_first
    loops = press.loops(stop, calm) | _looped(jobs(first), stop, first)
    threads = _keep(stop, loops, beat, until)
    stop.set()
    end = time.monotonic() + 5.0
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))


def _looped(
    jobs: Iterable[Job], stop: threading.Event, let_press_first: Callable[[], bool]
) -> dict[str, Callable[[], None]]:
    return {job.name: partial(keep_running, job, stop, let_press_first) for job in jobs}


def _keep(
    stop: threading.Event,
    loops: Mapping[str, Callable[[], None]],
    beat: Callable[[], None],
    until: Callable[[], bool],
) -> list[threading.Thread]:
    """Run each loop in a thread of its own, and show that they live, until `stop` is set or `until` says so."""
    threads = [
        threading.Thread(target=loop, name=name, daemon=True) for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    beat()
    while not (stop.wait(2.0) or until()):
        beat()
    return threads
