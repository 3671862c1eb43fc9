"""How giving is going, by the ledger: recurring revenue by month, gifts by campaign and by the page they came from."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from broadsheet.funding.choices import LedgerAccount, OccurrenceState
from broadsheet.funding.models import LedgerEntry
from broadsheet.funding.rules.going import Month, Taken, months_of, next_month
from broadsheet.funding.rules.hiding import FEW, hidden_cells
from broadsheet.kit import clock
from broadsheet.kit.money import Money

GIFTS = (LedgerAccount.GIFTS, LedgerAccount.REFUNDS, LedgerAccount.DISPUTES)
"""Gifts without the fees that supporters cover, less what went back."""

MONTHS = 12
MOST = 50
"""How many pages are named."""


@dataclass(frozen=True, slots=True)
class Share:
    """What came for a campaign, or from a page; `name` is empty for none."""

    name: str
    gifts: int
    amount: Money


def shown_months() -> tuple[dt.date, int]:
    """The first of the months that are shown, and how many: those that are over in the newsroom's zone."""
    this = clock.day_of(clock.now()).replace(day=1)
    return next_month(this, -MONTHS), MONTHS


def recurring_months() -> dict[str, list[Month]]:
    """Recurring revenue of the months that are over, each currency by itself.

    What counts is the money of pledges' gifts, by the period they are for: a refund restates its month.
    """
    at = "transaction__donation__occurrence"
    rows = LedgerEntry.objects.filter(account__in=GIFTS, **{f"{at}__state": OccurrenceState.PAID})
    named = (f"{at}__pledge", f"{at}__pledge__cadence", f"{at}__due_on", "currency")
    taken: dict[str, list[Taken]] = defaultdict(list)
    for pledge, cadence, due_on, currency, minor in (
        rows.order_by().values_list(*named).annotate(Sum("minor"))
    ):  # fmt: skip
        taken[currency].append(Taken(pledge, cadence, due_on.replace(day=1), -minor))
    first, count = shown_months()
    return {currency: months_of(taken[currency], first, count) for currency in sorted(taken)}


def shares_by(name: str, *, sees_people: bool = True) -> list[Share]:
    """What came since the first of the shown months by `campaign__slug` or `origin` of the gifts, the most first.

    Each currency by itself, in the order of their codes. For who sees no people, sums of few of them are one share.
    """
    first, _count = shown_months()
    since = dt.datetime(first.year, first.month, 1, tzinfo=clock.newsroom_zone())
    rows = LedgerEntry.objects.filter(
        account__in=GIFTS, transaction__donation__settled_at__gte=since
    )
    grouped = rows.order_by().values_list(f"transaction__donation__{name}", "currency").annotate(
        Sum("minor"), Count("transaction__donation", distinct=True)
    )  # fmt: skip
    found = [
        Share(said or "", gifts, Money(-minor, currency))
        for said, currency, minor, gifts in grouped
    ]
    if not sees_people:
        found = list(_without_few(found, _givers(rows, name)))
    found.sort(key=lambda each: (each.amount.currency, -each.amount.minor, each.name))
    return found[:MOST]


TOGETHER = f"(fewer than {FEW} supporters each)"


def _givers(rows: QuerySet[LedgerEntry], name: str) -> dict[tuple[str, str], set[int]]:
    """Who gave what has a share, by its name and currency; at most FEW of each."""
    at = "transaction__donation__"
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    named = rows.order_by().values_list(f"{at}{name}", "currency", f"{at}supporter").distinct()
    for said, currency, supporter in named.iterator(500):
        givers = found[said or "", currency]
        if len(givers) < FEW:
            givers.add(supporter)
    return found


def _without_few(
    shares: Sequence[Share], givers: dict[tuple[str, str], set[int]]
) -> Iterator[Share]:
    """The shares that may be shown by themselves, and the others of each currency as one, if that may be."""
    for currency in sorted({each.amount.currency for each in shares}):
        of = [each for each in shares if each.amount.currency == currency]
        hidden, may_be_summed = hidden_cells([givers[each.name, currency] for each in of])
        yield from (each for at, each in enumerate(of) if at not in hidden)
        if may_be_summed and hidden:
            minor = sum(of[at].amount.minor for at in hidden)
            gifts = sum(of[at].gifts for at in hidden)
            yield Share(TOGETHER, gifts, Money(minor, currency))
