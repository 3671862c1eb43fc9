"""Booking what went back of a payment, by refund or dispute; each movement once, whatever told us of it."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from django.db.models import F

from broadsheet.funding import ledger
from broadsheet.funding.actions.receipts import issue_correction
from broadsheet.funding.actions.sponsoring import restate_match
from broadsheet.funding.actions.stating import restate_year
from broadsheet.funding.choices import DisputeState, LedgerAccount, RefundSource, RefundState
from broadsheet.funding.gateways.protocol import Disputed, Movement, Payment, Refunded
from broadsheet.funding.models import (
    Attempt,
    CampaignTotal,
    Dispute,
    Donation,
    LedgerTransaction,
    Refund,
)
from broadsheet.funding.rules.returning import Paid, Shares, shares_of
from broadsheet.kit import audit, changes, clock
from broadsheet.kit.events import announce
from broadsheet.kit.money import Money

FORWARD = {
    RefundState.PENDING: (RefundState.SUCCEEDED, RefundState.FAILED),
    RefundState.SUCCEEDED: (RefundState.FAILED,),
    RefundState.FAILED: (),
}
"""Where a refund that the processor knows can still go: what was fetched earlier never takes it back."""


def fold_returns(attempt: Attempt, payment: Payment, by: audit.Actor) -> bool:
    """Fold a succeeded payment's refunds and disputes into our rows; true where anything was new.

    The caller holds the attempt's row, in whose transaction all of it happens.
    """
    is_new = False
    for refunded in payment.refunds:
        refund = _refund_of(attempt, refunded, by)
        state = RefundState(refunded.state)  # type: ignore[call-arg]
        if state in FORWARD.get(RefundState(refund.state), tuple(FORWARD)):  # type: ignore[call-arg]
            Refund.objects.filter(pk=refund.pk).update(state=state, ident=refunded.ident, error="")
            audit.record("refund.moved", attempt.donation, by=by, refund=refund.pk, state=state)
            is_new = True
        is_new |= _book(attempt, refund, refunded.movements, LedgerAccount.REFUNDS, by)
    for disputed in payment.disputes:
        dispute, is_open = _dispute_of(attempt, disputed, by)
        if dispute.state == DisputeState.OPEN and disputed.state != DisputeState.OPEN:
            Dispute.objects.filter(pk=dispute.pk).update(state=disputed.state)
            audit.record(f"dispute.{disputed.state}", attempt.donation, by=by, dispute=dispute.pk)
            is_open = True
        is_new |= is_open
        is_new |= _book(attempt, dispute, disputed.movements, LedgerAccount.DISPUTES, by)
    return is_new


def propose_return(attempt: Attempt, why: str, by: audit.Actor) -> Refund:
    """Propose to give all of a payment back that should not have come, for a person to agree to."""
    now = clock.now()
    refund = Refund.objects.create(
        attempt=attempt,
        minor=attempt.captured_minor,
        source=RefundSource.SYSTEM,
        reason=why,
        state=RefundState.PROPOSED,
        key=secrets.token_hex(24),
        created_at=now,
        look_at=now,
    )
    audit.record("refund.proposed", attempt.donation, by=by, refund=refund.pk)
    return refund


def _refund_of(attempt: Attempt, refunded: Refunded, by: audit.Actor) -> Refund:
    """Our row of a refund, by the processor's id or by our key; made where somebody refunded elsewhere."""
    found = attempt.refunds.filter(ident=refunded.ident).first()
    if found is None and refunded.reference:
        found = attempt.refunds.filter(key=refunded.reference).first()
    if found is None:
        now = clock.now()
        found = Refund.objects.create(
            attempt=attempt,
            minor=refunded.amount.minor,
            source=RefundSource.PROCESSOR,
            state=RefundState.PENDING,
            key=secrets.token_hex(24),
            ident=refunded.ident,
            created_at=now,
            look_at=now,
        )
        audit.record("refund.found", attempt.donation, by=by, refund=found.pk)
    return found


