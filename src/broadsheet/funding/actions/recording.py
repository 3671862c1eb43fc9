"""Recording gifts made on the rehearsal stage: the same actions as a supporter's, at any time wanted."""

from __future__ import annotations

import datetime as dt

from broadsheet.funding.actions.accounts import open_account
from broadsheet.funding.actions.checkout import open_checkout
from broadsheet.funding.actions.giving import Gift, begin_donation
from broadsheet.funding.actions.inbox import collect_events, process_event
from broadsheet.funding.choices import EventState
from broadsheet.funding.gateways.in_process import InProcessSandbox
from broadsheet.funding.gateways.opening import in_process_gateway
from broadsheet.funding.models import Donation, InboxEvent
from broadsheet.kit import audit, tokens


def record_donation(
    *, gift: Gift, at: dt.datetime, sandbox: InProcessSandbox, by: audit.Actor
) -> Donation:
    """A gift that was begun, paid at the sandbox and settled at the instant `at`, events and all.

    `sandbox` comes from `gateways.opening.in_process_sandbox()`; no socket is used. Raises what
    `begin_donation` and `open_checkout` raise.
    """
    sandbox.at = at
    account = open_account(by=by)
    gateway = in_process_gateway(account, sandbox)
    donation = begin_donation(gift=gift, nonce=tokens.reference(40), by=by, begun_at=at)
    attempt = open_checkout(donation=donation, by=by, gateway=gateway)
    sandbox.press(attempt.checkout_id, "pay")
    collect_events(account=account, by=by, gateway=gateway)
    waiting = InboxEvent.objects.filter(account=account, state=EventState.RECEIVED)
    for event in waiting.order_by("pk"):
        process_event(event=event, by=by, gateway=gateway)
    donation.refresh_from_db()
    return donation
