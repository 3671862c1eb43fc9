"""What Stripe's events claim to be about; nothing of it is believed before it was fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from broadsheet.funding.gateways.protocol import Notice
from broadsheet.funding.gateways.shapes import claimed, name_of

EVENTS = (
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "charge.updated",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "payout.created",
    "payout.failed",
    "payout.canceled",
    "payout.reconciliation_completed",
)
"""What we have Stripe tell us of. A list of events may be asked for by twenty types, no more."""

OURS = {
    "checkout.session": ("checkout_session", "id", "amount_total"),
    "payment_intent": ("payment", "id", "amount"),
    "charge": ("payment", "payment_intent", "amount"),
    "refund": ("refund", "id", "amount"),
    "dispute": ("dispute", "id", "amount"),
    "payout": ("payout", "id", "amount"),
}
"""Stripe's kinds of objects: our name for one, the field that says which, the field of its amount."""


def notice_of(event: Any, raw: bytes) -> Notice:
    """What an event says, as far as it can be understood. Raises ValueError where it has no id."""
    if not isinstance(event, dict) or not name_of(event.get("id")):
        raise ValueError("an event without an id")
    data = event.get("data")
    about = data.get("object") if isinstance(data, dict) else None
    about = about if isinstance(about, dict) else {}
    kind, ident, amount = OURS.get(
        name_of(about.get("object")), (name_of(about.get("object"))[:40], "id", "amount")
    )
    return Notice(
        event_id=name_of(event["id"]),
        type=name_of(event.get("type")),
        object_type=kind,
        object_id=name_of(about.get(ident)),
        livemode=event.get("livemode") is True,
        amount=claimed(about.get(amount), _code(about)),
        raw=raw,
    )


def _code(about: Mapping[str, Any]) -> str:
    """The currency as we write it; Stripe writes small letters."""
    return str(about.get("currency")).upper()
