"""How what comes again and again changes from month to month, and what a spreadsheet may be given."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from broadsheet.funding.choices import Cadence


@dataclass(frozen=True, slots=True)
class Taken:
    """What is left of a pledge's gift of one period, in minor units; `month` is the first day of that it was due in."""

    pledge: int
    cadence: str
    month: dt.date
    minor: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month's recurring revenue in minor units, and by what it differs from that of the month before."""

    month: dt.date
    total: int = 0
    new: int = 0
    recovered: int = 0
    grown: int = 0
    shrunk: int = 0
    lost: int = 0

    @property
    def kept(self) -> int:
        """What was there the month before and still is."""
        return self.total - self.new - self.recovered - self.grown


def next_month(month: dt.date, by: int = 1) -> dt.date:
    """The first day of the month so many after (before, where it is negative) that of a first day."""
    years, at = divmod(month.year * 12 + month.month - 1 + by, 12)
    return dt.date(years, at + 1, 1)


def months_of(taken: Iterable[Taken], first: dt.date, count: int) -> list[Month]:
    """So many months from the first day of one on. A yearly gift is a twelfth, rounded down, of twelve months."""
    worth: dict[int, dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
    for gift in taken:
        spread = 12 if gift.cadence == Cadence.YEARLY else 1
        for step in range(spread):
            worth[gift.pledge][next_month(gift.month, step)] += gift.minor // spread
    found = []
    for step in range(count):
        month = next_month(first, step)
        found.append(_month(month, worth.values()))
    return found


def _month(month: dt.date, pledges: Iterable[dict[dt.date, int]]) -> Month:
    before = next_month(month, -1)
    sums: dict[str, int] = defaultdict(int)
    for worth in pledges:
        was, now = worth.get(before, 0), worth.get(month, 0)
        sums["total"] += now
        if was == now:
            continue
        if was and now:
            sums["grown" if now > was else "shrunk"] += abs(now - was)
        elif was:
            sums["lost"] += was
        else:
            came_before = any(minor for day, minor in worth.items() if day < month)
            sums["recovered" if came_before else "new"] += now
    return Month(month, **sums)


FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""What begins a formula in some spreadsheet, or lets one begin in the next cell."""


def spreadsheet_cell(text: str) -> str:
    """Words of others as a cell that no spreadsheet takes for a formula (D6)."""
    return f"'{text}" if _is_formula(text) else text


def plain_text(cell: str) -> str:
    """The words that were made such a cell."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(text: str) -> bool:
    """Whether words begin a formula, or would without the apostrophes before them."""
    bare = text.lstrip("'")
    return bare.startswith(FORMULAS) or bare.lstrip().startswith(FORMULAS)
