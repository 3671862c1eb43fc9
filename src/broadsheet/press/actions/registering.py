"""Telling the register what this machine has pressed, so that other machines' readers get it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from broadsheet.kit import clock
from broadsheet.kit.bucket import bucket
from broadsheet.press.actions.following import BLOBS, TOGETHER, say_where
from broadsheet.press.actions.office import in_office, standing
from broadsheet.press.edition import Edition, Entry, Followed
from broadsheet.press.models import Registered

GRACE = dt.timedelta(hours=1)
"""How long a file stays in the bucket that nobody names: a machine may be about to fetch it."""

CHANNEL = "broadsheet_edition"

AT_ONCE = 500

FIELDS = ("path", "status", "content_type", "headers", "digest", "size", "forms")


def tell(current: Edition) -> None:
    """Bring the register to what this edition says, if it does not say so already, and wake other machines.

    Every file is in the bucket before a row names it, and other machines see all of it or nothing. Called before
    what was pressed counts as done: killed at any point it is made up for by the next one. The caller holds the
    press's lock and is in office. Raises OfficeLost, BucketAway.
    """
    row = in_office(current)
    since = row.step if standing.compared == row.manifest else None
    if (since, row.held) == (current.number, current.held):
        return
    if since is not None and not current.remembers(since):
        since = None
    is_all, now = since is None, _now(current, since)
    there = {key for key, _at in bucket().under(BLOBS)} if is_all else set()
    _upload(current, _digests(one for one in now.values() if one is not None), there)
    with transaction.atomic():
        row = in_office(current, to_change=True)
        changed = _differing(now, is_all=is_all)
        row.number += 1
        for one in changed:
            one.number = row.number
        Registered.objects.bulk_create(
            changed,
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["resource"],
            update_fields=["number", *FIELDS],
        )
        row.step, row.held = current.number, current.held
        row.tables = sorted(key.partition(":")[2] for key in current.keys_read("table:"))
        row.save()
        _wake(row.number)
    current.note_followed(Followed(str(row.epoch), row.number, row.step))
    say_where(current)
    standing.compared = row.manifest


def tell_forms(current: Edition, digests: Iterable[str]) -> None:
    """Tell the smallest forms that bodies were given. Where that fails others have the first form until this process
    begins anew. Raises OfficeLost, BucketAway."""
    if standing.term is None:
        return  # nothing was told yet: whoever tells compares everything
    forms = current.forms(digests)
    _upload(current, {form.digest for made in forms.values() for form in made.values()}, set())
    with transaction.atomic():
        row = in_office(current, to_change=True)
        rows = list(Registered.objects.filter(digest__in=forms, path__isnull=False))
        row.number += 1
        for one in rows:
            one.number, one.forms = row.number, forms[one.digest]
        Registered.objects.bulk_update(rows, ["number", "forms"], batch_size=AT_ONCE)
        row.save(update_fields=["number"])
        _wake(row.number)


def tell_purge(current: Edition) -> None:
    """Have every machine let go of all former editions, also those that are away now."""
    with transaction.atomic():
        row = in_office(current, to_change=True)
        row.purges += 1
        row.number += 1
        row.save(update_fields=["purges", "number"])
        _wake(row.number)


def clear_bucket(current: Edition, grace: dt.timedelta = GRACE) -> None:
    """Remove from the bucket what neither this edition nor the register names and was put there before the last hour.

    The caller holds the press's lock and is in office: nothing is on its way.
    """
    rows = Registered.objects.filter(path__isnull=False).values_list("digest", "forms")
    named = current.named()
    for digest, forms in rows.iterator():
        named.update((digest, *(form for form, _size in forms.values())))
    latest = clock.now() - grace
    bucket().delete(
        BLOBS + key for key, at in bucket().under(BLOBS) if key not in named and at <= latest
    )


def _wake(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(number)])


def _now(current: Edition, since: int | None) -> dict[str, Entry | None]:
    """What readers get of each resource, None for those that left: of all, or of those touched after a step."""
    if since is None:
        return {entry.resource: entry for entry in current.entries()}
    return {name: current.entry(name) for name, _path in current.touched_since(since)}


def _digests(entries: Iterable[Entry]) -> set[str]:
    return {
        digest
        for entry in entries
        for digest in (entry.digest, *(form.digest for form in entry.variants.values()))
    }


def _upload(current: Edition, digests: set[str], there: set[str]) -> None:
    """Put blobs into the bucket, but for those that are there."""

    def put(digest: str) -> None:
        with current.blobs.open(digest):  # checked byte for byte: no damage is handed on
            bucket().put(BLOBS + digest, current.blobs.path(digest))

    with ThreadPoolExecutor(TOGETHER) as asking:
        list(asking.map(put, digests - there))


def _differing(now: dict[str, Entry | None], *, is_all: bool) -> list[Registered]:
    """Rows that say what is now, where the register says something else."""
    names = None if is_all else list(now)
    rows = (
        Registered.objects.all() if names is None else Registered.objects.filter(resource__in=names)
    )
    known = {row.pop("resource"): row for row in rows.values("resource", *FIELDS)}
    wanted = {name: _about(entry) for name, entry in now.items()}
    if is_all:
        wanted |= {name: _about(None) for name in known.keys() - now.keys()}
    gone = _about(None)
    return [
        Registered(resource=name, **about)
        for name, about in wanted.items()
        if about != known.get(name, gone)
    ]


def _about(entry: Entry | None) -> dict[str, object]:
    if entry is None:
        return {
            **dict.fromkeys(("content_type", "headers", "digest"), ""),
            "path": None,
            "status": 0,
            "size": 0,
            "forms": {},
        }
    return {
        "path": entry.path,
        "status": entry.status,
        "content_type": entry.content_type,
        "headers": json.dumps(entry.headers),
        "digest": entry.digest,
        "size": entry.size,
        "forms": {coding: list(form) for coding, form in entry.variants.items()},
    }
