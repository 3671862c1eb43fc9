"""Months of recurring revenue as a drawing: bars, the line they stand on, and ticks of round sums. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from broadsheet.funding.rules.going import Month


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a drawn month: `what` it is, the month's `column` from the first on, and where it stands in whole
    units of the drawing."""

    what: str
    column: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Months as bars: what is there stands on the `line`, what went hangs below it, all at one scale.

    `ticks` are round sums in minor units, below zero for what went, and where they are.
    """

    line: int
    bars: list[Bar]
    ticks: list[tuple[int, int]]


HEIGHT, TICKS = 240, 8
"""A drawing is this high, and has at most so many ticks beside the line."""


def drawing_of(months: Sequence[Month]) -> Drawing:
    """Months as they are drawn."""
    highest = max(1, *(month.total for month in months))
    lowest = max(0, *(month.shrunk + month.lost for month in months))
    scale = -(-(highest + lowest) // (HEIGHT - 2))
    line = -(-highest // scale)
    step = _round_step((highest + lowest) // TICKS)
    above = [(line - minor // scale, minor) for minor in range(0, highest + 1, step)]
    below = [(line + minor // scale, -minor) for minor in range(step, lowest + 1, step)]
    return Drawing(line, list(_bars(months, line, scale)), above + below)


def _round_step(least: int) -> int:
    """The first of 1, 2, 5, 10, 20 and so on that is more than this."""
    power = 1
    while power * 10 <= least:
        power *= 10
    return next(power * times for times in (1, 2, 5, 10) if power * times > least)


def _bars(months: Sequence[Month], line: int, scale: int) -> Iterator[Bar]:
    for column, month in enumerate(months):
        y = line
        for what in ("kept", "grown", "recovered", "new"):
            if height := getattr(month, what) // scale:
                y -= height
                yield Bar(what, column, y, height)
        y = line
        for what in ("shrunk", "lost"):
            if height := getattr(month, what) // scale:
                yield Bar(what, column, y, height)
                y += height
