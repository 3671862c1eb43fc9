"""What is rehearsed: how long, with how many, and how much goes wrong. Pure; the same seed is the same year."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

BEGIN = dt.datetime(2026, 1, 1, 6, tzinfo=dt.UTC)
"""A rehearsal begins here, whenever it is played: a seed always gives the same year."""

CLOSING = 8
"""The month in which the first processor's account closes, in a rehearsal that is longer than it."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How often something goes wrong, each of a thousand: of webhooks, of calls, of the worker's steps, of days."""

    lost: int = 0
    late: int = 0
    doubled: int = 0
    reordered: int = 0
    forged: int = 0
    calls: int = 0
    crashes: int = 0
    away: int = 0
    down: int = 0
    longest_down: int = 0


FAULTS = {
    "none": Weather(),
    "mild": Weather(*(20, 20, 20, 20, 5), calls=10, crashes=30, away=10, down=5, longest_down=2),
    "hard": Weather(
        *(150, 100, 100, 100, 50), calls=80, crashes=200, away=60, down=20, longest_down=10
    ),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A rehearsal of so many `months` with so many supporters; in the month `closes` the first account does."""

    months: int = 12
    supporters: int = 500
    seed: int = 7
    faults: str = "mild"
    closes: int = CLOSING

    @property
    def weather(self) -> Weather:
        return FAULTS[self.faults]

    def chance(self, of: str) -> Chance:
        """The chance of one part of the rehearsal, by a name of its own: what others do does not change it."""
        return Chance(random.Random(f"{self.seed} {of}"))  # noqa: S311 - nothing here is secret

    def day(self, number: int) -> dt.datetime:
        """The first instant that is played of day `number`, from 0."""
        return BEGIN + dt.timedelta(days=number)

    @property
    def days(self) -> int:
        """How many days the months have."""
        years, month = divmod(BEGIN.month - 1 + self.months, 12)
        return (BEGIN.replace(year=BEGIN.year + years, month=month + 1) - BEGIN).days

    @property
    def closing(self) -> int | None:
        """The day on which the first account begins to drain, None where the rehearsal is too short."""
        return None if self.months <= self.closes else Plan(self.closes - 1).days


class Chance:
    """Repeatable chance."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    def happens(self, of_thousand: int) -> bool:
        return self._dice.randrange(1000) < of_thousand

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self._dice.randint(low, high)

    def of(self, weights: dict[str, int]) -> str:
        """One of these, each as often as its weight says."""
        return self._dice.choices(list(weights), list(weights.values()))[0]
