"""Beginning a donation: rows first, before any processor hears of it."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from broadsheet.funding.actions.accounts import open_account
from broadsheet.funding.actions.guarding import Asker, admit, leave_footprint
from broadsheet.funding.actions.pledging import begin_pledge
from broadsheet.funding.choices import Cadence, Dedication, Method, Phase
from broadsheet.funding.errors import BadAmount, NonceSpent, NotTaken
from broadsheet.funding.models import (
    Attempt,
    Campaign,
    Donation,
    PaymentMethod,
    ProcessorAccount,
    Supporter,
)
from broadsheet.funding.queries import pledge_of
from broadsheet.funding.rules.fees import FeeSchedule, cover_for
from broadsheet.funding.rules.giving import phase_of, problem_with
from broadsheet.kit import audit, clock, tokens
from broadsheet.kit.money import Money

FIRST_LOOK = dt.timedelta(minutes=2)
"""How long after its beginning an attempt is first looked after, if nothing was heard of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gift:
    """What a supporter wants to give, and what they say of themselves.

    A `cadence` is a promise to give again, for which they agreed to what `pledging.consent_text` says.
    """

    amount: Money
    email: str
    name: str = ""
    organisation: str = ""
    is_anonymous: bool = True
    dedication: Dedication = Dedication.NONE
    dedicated_to: str = ""
    message: str = ""
    campaign: Campaign | None = None
    origin: str = ""
    language: str = "en"
    receipt_language: str = ""
    covers_fees: bool = False
    cadence: Cadence = Cadence.ONCE

    @property
    def words(self) -> dict[str, object]:
        """What is kept of it as it was sent, besides money, campaign and supporter."""
        return {
            "name": self.name,
            "organisation": self.organisation,
            "is_anonymous": self.is_anonymous,
            "shown_name": "" if self.is_anonymous else self.organisation or self.name,
            "dedication": self.dedication.value,
            "dedicated_to": self.dedicated_to,
            "message": self.message,
            "language": self.language,
            "receipt_language": self.receipt_language or self.language,
        }


def begin_donation(
    *,
    gift: Gift,
    nonce: str,
    by: audit.Actor,
    begun_at: dt.datetime | None = None,
    offline: tuple[ProcessorAccount, Method] | None = None,
    asker: Asker | None = None,
) -> Donation:
    """A pending donation with its first attempt; the same nonce with the same gift gives the same donation.

    `offline` where it comes by hand: then neither a processor's limits nor a campaign's end are in its way. `asker`
    is who wants to give, where that is somebody from outside.

    Raises BadAmount for an amount that no processor takes, NotTaken where nobody takes gifts or the
    campaign does not run, NonceSpent where the nonce began another gift; what `admit` raises.
    """
    found = Donation.objects.filter(nonce=nonce).first()
    if found is None:
        now = begun_at or clock.now()
        account, method = offline or (open_account(by=by), Method.NONE)
        _check(gift, now, is_by_hand=offline is not None)
        try:
            with transaction.atomic():
                begun = _begin(gift, nonce, account, method, now, asker)
                audit.record("donation.begun", begun, by=by, attempt=1)
                return begun
        except IntegrityError:
            # Somebody with the same nonce was faster: theirs is ours.
            found = Donation.objects.get(nonce=nonce)
    if not _is_same(found, gift):
        raise NonceSpent("This page has begun another gift. Please look at it again.")
    return found


def begin_attempt(
    donation: Donation,
    account: ProcessorAccount,
    now: dt.datetime,
    method: Method = Method.NONE,
    asker: Asker | None = None,
    charges: PaymentMethod | None = None,
) -> Attempt:
    """One more attempt to collect a donation, with a key of its own, in the caller's transaction.

    Nothing is collected without one, so here whoever asks from outside is let in or not. Raises what `admit` raises.
    """
    marks = admit(asker, donation.supporter.email) if asker else None
    attempt = Attempt.objects.create(
        donation=donation,
        account=account,
        idempotency_key=secrets.token_hex(24),
        method=method,
        charges=charges,
        created_at=now,
        look_at=now + FIRST_LOOK,
    )
    if marks:
        leave_footprint(attempt, marks)
    return attempt


