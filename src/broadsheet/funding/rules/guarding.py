"""How much is too much: of gifts begun by one address, network or card, and of cards declined everywhere. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum

MOST_DECLINES = 5
"""So many cards declined in one checkout end it; whoever mistypes three times still pays with the fourth."""

MOST_HOLDERS = 3
"""A card that more supporters than this tried within WATCHED is passed around."""

WINDOW = dt.timedelta(hours=1)
"""In which the share of declined cards is looked at; and in WATCHED, for those who go slowly."""

WATCHED = dt.timedelta(days=1)
LEAST = ((WINDOW, 10), (WATCHED, 30))
"""How many cards have to be declined within a time before their share means anything."""

HOLD = dt.timedelta(minutes=30)
"""How long the breaker stays raised at least, and until it is looked at again."""

STAFF_HOLD = dt.timedelta(days=1)
"""The same where one of the staff raised it."""


class Answer(IntEnum):
    """What somebody who wants to begin a gift is told; the highest of several counts."""

    WELCOME = 0
    PROVE = 1
    WAIT = 2


@dataclass(frozen=True, slots=True)
class Limit:
    """So much may be begun: each counts for `spacing`; up to `free` at once without proof, up to `most` at all."""

    spacing: dt.timedelta
    free: int
    most: int

    def load(self, free_at: dt.datetime | None, now: dt.datetime) -> int:
        """How many still count, begun ones rounded up."""
        return -(-max(free_at - now, dt.timedelta()) // self.spacing) if free_at else 0

    def after(self, free_at: dt.datetime | None, now: dt.datetime, count: int) -> dt.datetime:
        """When nothing will count any more, once `count` more are added (or taken back, below zero)."""
        return max(free_at or now, now) + self.spacing * count

    def answer(self, free_at: dt.datetime | None, now: dt.datetime) -> Answer:
        """What one more is told."""
        load = self.load(free_at, now)
        if load >= self.most:
            return Answer.WAIT
        return Answer.PROVE if load >= self.free else Answer.WELCOME


def limits(free: int) -> dict[str, Limit]:
    """The limits of what is counted, in the order in which rows are taken; `free` is what one person may begin.

    A network of many lines (256 addresses in IPv4, 65,536 lines in IPv6) may begin seven times as much.
    """
    hour = dt.timedelta(hours=1)
    alone, many = hour // max(free, 1), hour // max(7 * free, 1)
    return {
        "email": Limit(alone, free, 12),
        "line": Limit(alone, free, 30),
        "network": Limit(many, 7 * free, 210),
        "letter": Limit(hour // 3, 3, 3),
    }


def is_alarming(cards: int, declined: int, least: int, percent: int) -> bool:
    """Whether so many declined cards of so many are more than chance; `percent` 0 says never."""
    return bool(percent) and declined >= least and declined * 100 >= cards * percent


def is_calm(cards: int, declined: int, percent: int) -> bool:
    """Whether so few are declined that the breaker need not stay: less than half of what raises it."""
    return not is_alarming(cards, declined * 2, LEAST[0][1], percent)
