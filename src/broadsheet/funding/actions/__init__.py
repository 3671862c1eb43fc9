"""What changes money and what belongs to it; each function one transaction, processors called between them."""

from broadsheet.funding.actions.accounts import connect_account, open_account
from broadsheet.funding.actions.campaigns import change_campaign, create_campaign, turn_phase
from broadsheet.funding.actions.checkout import open_checkout
from broadsheet.funding.actions.giving import Gift, begin_donation
from broadsheet.funding.actions.inbox import (
    collect_events,
    process_event,
    receive_event,
    replay_event,
)
from broadsheet.funding.actions.periods import close_period
from broadsheet.funding.actions.receipts import send_receipt
from broadsheet.funding.actions.reconciling import Reconciliation, reconcile
from broadsheet.funding.actions.recording import record_donation
from broadsheet.funding.actions.refunding import (
    approve_refund,
    decline_refund,
    money_left,
    propose_refund,
    submit_refund,
)
from broadsheet.funding.actions.resolving import expire_attempt, resolve_attempt
from broadsheet.funding.actions.settling import settle_donation

__all__ = [
    "Gift",
    "Reconciliation",
    "approve_refund",
    "begin_donation",
    "change_campaign",
    "close_period",
    "collect_events",
    "connect_account",
    "create_campaign",
    "decline_refund",
    "expire_attempt",
    "money_left",
    "open_account",
    "open_checkout",
    "process_event",
    "propose_refund",
    "receive_event",
    "reconcile",
    "record_donation",
    "replay_event",
    "resolve_attempt",
    "send_receipt",
    "settle_donation",
    "submit_refund",
    "turn_phase",
]
