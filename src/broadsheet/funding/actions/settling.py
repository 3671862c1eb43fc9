"""Settling: believing what was fetched from the processor, once, whoever fetched it and however often."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db import transaction
from django.db.models import F

from broadsheet.funding import ledger
from broadsheet.funding.actions.guarding import note_cards
from broadsheet.funding.actions.keeping import (
    charge_ended,
    gift_came,
    hold_disputed,
    hold_occurrence_of,
)
from broadsheet.funding.actions.receipts import first_state, next_number
from broadsheet.funding.actions.returning import fold_returns, propose_return
from broadsheet.funding.actions.sponsoring import claim_match
from broadsheet.funding.actions.stating import restate_year
from broadsheet.funding.choices import (
    AttemptState,
    DonationState,
    LedgerAccount,
    Verdict,
)
from broadsheet.funding.gateways.protocol import Checkout, Payment
from broadsheet.funding.models import (
    Attempt,
    CampaignTotal,
    Donation,
    Occurrence,
    ProcessorObject,
    Receipt,
)
from broadsheet.funding.rules.folding import ENDED, donation_state, fold
from broadsheet.kit import audit, changes, clock
from broadsheet.kit.events import announce
from broadsheet.kit.money import Money

logger = logging.getLogger(__name__)


def settle_donation(*, attempt: Attempt, checkout: Checkout, by: audit.Actor) -> Verdict:
    """Fold what the processor says of an attempt's checkout into our rows; book the money if it came.

    One transaction that holds the rows of the gift's pledge, if any, and of the attempt; whoever comes second
    changes nothing (UNCHANGED). An amount other than the donation's is booked by nobody and reported (LYING). The
    first success of a donation settles it; a further one is booked as money to give back.
    """
    donation = attempt.donation
    if any(amount != donation.gross for amount in _amounts(checkout)):
        logger.error("Attempt %s: the processor's amount is not ours; nothing booked.", attempt.pk)
        audit.record("attempt.amount_differs", donation, by=by, attempt=attempt.pk)
        return Verdict.LYING
    with transaction.atomic():
        occurrence = hold_occurrence_of(donation)
        held = Attempt.objects.select_for_update().get(pk=attempt.pk)
        held.account = attempt.account  # an attempt's account is never another one
        attempt = held
        _note(attempt, checkout)
        state = fold(AttemptState(attempt.state), checkout.seen)  # type: ignore[call-arg]
        verdict = Verdict.UNCHANGED
        if state != attempt.state:
            verdict = _move(attempt, occurrence, state, checkout.payment, by)
        payment = checkout.payment if state == AttemptState.SUCCEEDED else None
        if payment:
            verdict = _fold_returns(attempt, payment, by) or verdict
        note_cards(attempt, checkout.tries, by)
        return verdict


def _move(
    attempt: Attempt,
    occurrence: Occurrence | None,
    state: AttemptState,
    payment: Payment | None,
    by: audit.Actor,
) -> Verdict:
    """Move the attempt whose row is held, and do what follows."""
    donation = attempt.donation
    attempt.state, attempt.error = state, ""
    audit.record("attempt.moved", donation, by=by, attempt=attempt.pk, state=state)
    if state != AttemptState.SUCCEEDED or payment is None:
        attempt.save(update_fields=["state", "error"])
        _follow(donation, state)
        if occurrence and state in ENDED:
            charge_ended(attempt, occurrence, payment, by)
        return Verdict.NOTED
    _book(attempt, occurrence, donation, payment, by)
    return Verdict.BOOKED


def _fold_returns(attempt: Attempt, payment: Payment, by: audit.Actor) -> Verdict:
    """Book what went back, if anything is new; a dispute that is new holds the gift's pledge."""
    if not payment.refunds and not payment.disputes:
        return Verdict.NONE
    disputes = attempt.disputes.count()
    is_new = fold_returns(attempt, payment, by)
    if attempt.disputes.count() > disputes:
        hold_disputed(attempt.donation, by)
    return Verdict.BOOKED if is_new else Verdict.NONE


def _amounts(checkout: Checkout) -> Iterator[Money]:
    """Every amount that has to be the donation's."""
    yield checkout.amount
    if checkout.payment:
        yield checkout.payment.amount
        balance = checkout.payment.balance
        if balance and balance.gross.currency == checkout.amount.currency:
            yield balance.gross


