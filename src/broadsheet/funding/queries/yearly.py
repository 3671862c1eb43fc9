"""What the ledger says of a supporter's year, who is to get a statement of it, and those that were written."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet, Sum

from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.models import (
    KeptWords,
    LedgerEntry,
    LedgerTransaction,
    Supporter,
    YearlyStatement,
)
from broadsheet.funding.rules.yearly import Given, span_of
from broadsheet.kit import clock
from broadsheet.kit.money import Money

OF_THE_GIFT = (
    LedgerAccount.GIFTS,
    LedgerAccount.COVER,
    LedgerAccount.REFUNDS,
    LedgerAccount.DISPUTES,
)
"""What of a booking is the supporter's own: not what sponsors add, not what we lose or owe."""


def gifts_of_year(supporter: Supporter, year: int) -> list[Given]:
    """A supporter's gifts of a year, the first one first, as the ledger has them now.

    A gift is of the year of its date in the newsroom's zone, whenever we heard of it; what went back of it counts there
    too, in whatever year it went. Of what went back wholly a line remains, with nothing left.
    """
    booked = _gifts_in(year).filter(donation__supporter=supporter).order_by("occurred_at", "number")
    dated = list(booked.values_list("donation", "donation__reference", "occurred_at"))
    lines = LedgerEntry.objects.filter(
        transaction__donation__in=[row[0] for row in dated], account__in=OF_THE_GIFT
    )
    sums: dict[tuple[int, bool], tuple[int, str]] = {}
    grouped = lines.order_by().values_list(
        "transaction__donation", "transaction__kind", "currency"
    ).annotate(Sum("minor"))  # fmt: skip
    for donation, kind, currency, minor in grouped:
        key = (donation, kind == "gift")
        sums[key] = (sums.get(key, (0, currency))[0] + minor, currency)
    found = []
    for donation, reference, occurred_at in dated:
        paid, currency = sums[donation, True]
        returned = sums.get((donation, False), (0, currency))[0]
        day = clock.day_of(occurred_at)
        found.append(Given(reference, day, Money(-paid, currency), Money(returned, currency)))
    return found


def to_state(year: int) -> Iterator[Supporter]:
    """Everybody who gave in a year, and whoever has a statement of it, in the order of their first gift to us."""
    stated = YearlyStatement.objects.filter(year=year).values("supporter")
    gave = _gifts_in(year).values("donation__supporter")
    rows = Supporter.objects.filter(Q(pk__in=gave) | Q(pk__in=stated)).order_by("pk")
    return rows.iterator(500)


def statements_of(supporter: Supporter) -> QuerySet[YearlyStatement]:
    """The statements of a supporter and of those who were merged into them: the newest year first, all versions."""
    whose = Q(supporter=supporter) | Q(supporter__merged_into=supporter)
    rows = YearlyStatement.objects.filter(whose).select_related("series", "supporter")
    return rows.order_by("-year", "number", "-version")


def last_statement(supporter: Supporter, year: int) -> YearlyStatement | None:
    """The version of a statement that holds; None where there is none."""
    rows = YearlyStatement.objects.filter(supporter=supporter, year=year)
    return rows.select_related("series").order_by("-version").first()


def kept_giver(statement: YearlyStatement) -> str:
    """Whom a statement of somebody who was erased was made out to, as long as that is kept; any version says it."""
    rows = KeptWords.objects.filter(
        statement__series=statement.series_id, statement__number=statement.number
    )
    last = rows.order_by("-statement__version").first()
    return last.words if last else ""


def _gifts_in(year: int) -> QuerySet[LedgerTransaction]:
    begins, ends = span_of(year, clock.newsroom_zone())
    return LedgerTransaction.objects.filter(
        kind="gift", occurred_at__gte=begins, occurred_at__lt=ends
    )
