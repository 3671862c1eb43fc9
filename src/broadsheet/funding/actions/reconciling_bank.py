"""Reconciling the bank: every line of its statements against what is booked as being there; nothing is changed."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

from django.db.models import Min, Sum
from django.db.models.functions import Coalesce

from broadsheet.funding.actions.reconciling import Reconciliation
from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.models import BankLine
from broadsheet.funding.queries import ledger_sum, payouts_on_their_way, refunds_by_hand
from broadsheet.funding.rules.matching import PATIENCE
from broadsheet.funding.rules.reconciling import Difference
from broadsheet.kit import clock
from broadsheet.kit.money import Money


def reconcile_bank(
    *, since: dt.date | None = None, until: dt.date | None = None
) -> Reconciliation | None:
    """Compare the bank's lines of these days (both included) with the books; None before there is any line.

    What should be at the bank is looked for from the first statement on. Balances are compared over all
    days. Differences come sorted, the same each time.
    """
    begun = BankLine.objects.aggregate(first=Min("booked_on"))["first"]
    if begun is None:
        return None
    found = Reconciliation("the bank")
    _compare_lines(found, since, until)
    _miss(found, max(begun, since or begun), until)
    found.differences.sort()
    lines = BankLine.objects.filter(set_aside="").values_list("currency")
    theirs = dict(lines.annotate(sum=Sum("minor")).order_by())
    ours = ledger_sum(LedgerAccount.BANK)
    found.balances = {
        currency: (ours.get(currency, 0), theirs.get(currency, 0))
        for currency in sorted({*ours, *theirs})
    }
    return found


def _compare_lines(found: Reconciliation, since: dt.date | None, until: dt.date | None) -> None:
    twins = Counter(BankLine.objects.values_list(*_SAME))
    lines = BankLine.objects.annotate(matched=Coalesce(Sum("matches__minor"), 0))
    for line in lines.order_by("booked_on", "pk"):
        if (since and line.booked_on < since) or (until and line.booked_on > until):
            continue
        says = f"{line.booked_on} {line.amount.format()} “{line.words}”"
        if line.contested:
            found.differences.append(
                Difference("altered", line.ref, f"{says}; a later statement: {line.contested}")
            )
        left = Money(0 if line.set_aside else line.minor - line.matched, line.currency)
        if left.minor:
            is_twin = twins[tuple(getattr(line, name) for name in _SAME)] > 1
            kind = "duplicate" if is_twin and not line.matched else "missing"
            said = f"{says} at the bank, {left.format()} of it unexplained"
            found.differences.append(Difference(kind, line.ref, said))
        elif not line.contested:
            found.agreed += 1


_SAME = ("bank", "booked_on", "minor", "currency", "words")


def _miss(found: Reconciliation, since: dt.date, until: dt.date | None) -> None:
    """Name payouts and refunds that should be at the bank by now."""
    today = clock.day_of(clock.now())
    last = min(until or today, today - PATIENCE)
    due: dict[str, list[tuple[dt.datetime, Money]]] = defaultdict(list)
    for payout in payouts_on_their_way():
        due[payout.ident].append((payout.made_at, Money(payout.minor, payout.currency)))
    for refund in refunds_by_hand():
        due[refund.attempt.donation.reference].append((refund.created_at, refund.amount))
    for ref, rows in due.items():
        for at, amount in rows:
            day = clock.day_of(at)
            if since <= day <= last:
                said = f"{amount.format()} of {day} is in no line of the bank"
                found.differences.append(Difference("extra", ref, said))