def _dispute_of(attempt: Attempt, disputed: Disputed, by: audit.Actor) -> tuple[Dispute, bool]:
    """Our row of a dispute, and whether it was opened just now."""
    dispute, is_new = Dispute.objects.get_or_create(
        attempt=attempt,
        ident=disputed.ident,
        defaults={
            "minor": disputed.amount.minor,
            "reason": disputed.reason[:100],
            "state": DisputeState.OPEN,
            "opened_at": disputed.opened_at,
            "evidence_due_at": disputed.evidence_due_at,
        },
    )
    if is_new:
        audit.record("dispute.opened", attempt.donation, by=by, dispute=dispute.pk)
    return dispute, is_new


def _book(
    attempt: Attempt,
    cause: Refund | Dispute,
    movements: Sequence[Movement],
    account: LedgerAccount,
    by: audit.Actor,
) -> bool:
    """Book the movements that are not booked yet; true where there was one."""
    known = set(
        LedgerTransaction.objects.filter(
            account=attempt.account, processor_ref__in=[movement.ident for movement in movements]
        ).values_list("processor_ref", flat=True)
    )
    fresh = [movement for movement in movements if movement.ident not in known]
    for movement in fresh:
        _book_one(attempt, cause, movement, account, by)
        audit.record("money.returned", attempt.donation, by=by, attempt=attempt.pk)
    return bool(fresh)


def _book_one(
    attempt: Attempt,
    cause: Refund | Dispute,
    movement: Movement,
    account: LedgerAccount,
    by: audit.Actor,
) -> None:
    donation = attempt.donation
    before = Paid(donation.gift_minor, donation.cover_minor, attempt.returned_minor)
    paid = movement.paid or movement.amount
    shares, after = shares_of(paid.minor, before, cause.lost_minor)
    ledger.book(
        kind=account.value.removesuffix("s"),
        account=attempt.account,
        processor_ref=movement.ident,
        donation=donation,
        occurred_at=movement.at,
        lines=[
            *ledger.received(movement.amount, movement.fee, paid),
            *_returned(attempt, shares, account, paid.currency),
            *_unmatched(attempt, after),
        ],
    )
    attempt.returned_minor = after.returned
    cause.lost_minor += shares.lost
    Attempt.objects.filter(pk=attempt.pk).update(returned_minor=after.returned)
    type(cause).objects.filter(pk=cause.pk).update(lost_minor=cause.lost_minor)
    if not attempt.is_extra and before != after:
        _restate(donation, before, after, movement.at, by)


def _returned(
    attempt: Attempt, shares: Shares, account: LedgerAccount, currency: str
) -> list[ledger.Line]:
    """Who bears what was taken: the gift and its cover, what we owe of a second payment, or we ourselves."""
    lost = ledger.Line(LedgerAccount.LOSSES, Money(shares.lost, currency))
    if attempt.is_extra:
        owed = Money(shares.gift + shares.cover, currency)
        return [ledger.Line(LedgerAccount.TO_RETURN, owed), lost]
    gift = Money(shares.gift, currency)
    return [
        ledger.Line(account, gift, attempt.donation.campaign_id),
        ledger.Line(LedgerAccount.COVER, Money(shares.cover, currency)),
        lost,
    ]


def _unmatched(attempt: Attempt, after: Paid) -> list[ledger.Line]:
    """What sponsors take back of what they added to the gift, or add again."""
    return [] if attempt.is_extra else restate_match(attempt.donation, after.gift_left)


def _restate(
    donation: Donation, before: Paid, after: Paid, at: dt.datetime, by: audit.Actor
) -> None:
    """Let the campaign's total, the receipt and the year's statement say what is true now."""
    issue_correction(donation=donation, returned_minor=after.returned, at=at)
    restate_year(donation, by)
    announce("donation.restated", reference=donation.reference)
    if donation.campaign_id is None:
        return
    gone, was_gone = after.returned == after.gross, before.returned == before.gross
    total = CampaignTotal.objects.get(campaign_id=donation.campaign_id)
    CampaignTotal.objects.filter(pk=total.pk).update(
        gifts_minor=F("gifts_minor") + before.gift_returned - after.gift_returned,
        gifts=F("gifts") + int(was_gone) - int(gone),
    )
    changes.mark(total)
