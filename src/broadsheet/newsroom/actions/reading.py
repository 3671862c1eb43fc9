"""Keeping how often documents are read: adding what newsstands counted, and letting go of what is old."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction

from broadsheet.kit import clock
from broadsheet.newsroom.models import DailyReading, HourlyReading, ReadingIntake

HOURS_KEPT = dt.timedelta(days=31)
"""How long hours are told apart; their days are known from the beginning and last longer."""

LONGEST = 200
"""Characters of a document's name that are stored; longer ones are summed with the rest."""


def take_in(batch: str, counts: Mapping[tuple[int, str], int]) -> None:
    """Add counts by hour (seconds since 1970) and document, once for a batch however often it is brought.

    Others may add at the same time. A story's text edition is read as the story.
    """
    zone = clock.newsroom_zone()
    hours, days = Counter[tuple[dt.datetime, str]](), Counter[tuple[dt.date, str]]()
    for (second, name), count in counts.items():
        hour = dt.datetime.fromtimestamp(second, dt.UTC)
        document = name.replace("text:", "page:", 1) if name.startswith("text:") else name
        document = document if len(document) <= LONGEST else ""
        hours[hour, document] += count
        days[hour.astimezone(zone).date(), document] += count
    with transaction.atomic():
        node = settings.BROADSHEET.node
        if ReadingIntake.objects.filter(batch=batch).exists():
            return
        ReadingIntake.objects.update_or_create(node=node, defaults={"batch": batch})
        instants = connection.ops.adapt_datetimefield_value
        _add(HourlyReading, "hour", ((instants(hour), *rest) for hour, *rest in _rows(hours)))
        dates = connection.ops.adapt_datefield_value
        _add(DailyReading, "day", ((dates(day), *rest) for day, *rest in _rows(days)))


def _rows(counts: Counter[Any]) -> list[tuple[Any, str, int]]:
    # In one order, so that two who add never wait for each other.
    return [(when, document, count) for (when, document), count in sorted(counts.items())]


def _add(model: type[models.Model], when: str, rows: Iterable[tuple[Any, ...]]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({when}, document, count) VALUES (%s, %s, %s) "  # noqa: S608 - names of ours
            f"ON CONFLICT ({when}, document) DO UPDATE SET count = {table}.count + excluded.count",
            list(rows),
        )


def let_go() -> None:
    """Remove hours that are older than a month, and what the newsroom does not want to know any longer."""
    now = clock.now()
    kept = dt.timedelta(days=settings.BROADSHEET.reading_kept)
    HourlyReading.objects.filter(hour__lt=now - min(HOURS_KEPT, kept)).delete()
    DailyReading.objects.filter(day__lt=clock.day_of(now) - kept).delete()
