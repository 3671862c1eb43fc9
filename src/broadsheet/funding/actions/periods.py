"""Closing the books: a signpost in the chain with the sums up to it; what comes later is the next period's."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Sum

from broadsheet.funding.errors import PeriodRefused
from broadsheet.funding.models import LedgerEntry, LedgerHead, LedgerPeriod
from broadsheet.funding.queries import chain_breaks
from broadsheet.kit import audit, clock


@transaction.atomic
def close_period(*, name: str, by: AbstractBaseUser) -> LedgerPeriod:
    """A period from where the last one ended up to the transaction booked last, with its sums.

    Money that comes or goes back later, whatever its date, belongs to the next one. Raises PeriodRefused
    for a name that is taken, where nothing was booked since, and for a chain that does not hold.
    """
    head = LedgerHead.objects.select_for_update().get()
    last = LedgerPeriod.objects.order_by("-ends").first()
    begins = last.ends + 1 if last else 1
    if not name.strip() or LedgerPeriod.objects.filter(name=name).exists():
        raise PeriodRefused("A period needs a name that no other has, such as 2026-11.")
    if head.number < begins:
        raise PeriodRefused("Nothing was booked since the last period was closed.")
    broken = next(chain_breaks(since=begins), None)
    if broken:
        raise PeriodRefused(f"The books cannot be closed: {broken}.")
    sums = (
        LedgerEntry.objects.filter(transaction__number__range=(begins, head.number))
        .values_list("account", "currency")
        .annotate(sum=Sum("minor"))
        .order_by("account", "currency")
    )
    period = LedgerPeriod.objects.create(
        name=name,
        begins=begins,
        ends=head.number,
        hash=head.hash,
        sums=[list(row) for row in sums],
        closed_at=clock.now(),
    )
    audit.record("period.closed", period, by=by, ends=period.ends)
    return period