def _note(attempt: Attempt, checkout: Checkout) -> None:
    """Remember the processor's objects of an attempt."""
    named = (checkout.ident, checkout.url)
    if not attempt.checkout_url and (attempt.checkout_id, attempt.checkout_url) != named:
        attempt.checkout_id, attempt.checkout_url = named
        attempt.save(update_fields=["checkout_id", "checkout_url"])
    found = [("checkout_session", checkout.ident)] if checkout.is_hosted else []
    if checkout.payment:
        found.append(("payment", checkout.payment.ident))
    objects = (
        ProcessorObject(account=attempt.account, type=kind, ident=ident, attempt=attempt)
        for kind, ident in found
    )
    ProcessorObject.objects.bulk_create(objects, ignore_conflicts=True)  # we have most of them


def _follow(donation: Donation, state: AttemptState) -> None:
    """Let the donation follow its attempt where no money came."""
    for current in (DonationState.PENDING, DonationState.LAPSED):
        follows = donation_state(current, state)
        if follows != current:
            Donation.objects.filter(pk=donation.pk, state=current).update(state=follows)


def _book(
    attempt: Attempt,
    occurrence: Occurrence | None,
    donation: Donation,
    payment: Payment,
    by: audit.Actor,
) -> None:
    """Write the money into the ledger and what the attempt is now, and what follows from a first payment."""
    balance, at = payment.balance, payment.succeeded_at
    if balance is None or at is None:
        raise ValueError(f"payment {payment.ident} succeeded without a balance or a time")
    is_first = bool(
        Donation.objects.filter(pk=donation.pk)
        .exclude(state=DonationState.SETTLED)
        .update(state=DonationState.SETTLED, settled_at=at)
    )
    ledger.book(
        kind="gift" if is_first else "second_payment",
        account=attempt.account,
        processor_ref=balance.ident,
        donation=donation,
        occurred_at=at,
        lines=[
            *ledger.received(balance.gross, balance.fee, payment.amount),
            *(_given(donation) if is_first else _owed(payment)),
            *(claim_match(donation) if is_first else ()),
        ],
    )
    attempt.payment_id, attempt.captured_minor = payment.ident, payment.amount.minor
    attempt.is_extra = not is_first
    told = ["state", "error", "payment_id", "captured_minor", "is_extra"]
    attempt.save(update_fields=told)
    if not is_first:
        propose_return(attempt, "Paid twice", by)
        logger.error("Donation %s was paid twice; the second is to return.", donation.pk)
        audit.record("donation.paid_twice", donation, by=by, attempt=attempt.pk)
        return
    donation.settled_at = at
    _issue_receipt(donation)
    _count(donation)
    restate_year(donation, by)
    if occurrence:
        gift_came(attempt, occurrence, payment, at, by)
    audit.record("donation.settled", donation, by=by, attempt=attempt.pk)
    announce("donation.settled", reference=donation.reference)


def _given(donation: Donation) -> list[ledger.Line]:
    currency, campaign = donation.currency, donation.campaign_id
    return [
        ledger.Line(LedgerAccount.GIFTS, Money(-donation.gift_minor, currency), campaign),
        ledger.Line(LedgerAccount.COVER, Money(-donation.cover_minor, currency)),
    ]


def _owed(payment: Payment) -> list[ledger.Line]:
    owed = Money(-payment.amount.minor, payment.amount.currency)
    return [ledger.Line(LedgerAccount.TO_RETURN, owed)]


def _issue_receipt(donation: Donation) -> None:
    """A receipt with the next number of the year of the gift in the newsroom's zone."""
    now = clock.now()
    settled_at = donation.settled_at or now
    year = str(clock.day_of(settled_at).year)
    series, number = next_number(year)
    Receipt.objects.create(
        series=series,
        number=number,
        donation=donation,
        issued_at=settled_at,
        due_at=now,
        state=first_state(donation.supporter),
    )


def _count(donation: Donation) -> None:
    """Add the gift to its campaign's total."""
    if donation.campaign_id is None:
        return
    total = CampaignTotal.objects.get(campaign_id=donation.campaign_id)
    CampaignTotal.objects.filter(pk=total.pk).update(
        gifts_minor=F("gifts_minor") + donation.gift_minor, gifts=F("gifts") + 1
    )
    changes.mark(total)
