"""Saying that something public has changed; the press takes it from there, and whoever else keeps books of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connection, models

from broadsheet.kit.models import Change
from broadsheet.kit.public import key_of

Follower = Callable[[Sequence[str]], None]

_followers: list[Follower] = []

_ANY = f"SELECT 1 FROM {Change._meta.db_table} LIMIT 1"  # noqa: S608 - a name of ours


def follow(follower: Follower) -> None:
    """Let `follower(keys)` hear of every change, in the transaction of the change. It notes them, no more."""
    if follower not in _followers:
        _followers.append(follower)


def mark(*changed: models.Model | str) -> None:
    """Write a `Change` row for each instance or key, in the caller's transaction.

    Saving or deleting a watched model marks it by itself. Call this after what emits no signal:
    `queryset.update`, raw SQL, or an instant (a campaign's end) that has come.
    """
    keys = list(dict.fromkeys(item if isinstance(item, str) else key_of(item) for item in changed))
    Change.objects.bulk_create([Change(key=key) for key in keys])
    for follower in _followers:
        follower(keys)


def is_any_waiting() -> bool:
    """Whether a change is marked that the press has not seen yet. It asks a hundred times a second, and to have Django
    build the query takes many times as long as to ask it."""
    with connection.cursor() as cursor:
        cursor.execute(_ANY)
        return cursor.fetchone() is not None
