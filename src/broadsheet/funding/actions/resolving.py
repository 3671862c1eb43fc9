"""Finding out what became of an attempt that nobody told us about, and giving up those that nobody will pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from broadsheet.funding.actions.settling import settle_donation
from broadsheet.funding.choices import AttemptState, DonationState
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Checkout, Gateway
from broadsheet.funding.models import Attempt, Donation
from broadsheet.funding.rules.giving import pause_before_try
from broadsheet.kit import audit, clock

GRACE = dt.timedelta(minutes=5)
"""How long a processor may still be doing what we gave up waiting for."""

IN_DOUBT = (AttemptState.SUBMITTED, AttemptState.UNKNOWN)
AT_CHECKOUT = (AttemptState.SUBMITTED, AttemptState.REQUIRES_ACTION)


def resolve_attempt(
    *, attempt: Attempt, by: audit.Actor, gateway: Gateway | None = None
) -> Attempt:
    """Look an attempt up at its processor under our key and believe what is there; return it refreshed.

    Where nothing is there the attempt has failed, but not before the processor had its GRACE since the
    key was first sent. Raises GatewayError where the look-up itself fails; the attempt stays as it is.
    """
    now = clock.now()
    later = now + pause_before_try(attempt.looks + 3)
    Attempt.objects.filter(pk=attempt.pk).update(looks=attempt.looks + 1, look_at=later)
    checkout = look_up(attempt, gateway or gateway_of(attempt.account))
    if checkout is not None:
        settle_donation(attempt=attempt, checkout=checkout, by=by)
    elif attempt.submitted_at and now - attempt.submitted_at > GRACE:
        lapse(attempt, IN_DOUBT, AttemptState.FAILED, "The processor never got it.", by)
    attempt.refresh_from_db()
    return attempt


def expire_attempt(*, attempt: Attempt, by: audit.Actor, gateway: Gateway | None = None) -> Attempt:
    """Close an attempt that nobody will or should pay: its checkout at the processor first, then our row.

    One that never left the house is simply ended. Money that came meanwhile is booked instead. Raises
    GatewayError; then nothing is closed. Returns the attempt refreshed.
    """
    if attempt.state == AttemptState.CREATED and not attempt.checkout_url:
        lapse(attempt, [AttemptState.CREATED], AttemptState.CANCELED, "Nobody went on.", by)
        attempt.refresh_from_db()
        return attempt
    gateway = gateway or gateway_of(attempt.account)
    attempt = resolve_attempt(attempt=attempt, by=by, gateway=gateway)
    if attempt.state in AT_CHECKOUT and attempt.checkout_id and not attempt.charges_id:
        checkout = gateway.expire(attempt.checkout_id, f"expire-{attempt.idempotency_key}")
        settle_donation(attempt=attempt, checkout=checkout, by=by)
        attempt.refresh_from_db()
    return attempt


def look_up(attempt: Attempt, gateway: Gateway) -> Checkout | None:
    """What the processor says of an attempt: by its checkout or payment once that is known, by our key before."""
    if attempt.charges_id and attempt.checkout_id:
        return gateway.fetch("payment", attempt.checkout_id)
    if attempt.charges_id:
        return gateway.find_charge(attempt.idempotency_key, attempt.submitted_at)
    if attempt.checkout_id:
        return gateway.fetch("checkout_session", attempt.checkout_id)
    return gateway.find(attempt.idempotency_key, attempt.submitted_at)


def lapse(
    attempt: Attempt,
    before: Sequence[AttemptState],
    after: AttemptState,
    why: str,
    by: audit.Actor,
) -> None:
    """End an attempt without a checkout, and its donation with it, unless somebody moved it meanwhile."""
    with transaction.atomic():
        rows = Attempt.objects.filter(pk=attempt.pk, state__in=before, checkout_url="")
        if rows.update(state=after, error=why[:300]):
            Donation.objects.filter(pk=attempt.donation_id, state=DonationState.PENDING).update(
                state=DonationState.LAPSED
            )
            audit.record("attempt.ended", attempt.donation, by=by, attempt=attempt.pk, state=after)
