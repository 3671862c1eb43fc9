"""What may be given, how far a campaign is, and when it runs. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from broadsheet.funding.choices import Phase
from broadsheet.funding.rules.currencies import KNOWN, THREE_DECIMAL, least_gift, most_gift
from broadsheet.kit.money import Money, exponent

SUGGESTED = {"JPY": (1000, 2500, 5000, 10_000), "KRW": (5000, 10_000, 25_000, 50_000)}
"""Amounts to choose from, in minor units, where the usual ones make no sense."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an amount is not taken: `kind` is too_small, too_large, currency or rounder; `limit` where one rules."""

    kind: str
    limit: Money | None = None


def problem_with(gift: Money) -> Problem | None:
    """Why a gift of this amount cannot be taken, None where it can."""
    if gift.currency not in KNOWN:
        return Problem("currency")
    least, most = least_gift(gift.currency), most_gift(gift.currency)
    if gift.minor < least:
        return Problem("too_small", Money(least, gift.currency))
    if gift.minor > most:
        return Problem("too_large", Money(most, gift.currency))
    if gift.currency in THREE_DECIMAL and gift.minor % 10:
        return Problem("rounder")
    return None


def suggested_gifts(currency: str) -> list[Money]:
    """Amounts to choose from on the giving page, least first."""
    unit = 10 ** exponent(currency)
    while unit * 10 < least_gift(currency):
        unit *= 10
    minors = SUGGESTED.get(currency, tuple(unit * count for count in (10, 25, 50, 100)))
    return [Money(minor, currency) for minor in minors]


def percent_reached(total: int, goal: int) -> int:
    """Whole percent of the goal that is reached, rounded down: 99.9 % is not there yet. May exceed 100.

    `total` and `goal` in minor units of one currency, or in supporters; `goal` above zero. A negative total counts
    as none.
    """
    return max(total, 0) * 100 // goal


def percent_passed(now: dt.datetime, starts_at: dt.datetime, ends_at: dt.datetime) -> int:
    """Whole percent of a campaign's time that has passed, rounded down: 0 before it, 100 from its end on."""
    return min(max((now - starts_at) * 100 // (ends_at - starts_at), 0), 100)


def phase_of(now: dt.datetime, starts_at: dt.datetime, ends_at: dt.datetime) -> Phase:
    """Where a campaign is in time: its first instant belongs to it, its last one does not."""
    if now < starts_at:
        return Phase.UPCOMING
    return Phase.OPEN if now < ends_at else Phase.ENDED


def pause_before_try(attempts: int) -> dt.timedelta:
    """How long to wait before the next try of something that failed `attempts` times: 10 s doubling to 6 h."""
    return min(dt.timedelta(seconds=10 * 2 ** min(attempts, 12)), dt.timedelta(hours=6))
