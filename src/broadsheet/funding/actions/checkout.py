"""Opening the processor's checkout for a donation, outside any transaction; it may be called again and again."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from broadsheet.funding.actions.accounts import open_account
from broadsheet.funding.actions.giving import begin_attempt
from broadsheet.funding.actions.guarding import Asker
from broadsheet.funding.actions.resolving import GRACE, lapse, resolve_attempt
from broadsheet.funding.actions.settling import settle_donation
from broadsheet.funding.choices import AttemptState, DonationState
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Gateway, Order
from broadsheet.funding.models import Attempt, CampaignText, Donation
from broadsheet.funding.queries import is_of_pledge
from broadsheet.funding.rules.folding import OPEN
from broadsheet.kit import audit, clock
from broadsheet.kit.public import language_prefix

KEY_LIFE = GRACE - dt.timedelta(minutes=1)
"""How long a key is sent again. Processors remember keys for a day; we give an attempt up after GRACE."""

UNOPENED = (AttemptState.CREATED, AttemptState.SUBMITTED, AttemptState.UNKNOWN)


def open_checkout(
    *,
    donation: Donation,
    by: audit.Actor,
    gateway: Gateway | None = None,
    asker: Asker | None = None,
) -> Attempt:
    """The donation's open attempt with the address of its checkout, or its last one where nothing is to pay.

    Whoever calls again (a double click, a retry after a crash) gets the same checkout: a key that was
    sent is looked up first, and sent again as it was. Raises GatewayError; after an ambiguous one the
    attempt is `unknown`. An attempt without an address is one that is still being looked for. Where a new
    attempt is begun, `asker` has to be admitted; raises what `admit` raises.
    """
    attempt = _attempt_to_use(donation, by, asker)
    if attempt.submitted_at and _is_unsaid(attempt):
        resolve_attempt(attempt=attempt, by=by, gateway=gateway)
        attempt = _attempt_to_use(donation, by, asker)
    if _is_unopened(attempt) and _submit(attempt):
        gateway = gateway or gateway_of(attempt.account)
        try:
            checkout = gateway.start(order_of(donation, attempt), attempt.idempotency_key)
        except GatewayError as error:
            _note_failure(attempt, error, by)
            raise
        settle_donation(attempt=attempt, checkout=checkout, by=by)
    attempt.refresh_from_db()  # Others may have opened or ended it meanwhile.
    return attempt


def _is_unsaid(attempt: Attempt) -> bool:
    return attempt.state in UNOPENED and not attempt.checkout_url


def _is_unopened(attempt: Attempt) -> bool:
    """Whether a checkout is to be opened. A charge that is in doubt has none: its key is no checkout's."""
    return _is_unsaid(attempt) and not attempt.charges_id


def _submit(attempt: Attempt) -> bool:
    """Note that the attempt's key is sent now; false where it must not be: ended meanwhile, or too old."""
    now = clock.now()
    if attempt.submitted_at and now - attempt.submitted_at > KEY_LIFE:
        return False
    rows = Attempt.objects.filter(pk=attempt.pk, state__in=UNOPENED, checkout_url="")
    return bool(
        rows.update(
            state=AttemptState.SUBMITTED, submitted_at=Coalesce(F("submitted_at"), now), error=""
        )
    )


def _attempt_to_use(donation: Donation, by: audit.Actor, asker: Asker | None) -> Attempt:
    """The latest attempt; a new one where the donation is not settled and no attempt is open any more."""
    with transaction.atomic():
        # Whoever holds the row sees every attempt that others began: there is only ever one open.
        state = Donation.objects.select_for_update().only("state").get(pk=donation.pk).state
        latest = donation.attempts.select_related("account").latest("pk")
        if latest.state in OPEN or state == DonationState.SETTLED:
            return latest
        account = open_account(by=by)
        Donation.objects.filter(pk=donation.pk).update(state=DonationState.PENDING)
        fresh = begin_attempt(donation, account, clock.now(), asker=asker)
        audit.record("attempt.begun", donation, by=by, attempt=fresh.pk)
        return fresh


def order_of(donation: Donation, attempt: Attempt) -> Order:
    """What the processor is asked for; of a pledge's gift, to keep the method too."""
    prefix = settings.BROADSHEET.url.rstrip("/") + language_prefix(donation.language)
    thanks = f"{prefix}/give/thanks/{donation.reference}/"
    return Order(
        amount=donation.gross,
        reference=attempt.idempotency_key,
        description=_description(donation),
        success_url=thanks,
        cancel_url=thanks,
        language=donation.language,
        email=donation.supporter.email,
        methods_off=tuple(attempt.account.methods_off),
        keeps_method=attempt.charges_id is not None or is_of_pledge(donation),
    )


def _description(donation: Donation) -> str:
    name: str = settings.BROADSHEET.name
    if donation.campaign_id is None:
        return name[:200]
    words = CampaignText.objects.filter(
        campaign=donation.campaign_id, language=donation.language
    ).first()
    return f"{name}: {words.title}"[:200] if words else name[:200]


def _note_failure(attempt: Attempt, error: GatewayError, by: audit.Actor) -> None:
    """Keep what an error means: refused, perhaps done, or certainly not done."""
    if error.permanent:
        lapse(attempt, [AttemptState.SUBMITTED], AttemptState.FAILED, str(error), by)
        return
    rows = Attempt.objects.filter(pk=attempt.pk, state=AttemptState.SUBMITTED, checkout_url="")
    if error.ambiguous:
        rows.update(state=AttemptState.UNKNOWN, error=str(error)[:300])
    else:
        rows.update(state=AttemptState.CREATED, submitted_at=None, error=str(error)[:300])
