"""The list of jobs that the worker does; what each does is its app's business."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from broadsheet.kit import clock
from broadsheet.kit.jobs import Job
from broadsheet.newsroom.actions.founding import locate_site
from broadsheet.project.schema import need_schema

AT_ONCE = 500

LOOKING = (
    "modelsearch.tasks.insert_or_update_object_task",
    "wagtail.tasks.update_reference_index_task",
)
"""Tasks that bring an index up to date with what an object is when they run."""

KEEP_TASKS = dt.timedelta(days=14)


def settle_in() -> None:
    """What a worker sees to before its jobs: that the database fits, and the site is where the settings say."""
    need_schema()
    locate_site(base_url=settings.BROADSHEET.url)


def jobs(go_on: Callable[[], bool] = lambda: True) -> Iterator[Job]:
    """Every job of this newsroom's worker, besides the press itself. What takes long asks `go_on` now and then, which
    may take its time, and ends where it says no."""
    from broadsheet.funding import tasks as funding
    from broadsheet.funding.actions import tell_what_comes
    from broadsheet.newsroom import tasks as newsroom
    from broadsheet.press import tasks as press

    yield from press.jobs()
    yield from newsroom.jobs(go_on)
    yield Job("run tasks", 0.3, partial(run_tasks, go_on))
    yield Job("look after gifts", 5.0, funding.tick)
    yield Job("tell supporters what comes", 3600.0, tell_what_comes)
    yield Job("sweep", 3600.0, sweep)


def run_tasks(go_on: Callable[[], bool] = lambda: True) -> None:
    """Run the tasks that are ready, one after the other, until none is left or `go_on`, asked before each, says no."""
    ready = DBTaskResult.objects.ready()
    if ready.exists():
        forget_repeated()
    while ready.exists() and go_on():
        Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=1,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        ).run()


def forget_repeated() -> int:
    """Of tasks that look at the same thing as it is now, keep the last one only; returns how many are forgotten.

    Each time a story is saved Wagtail asks for its indexes to be brought up to date, and again for each of its
    bylines: an import of ten thousand stories leaves five times as many such tasks.
    """
    ready = DBTaskResult.objects.ready().filter(task_path__in=LOOKING)
    seen, repeated = set[str](), list[UUID]()
    rows = ready.order_by("-enqueued_at", "-pk").values_list("pk", "task_path", "args_kwargs")
    for pk, path, arguments in rows.iterator():
        asked = f"{path} {arguments}"
        if asked in seen:
            repeated.append(pk)
        seen.add(asked)
    for first in range(0, len(repeated), AT_ONCE):
        DBTaskResult.objects.filter(pk__in=repeated[first : first + AT_ONCE]).delete()
    return len(repeated)


def sweep() -> None:
    """Remove what nobody needs any more: ended sessions, tasks that ended long ago."""
    Session.objects.filter(expire_date__lt=clock.now()).delete()
    DBTaskResult.objects.finished().filter(finished_at__lt=clock.now() - KEEP_TASKS).delete()
