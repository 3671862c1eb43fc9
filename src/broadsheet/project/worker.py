"""The worker process: what happens without a reader or an editor waiting for it, each job in a thread of its own."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
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
    """Do the newsroom's jobs until TERM or INT. Raises Busy when it has a worker already."""
    folder = directory / "data" / "run"
    locks = take_up(folder, [WORKER])
    from django.db import connection

    from broadsheet.press import tasks as press
    from broadsheet.project.jobs import jobs, settle_in

    settle_in()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    calm = press.Calm(stop)
    loops = press.loops(stop, calm)
    first = calm.let_press_first
    loops |= {job.name: partial(keep_running, job, stop, first) for job in jobs(first)}
    connection.settings_dict["CONN_MAX_AGE"] = KEPT
    threads = [
        threading.Thread(target=loop, name=name, daemon=True) for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    heartbeat.beat(folder, WORKER)
    while not stop.wait(2.0):
        heartbeat.beat(folder, WORKER)
    heartbeat.stop(folder, WORKER)
    end = time.monotonic() + 5.0
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    locks.close()
