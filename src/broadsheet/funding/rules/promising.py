"""When gifts of a pledge are due: periods, month ends, what is caught up and what is let go. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from broadsheet.funding.choices import Cadence

LATEST = dt.timedelta(days=7)
"""How many days after its day a gift is still taken; so two charges are never less than three weeks apart."""

SPACING = dt.timedelta(days=14)
"""How long after a gift that came late by a link the next one is taken at the earliest."""

LONGEST_PAUSE = dt.timedelta(days=366)

QUIET = dt.timedelta(days=40)
"""After so long without a charge a supporter is told before the next one."""

NOTICE = {Cadence.MONTHLY: dt.timedelta(days=3), Cadence.YEARLY: dt.timedelta(days=14)}
"""How long before a gift it is announced, where it is."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, and on which day: that of the month (and, yearly, of that month), or the month's last before it."""

    cadence: Cadence
    day: int
    month: int = 1

    def period_of(self, day: dt.date) -> dt.date:
        """The period that a day is in, as its first day: its month, or its year."""
        first = day.replace(day=1)
        return first if self.cadence == Cadence.MONTHLY else first.replace(month=1)

    def due_in(self, period: dt.date) -> dt.date:
        """The day on which the gift of a period is due."""
        month = period.month if self.cadence == Cadence.MONTHLY else self.month
        last = calendar.monthrange(period.year, month)[1]
        return dt.date(period.year, month, min(self.day, last))

    def after(self, period: dt.date) -> dt.date:
        """The period that follows one."""
        if self.cadence == Cadence.YEARLY:
            return period.replace(year=period.year + 1)
        return (period + dt.timedelta(days=31)).replace(day=1)

    def next_due(self, day: dt.date, taken: dt.date) -> dt.date:
        """The first due day behind `day` in a period behind `taken`, the last one that has its occurrence."""
        period = max(self.after(taken), self.period_of(day))
        due = self.due_in(period)
        return due if due > day else self.due_in(self.after(period))

    def beginning_on(self, day: dt.date) -> Rhythm:
        """The same as often, anchored on a day."""
        return Rhythm(self.cadence, day.day, day.month)


@dataclass(frozen=True, slots=True)
class Plan:
    """What has become due: the day whose gift is taken now, if any, those that are let go, and the next one."""

    take: dt.date | None
    missed: tuple[dt.date, ...]
    following: dt.date


def plan(rhythm: Rhythm, next_on: dt.date, today: dt.date) -> Plan:
    """What to do about a pledge whose next gift was due on `next_on`, today or before.

    However many periods passed, at most one gift is taken, the latest, and none that is later than LATEST.
    """
    due, passed = next_on, []
    while due <= today:
        passed.append(due)
        due = rhythm.due_in(rhythm.after(rhythm.period_of(due)))
    take = passed.pop() if today - passed[-1] <= LATEST else None
    return Plan(take, tuple(passed), due)


def problem_with_date(
    rhythm: Rhythm, wished: dt.date, today: dt.date, taken: dt.date
) -> str | None:
    """Why a day cannot be that of the next gift: `past`, `taken` (its period has one), `far`; None where it can."""
    if wished <= today:
        return "past"
    if rhythm.period_of(wished) <= taken:
        return "taken"
    furthest = rhythm.after(rhythm.after(rhythm.period_of(today)))
    return "far" if rhythm.period_of(wished) > furthest else None
