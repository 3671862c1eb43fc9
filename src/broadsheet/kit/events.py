"""Named news that travels up: announced in an action's transaction, delivered by the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django_tasks import task

Handler = Callable[..., None]

_handlers: dict[str, dict[str, Handler]] = {}


class NotInTransaction(RuntimeError):
    """An event was announced outside the transaction of the change that it reports."""


def subscribe(event: str, handler: Handler) -> None:
    """Call `handler(**payload)` in the worker for each event of this name. Handlers must bear being called twice."""
    _handlers.setdefault(event, {})[f"{handler.__module__}.{handler.__qualname__}"] = handler


def unsubscribe_all() -> None:
    """Have events reach nobody in this process, for good: what they hasten is done by the clock all the same."""
    _handlers.clear()


def announce(event: str, **payload: Any) -> None:
    """Store the event as one task per subscriber, in the caller's transaction: a rollback drops it.

    `payload` must be JSON. The queue is a nudge: a task that fails is not retried by itself, so what
    must happen also has a row of its own that a periodic tick looks at.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(f"{event} must be announced inside the transaction of its change")
    for name in _handlers.get(event, {}):
        deliver.enqueue(event, name, payload)


@task()
def deliver(event: str, name: str, payload: dict[str, Any]) -> None:
    """Run one subscriber of one event."""
    _handlers[event][name](**payload)
