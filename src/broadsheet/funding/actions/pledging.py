"""Beginning a pledge, together with its first gift; and what its supporter agrees to, in words that are kept."""

from __future__ import annotations

import datetime as dt

from django.utils import translation
from django.utils.translation import gettext as _

from broadsheet.funding.choices import Cadence, OccurrenceState
from broadsheet.funding.models import Consent, Donation, Occurrence, Pledge
from broadsheet.funding.rules.promising import Rhythm
from broadsheet.kit import clock, tokens

CONSENT_VERSION = "2026-11"
"""The version of the words below; change it with them."""


def consent_text(cadence: Cadence, code: str) -> str:
    """What somebody agrees to who gives every month or year, in a language."""
    with translation.override(code):
        return {
            Cadence.MONTHLY: _(
                "I agree that this amount is taken every month from the card I pay with now, until I cancel. "
                "I can change, pause or cancel it at any time."
            ),
            Cadence.YEARLY: _(
                "I agree that this amount is taken every year from the card I pay with now, until I cancel. "
                "I can change, pause or cancel it at any time."
            ),
        }[cadence]


def begin_pledge(
    donation: Donation, cadence: Cadence, words: dict[str, object], now: dt.datetime
) -> Pledge:
    """A pledge that waits for its first gift, in the caller's transaction; it is anchored when that arrives."""
    today = clock.day_of(now)
    rhythm = Rhythm(cadence, today.day, today.month)
    kept = ("name", "organisation", "shown_name", "is_anonymous", "language", "receipt_language")
    pledge = Pledge.objects.create(
        key=tokens.reference(),
        supporter=donation.supporter,
        cadence=cadence,
        anchor_day=rhythm.day,
        anchor_month=rhythm.month,
        gift_minor=donation.gift_minor,
        cover_minor=donation.cover_minor,
        currency=donation.currency,
        origin=donation.origin,
        created_at=now,
        **{name: words[name] for name in kept},
    )
    Occurrence.objects.create(
        pledge=pledge,
        period=rhythm.period_of(today),
        due_on=today,
        state=OccurrenceState.TAKING,
        donation=donation,
    )
    keep_consent(pledge, donation.language, now)
    return pledge


def keep_consent(pledge: Pledge, code: str, now: dt.datetime) -> Consent:
    """Write down what the supporter agrees to, with the pledge's amount as it is, in the caller's transaction."""
    return Consent.objects.create(
        pledge=pledge,
        version=CONSENT_VERSION,
        language=code,
        text=consent_text(Cadence(pledge.cadence), code),  # type: ignore[call-arg]
        minor=pledge.gross.minor,
        currency=pledge.currency,
        cadence=pledge.cadence,
        given_at=now,
    )


def next_gift(pledge: Pledge, occurrence: Occurrence, now: dt.datetime) -> Donation:
    """The gift of one period, with what holds now, in the caller's transaction."""
    nonce = f"{pledge.key}.{occurrence.period.isoformat()}"
    return Donation.objects.create(
        reference=tokens.reference(),
        nonce=f"{nonce}.{occurrence.donation_id}" if occurrence.donation_id else nonce,
        supporter=pledge.supporter,
        gift_minor=pledge.gift_minor,
        covers_fees=pledge.cover_minor > 0,
        cover_minor=pledge.cover_minor,
        currency=pledge.currency,
        origin=pledge.origin,
        name=pledge.name,
        organisation=pledge.organisation,
        shown_name=pledge.shown_name,
        is_anonymous=pledge.is_anonymous,
        language=pledge.language,
        receipt_language=pledge.receipt_language,
        created_at=now,
    )
