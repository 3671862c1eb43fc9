"""Reconciling: every movement that a processor lists against every one that is booked; nothing is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from django.db.models import Q, QuerySet, Sum

from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Gateway, Movement
from broadsheet.funding.models import LedgerTransaction, ProcessorAccount
from broadsheet.funding.rules.reconciling import Difference, Line, compare, extras

PAGE = 500


@dataclass(slots=True)
class Reconciliation:
    """What became of one account's comparison. `balances` are minor units by currency, ours and theirs."""

    account: str
    agreed: int = 0
    differences: list[Difference] = field(default_factory=list)
    balances: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_explained(self) -> bool:
        """Whether every cent is: no line differs, and the balances are the same."""
        return not self.differences and all(
            ours == theirs for ours, theirs in self.balances.values()
        )


def reconcile(
    *,
    account: ProcessorAccount,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    gateway: Gateway | None = None,
) -> Reconciliation:
    """Compare an account's movements from `since` until before `until`, by when they happened there.

    Raises GatewayError where the processor cannot be asked. Differences come sorted, the same each time.
    """
    gateway = gateway or gateway_of(account)
    found = Reconciliation(account.slug)
    theirs: dict[str, int] = {}
    seen: set[str] = set()
    for page in gateway.movements(since, until):
        inside = [each for each in page if _is_inside(each.at, since, until)]
        for movement in inside:
            net = movement.amount - movement.fee
            theirs[net.currency] = theirs.get(net.currency, 0) + net.minor
        lines = [_line(movement) for movement in inside]
        refs = [line.ref for line in lines]
        booked = {line.ref: line for line in _booked(account, Q(processor_ref__in=refs))}
        before = len(found.differences)
        found.differences += compare(lines, booked, seen)
        found.agreed += len(lines) - (len(found.differences) - before)
    ranged = Q()
    if since:
        ranged &= Q(occurred_at__gte=since)
    if until:
        ranged &= Q(occurred_at__lt=until)
    found.differences += extras(_booked(account, ranged), seen)
    found.differences.sort()
    ours = _sums(_of(account).filter(ranged))
    found.balances = {
        currency: (ours.get(currency, 0), theirs.get(currency, 0))
        for currency in sorted({*ours, *theirs})
    }
    return found


def _is_inside(at: dt.datetime, since: dt.datetime | None, until: dt.datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


def _line(movement: Movement) -> Line:
    amount, fee = movement.amount, movement.fee
    return Line(movement.ident, amount.minor, fee.minor, amount.currency)


def _of(account: ProcessorAccount) -> QuerySet[LedgerTransaction]:
    return LedgerTransaction.objects.filter(account=account)


def _booked(account: ProcessorAccount, which: Q) -> Iterable[Line]:
    """What the ledger says of an account's movements: the net at the processor and the fee.

    What was exchanged is booked in two currencies; the line is in that of the balance.
    """
    net = Sum("entries__minor", filter=Q(entries__account=LedgerAccount.PROCESSOR), default=0)
    fee = Sum("entries__minor", filter=Q(entries__account=LedgerAccount.FEES), default=0)
    rows = (
        _of(account)
        .filter(which)
        .values_list("processor_ref", "entries__currency")
        .annotate(net=net, fee=fee)
        .order_by("processor_ref")
    )
    for _ref, in_currencies in groupby(rows.iterator(PAGE), itemgetter(0)):
        ref, currency, net_minor, fee_minor = max(in_currencies, key=lambda row: any(row[2:]))
        yield Line(ref, net_minor + fee_minor, fee_minor, currency)


def _sums(transactions: QuerySet[LedgerTransaction]) -> dict[str, int]:
    rows = transactions.filter(entries__account=LedgerAccount.PROCESSOR)
    by_currency = rows.values_list("entries__currency").annotate(sum=Sum("entries__minor"))
    return dict(by_currency.order_by())
