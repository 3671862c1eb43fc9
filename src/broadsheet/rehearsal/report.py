"""What a rehearsal says in the end: to people what happened in March, to programs the same as JSON."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.conf import settings

from broadsheet.funding.actions import Reconciliation
from broadsheet.kit.money import Money
from broadsheet.rehearsal.facts import Months
from broadsheet.rehearsal.plan import Plan


@dataclass(frozen=True, slots=True)
class Report:
    """A rehearsal's counts by month, its reconciliation, and what did not hold, as sentences."""

    plan: Plan
    months: Months
    reconciled: list[Reconciliation]
    wrong: list[str]

    @property
    def holds(self) -> bool:
        """Whether every invariant holds and every cent is explained."""
        return not self.wrong and all(each.is_explained for each in self.reconciled)

    def as_json(self) -> dict[str, object]:
        """All of it, the same for the same plan."""
        return {
            "plan": asdict(self.plan),
            "months": {name: dict(counts) for name, counts in self.months.items()},
            "counts": dict(sorted(self._total().items())),
            "reconciliation": [
                {**asdict(each), "is_explained": each.is_explained} for each in self.reconciled
            ],
            "wrong": self.wrong,
            "holds": self.holds,
        }

    def as_lines(self) -> Iterator[str]:
        """All of it for people."""
        for name, counts in self.months.items():
            yield f"{dt.date.fromisoformat(f'{name}-01'):%B %Y}"
            yield from _told(counts)
        yield "All months"
        yield from _told(self._total())
        for each in self.reconciled:
            yield f"{each.account}: {each.agreed} movements agree, {len(each.differences)} do not."
            yield from (f"  {one.kind} {one.ref}: {one.said}" for one in each.differences[:20])
            for currency, (ours, theirs) in each.balances.items():
                held, booked = (Money(minor, currency).format() for minor in (theirs, ours))
                yield f"  the processor holds {held}, the ledger says {booked}."
        yield from (f"WRONG: {sentence}." for sentence in self.wrong)
        yield (
            "Every cent is explained, and all that has to hold holds."
            if self.holds
            else (
                "This rehearsal failed. It is a bug of Broadsheet: please report it with the command that you gave."
            )
        )

    def _total(self) -> Counter[str]:
        return sum(self.months.values(), Counter[str]())


def _told(counts: Counter[str]) -> Iterator[str]:
    """Counts of one thing in a line: what it is, then how often each."""
    grouped: dict[str, list[str]] = {}
    for name, count in sorted(counts.items()):
        thing, _, kind = name.partition(": ")
        said = Money(count, settings.BROADSHEET.currency).format() if thing == "money" else count
        grouped.setdefault(thing, []).append(f"{said} {kind}")
    yield from (f"  {thing}: {'; '.join(said)}" for thing, said in grouped.items())
