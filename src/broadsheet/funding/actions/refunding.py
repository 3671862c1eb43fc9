"""Refunds that we make: asked for, agreed to by a second person above a sum, made outside any transaction."""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from broadsheet.funding.actions.resolving import GRACE, look_up
from broadsheet.funding.actions.settling import settle_donation
from broadsheet.funding.choices import AttemptState, RefundSource, RefundState
from broadsheet.funding.errors import GatewayError, RefundRefused
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Gateway
from broadsheet.funding.models import Attempt, Donation, Refund
from broadsheet.funding.rules.currencies import THREE_DECIMAL
from broadsheet.funding.rules.giving import pause_before_try
from broadsheet.kit import audit, clock
from broadsheet.kit.money import Money, parse_money

KEY_LIFE = GRACE - dt.timedelta(minutes=1)

RESERVING = (
    *(RefundState.PROPOSED, RefundState.APPROVED, RefundState.SUBMITTED, RefundState.UNKNOWN),
)
"""States of a refund whose money has not moved yet and may still."""


def propose_refund(
    *, donation: Donation, amount: Money | None, reason: str, by: AbstractBaseUser
) -> Refund:
    """A refund of a donation, of all that is left where no amount is named.

    Approved at once up to the newsroom's limit for one person, else waiting for a second one. Raises
    RefundRefused where nothing was paid, or for more than is left.
    """
    with transaction.atomic():
        attempt = _paid_attempt(donation)
        left = money_left(attempt)
        amount = amount or left
        if amount.currency != left.currency or not 0 < amount.minor <= left.minor:
            raise RefundRefused(f"At most {left.format()} of this gift can be given back.")
        if amount.currency in THREE_DECIMAL and amount.minor % 10:
            raise RefundRefused(
                "The last digit of this amount has to be zero: processors count so."
            )
        is_alone = _may_decide_alone(amount)
        now = clock.now()
        refund = Refund.objects.create(
            attempt=attempt,
            minor=amount.minor,
            source=RefundSource.STAFF,
            reason=reason[:300],
            state=RefundState.APPROVED if is_alone else RefundState.PROPOSED,
            key=secrets.token_hex(24),
            asked_by_id=by.pk,
            created_at=now,
            look_at=now,
        )
        audit.record("refund.proposed", donation, by=by, refund=refund.pk, minor=amount.minor)
    return refund


@transaction.atomic
def approve_refund(*, refund: Refund, by: AbstractBaseUser) -> None:
    """Agree to a refund that somebody else asked for.

    Raises RefundRefused for one's own, or one that does not wait for anybody.
    """
    if refund.asked_by_id == by.pk:
        raise RefundRefused("A second person has to agree to this refund.")
    rows = Refund.objects.filter(pk=refund.pk, state=RefundState.PROPOSED)
    if not rows.update(state=RefundState.APPROVED, agreed_by=by.pk, look_at=clock.now()):
        raise RefundRefused("This refund does not wait for anybody's agreement any more.")
    audit.record("refund.approved", refund.attempt.donation, by=by, refund=refund.pk)


@transaction.atomic
def decline_refund(*, refund: Refund, by: AbstractBaseUser) -> None:
    """Let a refund be that was not sent to the processor yet. Raises RefundRefused where it was."""
    waiting = (RefundState.PROPOSED, RefundState.APPROVED)
    rows = Refund.objects.filter(pk=refund.pk, state__in=waiting, submitted_at=None)
    if not rows.update(state=RefundState.DECLINED):
        raise RefundRefused("This refund is at the processor already and cannot be stopped.")
    audit.record("refund.declined", refund.attempt.donation, by=by, refund=refund.pk)


def submit_refund(*, refund: Refund, by: audit.Actor, gateway: Gateway | None = None) -> Refund:
    """Have the processor make an approved refund, or find out what became of one; return it refreshed.

    A key that was sent is looked up first, sent again within KEY_LIFE, given up after GRACE. Raises
    GatewayError; after an ambiguous one the refund is `unknown`.
    """
    attempt = refund.attempt
    gateway = gateway or gateway_of(attempt.account)
    now = clock.now()
    Refund.objects.filter(pk=refund.pk).update(
        looks=F("looks") + 1, look_at=now + pause_before_try(refund.looks + 1)
    )
    if refund.submitted_at:
        _look(attempt, gateway, by)
        refund.refresh_from_db()
        if refund.submitted_at and now - refund.submitted_at > GRACE:
            _end(refund, "The processor never got it.", by)
    if _submit(refund, now):
        try:
            gateway.refund(attempt.payment_id, refund.amount, refund.key)
        except GatewayError as error:
            _note_failure(refund, error, by)
            raise
        _look(attempt, gateway, by)
    refund.refresh_from_db()
    return refund


def money_left(attempt: Attempt) -> Money:
    """What may still be given back of an attempt: captured, less returned, less what refunds may still take."""
    reserved = attempt.refunds.filter(state__in=RESERVING).aggregate(sum=Sum("minor"))["sum"] or 0
    left = attempt.captured_minor - attempt.returned_minor - reserved
    return Money(max(left, 0), attempt.donation.currency)


def _paid_attempt(donation: Donation) -> Attempt:
    """The attempt that brought the donation's money, its row held."""
    attempt = (
        Attempt.objects.select_for_update()
        .filter(donation=donation, state=AttemptState.SUCCEEDED, is_extra=False)
        .first()
    )
    if attempt is None:
        raise RefundRefused("Nothing was paid for this gift, so nothing can be given back.")
    return attempt


def _may_decide_alone(amount: Money) -> bool:
    values = settings.BROADSHEET
    limit = parse_money(values.refund_alone, values.currency)
    return amount.currency == limit.currency and amount <= limit


def _submit(refund: Refund, now: dt.datetime) -> bool:
    """Note that the key is sent now; false where it must not be: it is at its end, or too old."""
    if refund.submitted_at and now - refund.submitted_at > KEY_LIFE:
        return False
    sendable = (RefundState.APPROVED, RefundState.SUBMITTED, RefundState.UNKNOWN)
    rows = Refund.objects.filter(pk=refund.pk, state__in=sendable, ident="")
    sent = Coalesce(F("submitted_at"), now)
    return bool(rows.update(state=RefundState.SUBMITTED, submitted_at=sent, error=""))


def _look(attempt: Attempt, gateway: Gateway, by: audit.Actor) -> None:
    checkout = look_up(attempt, gateway)
    if checkout is not None:
        settle_donation(attempt=attempt, checkout=checkout, by=by)


def _note_failure(refund: Refund, error: GatewayError, by: audit.Actor) -> None:
    """Keep what an error means; a refund that never left the house has no age by which it is given up."""
    if error.permanent:
        _end(refund, str(error), by)
        return
    rows = Refund.objects.filter(pk=refund.pk, state=RefundState.SUBMITTED, ident="")
    if error.ambiguous or refund.submitted_at:
        rows.update(state=RefundState.UNKNOWN, error=str(error)[:300])
    else:
        rows.update(state=RefundState.APPROVED, submitted_at=None, error=str(error)[:300])


def _end(refund: Refund, why: str, by: audit.Actor) -> None:
    with transaction.atomic():
        sent = (RefundState.SUBMITTED, RefundState.UNKNOWN)
        rows = Refund.objects.filter(pk=refund.pk, state__in=sent, ident="")
        if rows.update(state=RefundState.FAILED, error=why[:300]):
            audit.record("refund.failed", refund.attempt.donation, by=by, refund=refund.pk)
