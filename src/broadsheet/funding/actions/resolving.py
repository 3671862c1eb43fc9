"""Finding out what became of an attempt that nobody told us about, and giving up those that nobody will pay."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from broadsheet.funding.actions.settling import settle_donation
from broadsheet.funding.choices import AttemptState, DonationState
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Gateway
from broadsheet.funding.models import Attempt, Donation
from broadsheet.funding.rules.folding import OPEN
from broadsheet.funding.rules.giving import pause_before_try
from broadsheet.kit import audit, clock

GRACE = dt.timedelta(minutes=5)
"""How long a processor may still be doing what we gave up waiting for."""

IN_DOUBT = (AttemptState.SUBMITTED, AttemptState.UNKNOWN)


def resolve_attempt(
    *, attempt: Attempt, by: audit.Actor, gateway: Gateway | None = None
) -> Attempt:
    """Look an attempt up at its processor under our key and believe what is there; return it refreshed.

    Where nothing is there the attempt has failed, but not before the processor had its GRACE. Raises
    GatewayError where the look-up itself fails; the attempt stays as it is.
    """
    now = clock.now()
    later = now + pause_before_try(attempt.looks + 3)
    Attempt.objects.filter(pk=attempt.pk).update(looks=attempt.looks + 1, look_at=later)
    checkout = (gateway or gateway_of(attempt.account)).find(attempt.idempotency_key)
    if checkout is not None:
        settle_donation(attempt=attempt, checkout=checkout, by=by)
    elif attempt.state in IN_DOUBT and now - attempt.created_at > GRACE:
        lapse(attempt, AttemptState.FAILED, "The processor never got it.", by)
    attempt.refresh_from_db()
    return attempt


def expire_donation(*, donation: Donation, by: audit.Actor, gateway: Gateway | None = None) -> None:
    """Close a donation that nobody will pay: its checkout at the processor first, then our rows.

    Money that came meanwhile is booked instead. Raises GatewayError; then nothing is closed.
    """
    attempt = donation.attempts.select_related("account", "donation").latest("pk")
    if attempt.state == AttemptState.CREATED:
        lapse(attempt, AttemptState.CANCELED, "Nobody went on.", by)
    elif attempt.state in OPEN:
        gateway = gateway or gateway_of(attempt.account)
        attempt = resolve_attempt(attempt=attempt, by=by, gateway=gateway)
        if attempt.state in (AttemptState.SUBMITTED, AttemptState.REQUIRES_ACTION):
            key = f"expire-{attempt.idempotency_key}"
            checkout = gateway.expire(attempt.checkout_id, key)
            settle_donation(attempt=attempt, checkout=checkout, by=by)


def lapse(attempt: Attempt, state: AttemptState, why: str, by: audit.Actor) -> None:
    """End an open attempt without money, and its donation with it."""
    with transaction.atomic():
        rows = Attempt.objects.filter(pk=attempt.pk, state__in=OPEN, checkout_url="")
        if rows.update(state=state, error=why[:300]):
            Donation.objects.filter(pk=attempt.donation_id, state=DonationState.PENDING).update(
                state=DonationState.LAPSED
            )
            audit.record("attempt.ended", attempt.donation, by=by, attempt=attempt.pk, state=state)
