"""What Stripe's objects say, as facts: amounts in our units, states in our words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TypeVar

import stripe

from broadsheet.funding.gateways.protocol import (
    Balance,
    CardTry,
    Disputed,
    Instrument,
    Movement,
    PaidOut,
    Payment,
    Refunded,
)
from broadsheet.funding.rules.currencies import from_processor
from broadsheet.kit.money import Money

Object = TypeVar("Object", bound=stripe.StripeObject)

OWN_FEES = ("stripe_fee", "stripe_fx_fee", "tax_fee")
"""Types of balance transactions that Stripe makes for services of its own, of no payment."""

PAYMENT_STATES = {
    "requires_payment_method": "failed",
    "requires_confirmation": "created",
    "requires_action": "requires_action",
    "requires_capture": "processing",
    "processing": "processing",
    "succeeded": "succeeded",
    "canceled": "canceled",
}
REFUND_STATES = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}
DISPUTE_STATES = {
    "warning_needs_response": "open",
    "warning_under_review": "open",
    "needs_response": "open",
    "under_review": "open",
    "appeal_needs_response": "open",
    "appeal_under_review": "open",
    "won": "won",
    "lost": "lost",
    "warning_closed": "withdrawn",
    "prevented": "withdrawn",
}


def money(units: int, currency: str) -> Money:
    """An amount in Stripe's units and its lower-case code. Raises ValueError where a fraction would be lost."""
    return Money(from_processor(units, currency.upper()), currency.upper())


def instant(seconds: int) -> dt.datetime:
    """Stripe's seconds since 1970."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def expanded(value: str | Object | None) -> Object | None:
    """An object that we asked to have expanded. Raises TypeError where only its id came."""
    if isinstance(value, str):
        raise TypeError(f"{value} was not expanded")
    return value


def payment_of(
    intent: stripe.PaymentIntent,
    refunds: Iterable[stripe.Refund],
    disputes: Iterable[stripe.Dispute],
) -> Payment | None:
    """A payment as it is now; None while nobody has tried to pay.

    It has succeeded once Stripe tells what it did to our balance; until then it is on its way.
    """
    state = PAYMENT_STATES[intent.status]
    if state == "failed" and intent.last_payment_error is None:
        return None
    charge = expanded(intent.latest_charge)
    moved = expanded(charge.balance_transaction) if charge and state == "succeeded" else None
    if state == "succeeded" and moved is None:
        state = "processing"
    paid = money(intent.amount, intent.currency)
    return Payment(
        ident=intent.id,
        state=state,
        amount=paid,
        succeeded_at=instant(moved.created) if moved else None,
        balance=balance_of(moved) if moved else None,
        refunds=tuple(refunded_of(each) for each in refunds),
        disputes=tuple(disputed_of(each) for each in disputes),
        instrument=instrument_of(intent) if state == "succeeded" else None,
        decline=decline_code(intent) if state == "failed" else "",
    )


def tries_of(charges: Iterable[stripe.Charge]) -> Iterator[CardTry]:
    """Charges that a card was tried for and that were decided, with Stripe's mark of the card."""
    for charge in charges:
        card = charge.payment_method_details and charge.payment_method_details.card
        mark = card and card.fingerprint
        if mark and charge.status != "pending":
            yield CardTry(charge.id, mark, charge.status == "failed")


def decline_code(intent: stripe.PaymentIntent) -> str:
    """The card network's word for why a payment was refused, else Stripe's own; empty where it says none."""
    error = intent.last_payment_error.to_dict() if intent.last_payment_error else {}
    return error.get("decline_code") or error.get("code") or ""


def instrument_of(intent: stripe.PaymentIntent) -> Instrument | None:
    """What was kept for later charges; None where the supporter was not asked for that."""
    customer, method = intent.customer, expanded(intent.payment_method)
    if not (intent.setup_future_usage and isinstance(customer, str) and method):
        return None
    card = getattr(method, "card", None)
    if not card:
        return Instrument(customer, method.id, method.type)
    month = dt.date(card.exp_year, card.exp_month, 1)
    expires_on = (month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return Instrument(customer, method.id, f"{card.brand} {card.last4}", expires_on)


def balance_of(moved: stripe.BalanceTransaction) -> Balance:
    """What a payment did to our balance, in the balance's currency."""
    return Balance(moved.id, money(moved.amount, moved.currency), money(moved.fee, moved.currency))


def movement_of(moved: stripe.BalanceTransaction, whole: Money | None = None) -> Movement:
    """One line of our balance. `whole` is what it stands for in the payment's currency, its sign aside.

    A fee for a service of Stripe's own moves nothing and costs all of it.
    """
    amount, fee = money(moved.amount, moved.currency), money(moved.fee, moved.currency)
    if moved.type in OWN_FEES:
        amount, fee = Money(0, amount.currency), fee - amount
    paid = None
    if whole and whole.currency != amount.currency:
        paid = whole if amount.minor > 0 else Money(-whole.minor, whole.currency)
    return Movement(moved.id, amount, fee, instant(moved.created), paid)


def refunded_of(refund: stripe.Refund) -> Refunded:
    """A refund whose balance transactions are expanded."""
    amount = money(refund.amount, refund.currency)
    moves = (
        expanded(refund.balance_transaction),
        expanded(refund.failure_balance_transaction),
    )
    return Refunded(
        ident=refund.id,
        reference=(refund.metadata.to_dict() if refund.metadata else {}).get("reference", ""),
        state=REFUND_STATES[refund.status or "pending"],
        amount=amount,
        movements=tuple(movement_of(each, amount) for each in moves if each),
    )


def disputed_of(dispute: stripe.Dispute) -> Disputed:
    """A dispute; one that is only an inquiry has moved nothing."""
    amount, due = money(dispute.amount, dispute.currency), dispute.evidence_details.due_by
    return Disputed(
        ident=dispute.id,
        state=DISPUTE_STATES[dispute.status],
        amount=amount,
        reason=dispute.reason,
        opened_at=instant(dispute.created),
        evidence_due_at=instant(due) if due else None,
        movements=tuple(movement_of(each, amount) for each in dispute.balance_transactions),
    )


def paid_out_of(payout: stripe.Payout, fees: Iterable[stripe.BalanceTransaction]) -> PaidOut:
    """A payout whose balance transactions are expanded, with Stripe's own fees that it settles."""
    moves = (
        expanded(payout.balance_transaction),
        expanded(payout.failure_balance_transaction),
    )
    return PaidOut(
        ident=payout.id,
        amount=money(payout.amount, payout.currency),
        made_at=instant(payout.created),
        movements=tuple(movement_of(each) for each in moves if each),
        fees=tuple(movement_of(each) for each in fees),
    )
