"""The only door to the ledger's lines: balanced transactions go in, nothing is changed, nothing comes out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.errors import Unbalanced
from broadsheet.funding.models import (
    Donation,
    LedgerEntry,
    LedgerHead,
    LedgerTransaction,
    ProcessorAccount,
)
from broadsheet.funding.rules.chaining import Entry, Fact, chain_hash
from broadsheet.kit import clock
from broadsheet.kit.money import Money


@dataclass(frozen=True, slots=True)
class Line:
    """A line: debits positive, credits negative; the key of a campaign where the line counts for one."""

    account: LedgerAccount
    amount: Money
    campaign_id: int | None = None


def hold() -> None:
    """Let nobody else book until the end of the caller's transaction: what is decided by the books is decided once."""
    LedgerHead.objects.select_for_update().get()


def received(amount: Money, fee: Money, paid: Money) -> list[Line]:
    """What came to a processor's balance of what was `paid`, negative where it went; all but that is here.

    Where the processor exchanged it, `amount` and `fee` are of another currency than `paid`, and each currency
    is balanced by itself: what the processor reckoned is kept, no rate is.
    """
    lines = [Line(LedgerAccount.PROCESSOR, amount - fee), Line(LedgerAccount.FEES, fee)]
    if amount.currency != paid.currency:
        lines.append(Line(LedgerAccount.EXCHANGE, Money(-amount.minor, amount.currency)))
        lines.append(Line(LedgerAccount.EXCHANGE, paid))
    return lines


def book(
    *,
    kind: str,
    account: ProcessorAccount,
    processor_ref: str,
    donation: Donation | None,
    occurred_at: dt.datetime,
    lines: Sequence[Line],
) -> LedgerTransaction:
    """Write one transaction with its lines, in the caller's transaction; lines of nothing are left out.

    Raises Unbalanced unless the lines sum to zero in each currency, django's IntegrityError where the
    processor's transaction is booked already.
    """
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.amount.currency] += line.amount.minor
    if any(sums.values()):
        raise Unbalanced(f"The lines of {processor_ref} do not balance: {dict(sums)}.")
    head = LedgerHead.objects.select_for_update().get()
    ident = uuid.uuid4()
    number, kept = head.number + 1, [line for line in lines if line.amount.minor]
    fact = Fact(
        number, str(ident), kind, account.slug, processor_ref,
        donation.reference if donation else "", occurred_at.astimezone(dt.UTC).isoformat(),
    )  # fmt: skip
    own_hash = chain_hash(head.hash, fact, map(_chained, kept))
    LedgerHead.objects.filter(pk=head.pk).update(number=number, hash=own_hash)
    # Entries first: the transaction's row is what the database checks them by (models/triggers.py).
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            transaction_id=ident,
            account=line.account,
            minor=line.amount.minor,
            currency=line.amount.currency,
            campaign_id=line.campaign_id,
        )
        for line in kept
    )
    return LedgerTransaction.objects.create(
        id=ident,
        kind=kind,
        account=account,
        processor_ref=processor_ref,
        donation=donation,
        occurred_at=occurred_at,
        booked_at=clock.now(),
        number=number,
        hash=own_hash,
    )


def _chained(line: Line) -> Entry:
    campaign = line.campaign_id or 0
    return Entry(line.account.value, line.amount.minor, line.amount.currency, campaign)
