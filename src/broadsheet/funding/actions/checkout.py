"""Opening the processor's checkout for a donation, outside any transaction; it may be called again and again."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction

from broadsheet.funding.actions.accounts import open_account
from broadsheet.funding.actions.giving import begin_attempt
from broadsheet.funding.actions.resolving import lapse, resolve_attempt
from broadsheet.funding.actions.settling import note_checkout
from broadsheet.funding.choices import AttemptState, DonationState
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Gateway, Order
from broadsheet.funding.models import Attempt, CampaignText, Donation
from broadsheet.funding.rules.folding import OPEN
from broadsheet.kit import audit, clock
from broadsheet.kit.public import language_prefix

KEY_LIFE = dt.timedelta(hours=23)
"""How long a key is sent again: processors forget keys after a day, and would then do the work twice."""


def open_checkout(
    *, donation: Donation, by: audit.Actor, gateway: Gateway | None = None
) -> Attempt:
    """The donation's open attempt with the address of its checkout, or its last one where nothing is to pay.

    Whoever calls again (a double click, a retry after a crash) gets the same checkout: the key of the
    attempt is the same. Raises GatewayError; after an ambiguous one the attempt is `unknown` and the
    next call looks it up first.
    """
    attempt = _attempt_to_use(donation, by)
    if attempt.checkout_url or attempt.state not in OPEN:
        return attempt
    gateway = gateway or gateway_of(attempt.account)
    # A key that was never sent cannot have been forgotten.
    was_sent = attempt.state != AttemptState.CREATED
    old = was_sent and clock.now() - attempt.created_at > KEY_LIFE
    if attempt.state == AttemptState.UNKNOWN or old:
        attempt = resolve_attempt(attempt=attempt, by=by, gateway=gateway)
        if attempt.checkout_url or attempt.state not in OPEN or old:
            return attempt
    _move(attempt, [AttemptState.CREATED, AttemptState.UNKNOWN], AttemptState.SUBMITTED)
    try:
        checkout = gateway.start(_order(donation, attempt), attempt.idempotency_key)
    except GatewayError as error:
        _note_failure(attempt, error, by)
        raise
    with transaction.atomic():
        note_checkout(attempt, checkout)
    attempt.refresh_from_db()
    return attempt


def _attempt_to_use(donation: Donation, by: audit.Actor) -> Attempt:
    """The latest attempt; a new one where the donation is not settled and no attempt is open any more."""
    latest = donation.attempts.select_related("account").latest("pk")
    if latest.state in OPEN or latest.state == AttemptState.SUCCEEDED:
        return latest
    account = open_account(by=by)
    try:
        with transaction.atomic():
            reopened = Donation.objects.filter(pk=donation.pk).exclude(state=DonationState.SETTLED)
            if not reopened.update(state=DonationState.PENDING):
                return latest
            fresh = begin_attempt(donation, account, clock.now())
            audit.record("attempt.begun", donation, by=by, attempt=fresh.pk)
            return fresh
    except IntegrityError:
        # Somebody else began one at the same time: there is only ever one open.
        return donation.attempts.select_related("account").latest("pk")


def _order(donation: Donation, attempt: Attempt) -> Order:
    prefix = settings.BROADSHEET.url.rstrip("/") + language_prefix(donation.language)
    thanks = f"{prefix}/give/thanks/{donation.reference}/"
    return Order(
        amount=donation.gross,
        reference=attempt.idempotency_key,
        description=_description(donation),
        success_url=thanks,
        cancel_url=thanks,
        language=donation.language,
    )


def _description(donation: Donation) -> str:
    words = CampaignText.objects.filter(
        campaign=donation.campaign, language=donation.language
    ).first()
    name: str = settings.BROADSHEET.name
    return f"{name}: {words.title}"[:200] if words else name[:200]


def _note_failure(attempt: Attempt, error: GatewayError, by: audit.Actor) -> None:
    """Keep what an error means: refused, perhaps done, or certainly not done."""
    if error.permanent:
        lapse(attempt, AttemptState.FAILED, str(error), by)
        return
    state = AttemptState.UNKNOWN if error.ambiguous else AttemptState.CREATED
    _move(attempt, [AttemptState.SUBMITTED], state, str(error))


def _move(
    attempt: Attempt, before: list[AttemptState], after: AttemptState, error: str = ""
) -> None:
    """Move an attempt, unless somebody else moved it or found its checkout meanwhile."""
    rows = Attempt.objects.filter(pk=attempt.pk, state__in=before, checkout_url="")
    rows.update(state=after, error=error[:300])
