"""How often stories were read, as far as it was counted; nothing public asks this."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, IntegerField, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat

from broadsheet.kit import clock
from broadsheet.newsroom.models import DailyReading, HourlyReading

STORY = "page:"


def readings(days: int) -> list[tuple[str, int]]:
    """Documents and how often they were read, most read first.

    `days` is 1 for the last 24 hours, the one that runs and 23 before it, or how many days with today.
    """
    found = _of(days).values_list("document").annotate(read=Sum("count"))
    return list(found.order_by("-read", "document"))


def by_time(documents: Iterable[str], days: int) -> dict[str, list[int]]:
    """How often each of some documents was read in each hour (`days` is 1) or on each day, the oldest first."""
    now = clock.now()
    if days == 1:
        first = _this_hour(now) - dt.timedelta(hours=23)
        times: list[Any] = [first + dt.timedelta(hours=number) for number in range(24)]
    else:
        today = clock.day_of(now)
        times = [today - dt.timedelta(days=number) for number in reversed(range(days))]
    places = {time: place for place, time in enumerate(times)}
    found = {document: [0] * len(times) for document in documents}
    field = "hour" if days == 1 else "day"
    rows = _of(days).filter(document__in=found).values_list("document", field, "count")
    for document, time, count in rows:
        if time in places:
            found[document][places[time]] += count
    return found


def with_readings(stories: Any, days: int) -> Any:
    """Stories that know in `read` how often they were read in the last `days` days with today."""
    name = Concat(Value(STORY), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    counts = DailyReading.objects.filter(document=name, day__gte=_first_day(days))
    total = counts.order_by().values("document").annotate(total=Sum("count")).values("total")
    return stories.annotate(read=Coalesce(Subquery(total, output_field=IntegerField()), 0))


def _of(days: int) -> Any:
    if days == 1:
        first = _this_hour(clock.now()) - dt.timedelta(hours=23)
        return HourlyReading.objects.filter(hour__gte=first)
    return DailyReading.objects.filter(day__gte=_first_day(days))


def _first_day(days: int) -> dt.date:
    return clock.day_of(clock.now()) - dt.timedelta(days=days - 1)


def _this_hour(now: dt.datetime) -> dt.datetime:
    """The first instant of the hour that runs in the newsroom's zone, in UTC: twice an hour has one name there."""
    local = now.astimezone(clock.newsroom_zone())
    return local.replace(minute=0, second=0, microsecond=0).astimezone(dt.UTC)
