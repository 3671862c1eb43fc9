"""Booking what the processor pays out to the bank, and what comes back of it; each movement once."""

from __future__ import annotations

from django.db import transaction

from broadsheet.funding import ledger
from broadsheet.funding.choices import LedgerAccount, Verdict
from broadsheet.funding.gateways.protocol import PaidOut
from broadsheet.funding.models import LedgerTransaction, Payout, ProcessorAccount
from broadsheet.kit import audit
from broadsheet.kit.money import Money


@transaction.atomic
def record_payout(*, account: ProcessorAccount, paid_out: PaidOut, by: audit.Actor) -> Verdict:
    """Note a payout as it was fetched and book its movements that are not booked; UNCHANGED where all were."""
    payout, _ = Payout.objects.get_or_create(
        account=account,
        ident=paid_out.ident,
        defaults={
            "minor": paid_out.amount.minor,
            "currency": paid_out.amount.currency,
            "made_at": paid_out.made_at,
        },
    )
    payout = Payout.objects.select_for_update().get(pk=payout.pk)
    verdict = Verdict.UNCHANGED
    moved = [("fee", each) for each in paid_out.fees]
    for kind, movement in [*moved, *(("payout", each) for each in paid_out.movements)]:
        if LedgerTransaction.objects.filter(account=account, processor_ref=movement.ident).exists():
            continue
        back = Money(-movement.amount.minor, movement.amount.currency)
        ledger.book(
            kind=kind,
            account=account,
            processor_ref=movement.ident,
            donation=None,
            occurred_at=movement.at,
            lines=[
                *ledger.received(movement.amount, movement.fee, movement.amount),
                ledger.Line(LedgerAccount.PAYOUTS, back),
            ],
        )
        audit.record(f"{kind}.booked", payout, by=by, minor=movement.amount.minor)
        verdict = Verdict.BOOKED
    failed = not sum(movement.amount.minor for movement in paid_out.movements)
    Payout.objects.filter(pk=payout.pk).update(failed=failed)
    return verdict
