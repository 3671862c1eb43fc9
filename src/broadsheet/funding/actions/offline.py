"""Gifts that come by hand: expected first, as a card's are; given up where they never come."""

from __future__ import annotations

from broadsheet.funding.actions.accounts import open_offline_account
from broadsheet.funding.actions.checkout import open_checkout
from broadsheet.funding.actions.giving import Gift, begin_donation
from broadsheet.funding.actions.resolving import expire_attempt
from broadsheet.funding.choices import AttemptState, Method, ProcessorKind
from broadsheet.funding.errors import BadAmount, MatchRefused
from broadsheet.funding.models import Donation
from broadsheet.funding.rules.folding import OPEN
from broadsheet.kit import audit, tokens


def expect_gift(*, gift: Gift, method: Method, by: audit.Actor) -> Donation:
    """A gift that somebody brings, sends or transfers; it counts once its bank line is matched to it.

    Its reference is what a supporter writes on a transfer. Raises BadAmount, and what `begin_donation` does.
    """
    if gift.covers_fees or method == Method.NONE:
        raise BadAmount("What comes by hand costs no fee and comes by transfer, cheque or cash.")
    account = open_offline_account(by=by)
    if method in account.methods_off:
        raise BadAmount(
            f"Gifts by {method.label.lower()} are switched off: broadsheet funding method"
        )
    offline = (account, method)
    donation = begin_donation(gift=gift, nonce=tokens.reference(40), by=by, offline=offline)
    open_checkout(donation=donation, by=by)
    return donation


def give_up_gift(*, donation: Donation, by: audit.Actor) -> None:
    """Expect a gift no more. Raises MatchRefused where it came, or is none that comes by hand."""
    attempt = donation.attempts.select_related("account", "donation").latest("pk")
    if attempt.account.kind != ProcessorKind.OFFLINE or attempt.state not in OPEN:
        raise MatchRefused("This gift is not one that is still expected by hand.")
    ended = expire_attempt(attempt=attempt, by=by)
    audit.record("donation.given_up", donation, by=by, is_so=ended.state == AttemptState.CANCELED)
