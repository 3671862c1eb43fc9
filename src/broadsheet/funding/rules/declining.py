"""What a refused charge means, and what is done about it when. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from broadsheet.funding.choices import Decline

_MEANINGS = {
    Decline.AUTHENTICATION: "authentication_required authentication_not_handled",
    Decline.FUNDS: (
        "insufficient_funds card_velocity_exceeded withdrawal_count_limit_exceeded approve_with_id"
    ),
    Decline.CARD: (
        "expired_card incorrect_number invalid_number invalid_account incorrect_cvc invalid_cvc incorrect_zip "
        "invalid_expiry_month invalid_expiry_year card_not_supported currency_not_supported "
        "new_account_information_available restricted_card unusable_method"
    ),
    Decline.FINAL: (
        "stolen_card lost_card pickup_card fraudulent merchant_blacklist highest_risk_level "
        "revocation_of_authorization revocation_of_all_authorizations stop_payment_order "
        "debit_not_authorized"
    ),
}
_KINDS = {code: kind for kind, codes in _MEANINGS.items() for code in codes.split()}

RETRIES = (dt.timedelta(days=3), dt.timedelta(days=7), dt.timedelta(days=14))
"""When a charge is tried again, counted from its first refusal."""

REMINDER = dt.timedelta(days=4)
"""After how long a link that was not used is sent once more."""

PATIENCE = dt.timedelta(days=14)
"""How long a link is waited for."""


@dataclass(frozen=True, slots=True)
class Step:
    """What follows a refusal: when it is tried again (None: a link is waited for until `ends_at`), or it lapses."""

    retry_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None

    @property
    def lapses(self) -> bool:
        return self.retry_at is None and self.ends_at is None


def decline_of(code: str) -> Decline:
    """Our kind of a processor's code; processors share the card networks' words. Unknown ones may pass with time."""
    return _KINDS.get(code, Decline.OTHER)


def next_step(kind: Decline, first_at: dt.datetime, now: dt.datetime) -> Step:
    """What follows a refusal of this kind at `now`, where the first one of this gift was at `first_at`."""
    if kind == Decline.FINAL:
        return Step()
    if kind in (Decline.AUTHENTICATION, Decline.CARD):
        return Step(ends_at=max(first_at + PATIENCE, now + REMINDER + dt.timedelta(days=1)))
    return next(
        (Step(retry_at=first_at + each) for each in RETRIES if first_at + each > now), Step()
    )