def fee_schedule(account: ProcessorAccount, currency: str) -> FeeSchedule:
    """What the account's processor keeps of a payment in a currency."""
    return FeeSchedule(account.fee_rate_bp, account.fee_fixed.get(currency, 0))


def _check(gift: Gift, now: dt.datetime, *, is_by_hand: bool) -> None:
    """Raise what `begin_donation` raises for a gift that cannot be."""
    problem = problem_with(gift.amount)
    if problem and not (is_by_hand and problem.kind != "currency" and gift.amount.minor > 0):
        limit = problem.limit.format(gift.language) if problem.limit else gift.amount.currency
        raise BadAmount(f"This amount cannot be taken ({problem.kind}: {limit}).")
    if gift.cadence and is_by_hand:
        raise NotTaken("What comes by hand is given once at a time.")
    campaign = gift.campaign
    if campaign is None:
        return
    if campaign.currency != gift.amount.currency:
        raise BadAmount(f"This campaign is counted in {campaign.currency}.")
    if not is_by_hand and phase_of(now, campaign.starts_at, campaign.ends_at) != Phase.OPEN:
        raise NotTaken("This campaign does not run now. A gift without a campaign is welcome.")


def _begin(
    gift: Gift,
    nonce: str,
    account: ProcessorAccount,
    method: Method,
    now: dt.datetime,
    asker: Asker | None,
) -> Donation:
    currency = gift.amount.currency
    schedule = fee_schedule(account, currency)
    supporter = _supporter(gift, now)
    donation = Donation.objects.create(
        reference=tokens.reference(),
        nonce=nonce,
        supporter=supporter,
        campaign=gift.campaign,
        gift_minor=gift.amount.minor,
        covers_fees=gift.covers_fees,
        cover_minor=cover_for(gift.amount.minor, schedule, currency) if gift.covers_fees else 0,
        currency=currency,
        origin=gift.origin,
        created_at=now,
        **gift.words,
    )
    begin_attempt(donation, account, now, method, asker)
    if gift.cadence:
        begin_pledge(donation, gift.cadence, gift.words, now)
    return donation


def _supporter(gift: Gift, now: dt.datetime) -> Supporter:
    """Who has this address, or whoever that one was found to be; where there is none, somebody new.

    The row is held: nobody is merged into somebody while a gift of theirs begins.
    """
    email = gift.email.strip().lower()
    fresh = {
        "key": tokens.reference(),
        "name": gift.name,
        "language": gift.receipt_language or gift.language,
        "created_at": now,
    }
    if not email:
        return Supporter.objects.create(email="", **fresh)
    # Looked for and held in one question: whoever is erased meanwhile has no address any more.
    rows = Supporter.objects.select_for_update()
    held = rows.get_or_create(email=email, defaults=fresh)[0]
    while held.merged_into_id is not None:
        held = rows.get(pk=held.merged_into_id)
    return held


def _is_same(donation: Donation, gift: Gift) -> bool:
    """Whether a donation is this very gift: money, purpose and giver, and what shall be shown of it."""
    return (
        donation.gift == gift.amount
        and donation.covers_fees == gift.covers_fees
        and donation.campaign == gift.campaign
        and _cadence_of(donation) == gift.cadence
        and _is_of(donation.supporter, gift.email.strip().lower())
        and all(getattr(donation, name) == said for name, said in gift.words.items())
    )


def _cadence_of(donation: Donation) -> str:
    pledge = pledge_of(donation)
    return pledge.cadence if pledge else Cadence.ONCE


def _is_of(supporter: Supporter, email: str) -> bool:
    """Whether an address is a supporter's, or that of somebody who was found to be the same."""
    return supporter.email == email or supporter.aliases.filter(email=email).exists()
