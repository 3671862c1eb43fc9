"""Supporters, pledges and gifts as tables for files: a page of rows at a time, by as many questions each time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Model, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from broadsheet.funding.choices import AttemptState, DonationState
from broadsheet.funding.models import Attempt, Consent, Donation, Pledge, Receipt, Supporter
from broadsheet.funding.rules.bringing import COLUMNS
from broadsheet.funding.rules.going import spreadsheet_cell
from broadsheet.kit import clock
from broadsheet.kit.money import Money

PAGE = 500
"""So many rows are in memory at a time."""

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its headings, and what makes rows of cells of a page of objects. Words of others are never formulas."""

    name: str
    headings: tuple[str, ...]
    objects: Callable[[], QuerySet[Any]]
    cells: Callable[[Sequence[Any]], Iterator[Iterable[object]]]

    def page(self, after: int) -> tuple[list[Cells], int]:
        """The rows after a key, at most PAGE of them, and the key of the last one; no rows at the end."""
        found: list[Model] = list(self.objects().filter(pk__gt=after).order_by("pk")[:PAGE])
        rows = [[_cell(value) for value in row] for row in self.cells(found)]
        return rows, found[-1].pk if found else after

    def count(self) -> int:
        """How many rows there are now."""
        return self.objects().count()


def _cell(value: object) -> str:
    """A value as a cell: amounts as plain numbers, days as ISO writes them in the newsroom's zone."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return str(value.decimal)
    if isinstance(value, dt.datetime):
        return clock.day_of(value).isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date | int):
        return str(value)
    return spreadsheet_cell(str(value))


# Supporters -------------------------------------------------------------------------------------


def _people() -> QuerySet[Supporter]:
    return Supporter.objects.filter(merged_into=None, erased_at=None)


def _of_people(people: Sequence[Supporter]) -> Iterator[Iterable[object]]:
    given: dict[int, list[str]] = defaultdict(list)
    last: dict[int, dt.datetime] = {}
    settled = Donation.objects.filter(supporter__in=people, state=DonationState.SETTLED).order_by()
    sums = settled.values_list("supporter", "currency").annotate(
        Sum("gift_minor"), Sum("cover_minor"), Max("settled_at")
    )
    for supporter, currency, gift, cover, at in sums.order_by("supporter", "currency"):
        given[supporter].append(f"{Money(gift + cover, currency).decimal} {currency}")
        last[supporter] = max(at, last.get(supporter, at))
    for each in people:
        yield (
            *(each.email, each.name, each.language, each.key, each.created_at),
            *("; ".join(given[each.pk]), last.get(each.pk), each.stopped_updates_at is None),
        )


# Pledges ----------------------------------------------------------------------------------------


def _pledges() -> QuerySet[Pledge]:
    agreed = Consent.objects.filter(pledge=OuterRef("pk")).order_by("-pk")
    rows = Pledge.objects.filter(supporter__erased_at=None).select_related("supporter", "method")
    return rows.annotate(
        agreed=Subquery(agreed.values("text")[:1]),
        agreed_at=Subquery(agreed.values("given_at")[:1]),
    )


def _of_pledges(pledges: Sequence[Any]) -> Iterator[Iterable[object]]:
    """What the import of supporters reads stands first, filled where the pledge goes on: nothing else is revived."""
    for each in pledges:
        goes_on, method = each.next_on is not None, each.method
        promised: tuple[object, ...] = ("",) * (len(COLUMNS) - 3)
        if goes_on:
            token = (method.customer, method.method, method.label, method.expires_on)
            promised = (
                *(each.key, each.cadence, each.gross, each.currency, each.next_on),
                *(each.agreed, each.agreed_at, *(token if method else ("",) * 4)),
            )
        yield (
            *(each.supporter.email, each.name or each.supporter.name, each.language, *promised),
            *(each.key, each.state, each.gift, each.gross - each.gift, each.currency),
            *(each.organisation, each.created_at, each.ended_at),
        )


# Gifts ------------------------------------------------------------------------------------------


def _gifts() -> QuerySet[Donation]:
    paid = Attempt.objects.filter(
        donation=OuterRef("pk"), state=AttemptState.SUCCEEDED, is_extra=False
    )
    numbered = Receipt.objects.filter(donation=OuterRef("pk"), version=1)
    rows = Donation.objects.select_related("supporter", "campaign", "occurrence__pledge")
    return rows.annotate(
        came_back=Coalesce(Subquery(paid.values("returned_minor")[:1]), 0),
        came_by=Subquery(paid.values("account__slug")[:1]),
        series=Subquery(numbered.values("series__name")[:1]),
        number=Subquery(numbered.values("number")[:1]),
    )


def _of_gifts(gifts: Sequence[Any]) -> Iterator[Iterable[object]]:
    for each in gifts:
        occurrence = getattr(each, "occurrence", None)
        yield (
            *(each.reference, each.state, each.created_at, each.settled_at),
            *(each.supporter.key, each.supporter.email, each.name, each.organisation),
            *(each.gift, each.gross - each.gift, Money(each.came_back, each.currency)),
            *(each.currency, each.campaign and each.campaign.slug, each.origin),
            *(occurrence and occurrence.pledge.key, each.came_by),
            f"{each.series}-{each.number:05d}" if each.number else "",
            *(each.is_anonymous, each.dedication, each.dedicated_to, each.message),
        )


TABLES = {
    table.name: table
    for table in (
        Table(
            "supporters",
            (
                *("email", "name", "language", "key", "since", "given", "last_gift_on"),
                "wants_updates",
            ),
            _people,
            _of_people,
        ),
        Table(
            "pledges",
            (
                *COLUMNS,
                *("pledge", "state", "gift", "cover", "counted_in", "organisation", "begun_on"),
                "ended_on",
            ),
            _pledges,
            _of_pledges,
        ),
        Table(
            "gifts",
            (
                *("reference", "state", "begun_on", "arrived_on", "supporter", "email", "name"),
                *("organisation", "gift", "cover", "given_back", "currency", "campaign", "page"),
                *("pledge", "processor", "receipt", "anonymous", "dedication", "dedicated_to"),
                "message",
            ),
            _gifts,
            _of_gifts,
        ),
    )
}
