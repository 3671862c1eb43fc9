"""Objects as Stripe sends them: every field that its library knows as never missing, and those we read."""

from __future__ import annotations

import secrets
import time
from typing import Any

Object = dict[str, Any]

VERSION = "2026-10-28.endive"


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def session(wish: Object, amount: int, currency: str, now: int, *, live: bool) -> Object:
    mode = "live" if live else "test"
    ident = new_id(f"cs_{mode}")
    return {
        "id": ident,
        "object": "checkout.session",
        "adaptive_pricing": {
            "enabled": wish.get("adaptive_pricing", {}).get("enabled", "true") == "true"
        },
        "amount_subtotal": amount,
        "amount_total": amount,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": wish.get("cancel_url"),
        "client_reference_id": wish.get("client_reference_id"),
        "created": now,
        "currency": currency,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": None,
        "customer_creation": wish.get("customer_creation", "if_required"),
        "customer_email": wish.get("customer_email"),
        "excluded_payment_method_types": wish.get("excluded_payment_method_types", []),
        "expires_at": now + 24 * 3600,
        "livemode": live,
        "locale": wish.get("locale"),
        "metadata": wish.get("metadata", {}),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "submit_type": wish.get("submit_type"),
        "success_url": wish.get("success_url"),
        "url": f"https://checkout.stripe.com/c/pay/{ident}",
    }


def intent(of: Object, wish: Object, now: int) -> Object:
    ident = new_id("pi")
    return {
        "id": ident,
        "object": "payment_intent",
        "amount": of["amount_total"],
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": wish.get("capture_method", "automatic_async"),
        "client_secret": f"{ident}_secret_x",
        "confirmation_method": "automatic",
        "created": now,
        "currency": of["currency"],
        "customer": None,
        "description": wish.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": of["livemode"],
        "metadata": wish.get("metadata", {}),
        "payment_method": None,
        "payment_method_types": ["card"],
        "setup_future_usage": wish.get("setup_future_usage"),
        "status": "requires_payment_method",
    }


def charge(of: Object, status: str, now: int, card: str) -> Object:
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": of["amount"],
        "amount_captured": of["amount"] if status == "succeeded" else 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {
            "address": None,
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "captured": status == "succeeded",
        "created": now,
        "currency": of["currency"],
        "customer": of["customer"],
        "disputed": False,
        "livemode": of["livemode"],
        "metadata": dict(of["metadata"]),
        "paid": status == "succeeded",
        "payment_intent": of["id"],
        "payment_method_details": {"type": "card", "card": card_details(card)} if card else None,
        "refunded": False,
        "status": status,
    }


def card_details(mark: str) -> Object:
    return {
        "brand": "visa",
        "country": "US",
        "exp_month": 4,
        "exp_year": 2031,
        "fingerprint": mark,
        "funding": "credit",
        "last4": "4242",
    }


def method(customer: str | None, now: int, *, live: bool) -> Object:
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "billing_details": {
            "address": None,
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "card": {
            "brand": "visa",
            "checks": None,
            "country": "US",
            "exp_month": 12,
            "exp_year": time.gmtime(now).tm_year + 3,
            "funding": "credit",
            "generated_from": None,
            "last4": "4242",
            "networks": None,
            "three_d_secure_usage": None,
            "wallet": None,
        },
        "created": now,
        "customer": customer,
        "livemode": live,
        "metadata": {},
        "type": "card",
    }


DECLINES = ("insufficient_funds", "stolen_card", "do_not_honor")
"""Codes of card networks; Stripe's own code of these is `card_declined`."""


def payment_error(code: str) -> Object:
    network = "generic_decline" if code == "card_declined" else None
    network = code if code in DECLINES else network
    return {
        "type": "card_error",
        "code": "card_declined" if network else code,
        "decline_code": network,
        "message": "The payment was not made.",
    }


def movement(
    kind: str, amount: int, fee: int, currency: str, source: str, now: int, rate: float | None
) -> Object:
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now + 2 * 24 * 3600,
        "balance_type": "payments",
        "created": now,
        "currency": currency,
        "description": None,
        "exchange_rate": rate,
        "fee": fee,
        "fee_details": [],
        "net": amount - fee,
        "reporting_category": "fee" if kind == "stripe_fee" else kind,
        "source": source,
        "status": "available",
        "type": kind,
    }


def refund(of: Object, charged: Object, amount: int, wish: Object, now: int) -> Object:
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charged["id"],
        "created": now,
        "currency": of["currency"],
        "failure_balance_transaction": None,
        "metadata": wish.get("metadata", {}),
        "payment_intent": of["id"],
        "reason": wish.get("reason"),
        "status": "pending",
    }


def dispute(of: Object, charged: Object, amount: int, now: int) -> Object:
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charged["id"],
        "created": now,
        "currency": of["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}, "uncategorized_text": None},
        "evidence_details": {
            "due_by": now + 9 * 24 * 3600,
            "enhanced_eligibility": {},
            "submission_method": "not_submitted",
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": of["livemode"],
        "metadata": {},
        "payment_intent": of["id"],
        "reason": "fraudulent",
        "status": "needs_response",
    }


def payout(amount: int, currency: str, now: int, *, live: bool) -> Object:
    return {
        "id": new_id("po"),
        "object": "payout",
        "amount": amount,
        "arrival_date": now + 2 * 24 * 3600,
        "automatic": True,
        "balance_transaction": None,
        "created": now,
        "currency": currency,
        "failure_balance_transaction": None,
        "livemode": live,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "completed",
        "source_type": "card",
        "status": "paid",
        "type": "bank_account",
    }


def endpoint(wish: Object, now: int, *, live: bool) -> Object:
    return {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": wish.get("api_version"),
        "application": None,
        "created": now,
        "description": wish.get("description"),
        "enabled_events": wish["enabled_events"],
        "livemode": live,
        "metadata": wish.get("metadata", {}),
        "status": "enabled",
        "url": wish["url"],
    }


def event(kind: str, about: Object, now: int, *, live: bool) -> Object:
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": VERSION,
        "created": now,
        "data": {"object": about},
        "livemode": live,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def account(ident: str) -> Object:
    return {"id": ident, "object": "account", "type": "standard", "country": "US"}


def balance(*, live: bool) -> Object:
    return {"object": "balance", "available": [], "livemode": live, "pending": []}
