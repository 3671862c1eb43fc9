"""The diary of a rehearsal: what happened in each month, counted by names such as `webhooks: lost`."""

from __future__ import annotations

from collections import Counter

from broadsheet.kit import clock


class Diary:
    """Counts by month, written down as things happen; months are the newsroom's, as `2026-03`."""

    def __init__(self) -> None:
        self.months: dict[str, Counter[str]] = {}

    def note(self, what: str, count: int = 1) -> None:
        """Something happened now."""
        month = f"{clock.day_of(clock.now()):%Y-%m}"
        self.months.setdefault(month, Counter())[what] += count

    def total(self) -> Counter[str]:
        """Everything that was noted, of all months."""
        total: Counter[str] = Counter()
        for counts in self.months.values():
            total += counts
        return total
