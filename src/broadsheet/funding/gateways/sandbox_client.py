"""Our side of the sandbox processor: its JSON as facts, its failures as GatewayError."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from broadsheet.funding.errors import BadWebhook, GatewayError
from broadsheet.funding.gateways.door import need_no_transaction
from broadsheet.funding.gateways.protocol import (
    AccountFacts,
    Balance,
    Checkout,
    Notice,
    Order,
    Payment,
)
from broadsheet.funding.gateways.sandbox.deliveries import HEADER
from broadsheet.funding.gateways.signatures import SignatureError, check_signature
from broadsheet.funding.rules.currencies import from_processor, to_processor
from broadsheet.kit.money import Money

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class SandboxGateway:
    """One account of the sandbox. `checkout_origin` is where a browser reaches it."""

    def __init__(
        self, client: httpx.Client, *, key: str, secrets: Sequence[str], checkout_origin: str
    ) -> None:
        self._client = client
        self._key = key
        self._secrets = secrets
        self._origin = checkout_origin

    def start(self, order: Order, key: str) -> Checkout:
        wish = {
            "amount": to_processor(order.amount.minor, order.amount.currency),
            "currency": order.amount.currency,
            "reference": order.reference,
            "description": order.description,
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "locale": order.language,
        }
        return self._checkout(self._call("POST", "/v1/checkout_sessions", wish, key))

    def find(self, reference: str) -> Checkout | None:
        found = self._call("GET", "/v1/checkout_sessions", {"reference": reference})["data"]
        return self._checkout(found[0]) if found else None

    def fetch(self, object_type: str, ident: str) -> Checkout | None:
        try:
            if object_type == "payment":
                ident = self._call("GET", f"/v1/payments/{ident}")["session"]
            return self._checkout(self._call("GET", f"/v1/checkout_sessions/{ident}"))
        except NotFound:
            return None

    def expire(self, checkout_id: str, key: str) -> Checkout:
        path = f"/v1/checkout_sessions/{checkout_id}/expire"
        return self._checkout(self._call("POST", path, {}, key))

    def events_after(self, event_id: str) -> tuple[Sequence[Notice], bool]:
        found = self._call("GET", "/v1/events", {"after": event_id, "limit": "200"})
        return [_notice(event, json.dumps(event).encode()) for event in found["data"]], found[
            "has_more"
        ]

    def parse_webhook(self, raw: bytes, headers: Mapping[str, str], now: int) -> Sequence[Notice]:
        try:
            check_signature(raw, headers.get(HEADER, ""), self._secrets, now)
            return [_notice(json.loads(raw.decode()), raw)]
        except SignatureError as error:
            raise BadWebhook(f"Refused: {error}.") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadWebhook("Refused: the body is no event.") from error

    def connect(self, webhook_url: str) -> AccountFacts:
        wish = {"webhook_url": webhook_url}
        facts = self._call("POST", "/v1/account", wish, f"connect-{uuid.uuid4()}")
        return AccountFacts(facts["rate_bp"], facts["fixed"], facts["livemode"])

    def _checkout(self, session: Any) -> Checkout:
        payment = session["payment"]
        return Checkout(
            ident=session["id"],
            reference=session["reference"],
            url=f"{self._origin}/checkout/{session['id']}/",
            amount=_money(session["amount"], session["currency"]),
            is_open=session["status"] == "open",
            payment=_payment(payment) if payment else None,
        )

    def _call(
        self, method: str, path: str, values: Mapping[str, Any] | None = None, key: str = ""
    ) -> Any:
        """Ask the sandbox and return its JSON. Raises GatewayError, NotFound among them."""
        need_no_transaction()
        headers = {"Authorization": f"Bearer {self._key}"}
        if key:
            headers["Idempotency-Key"] = key
        sent: dict[str, Any] = {"json": values} if method == "POST" else {"params": values}
        try:
            answer = self._client.request(method, path, headers=headers, timeout=TIMEOUT, **sent)
        except NOT_SENT as error:
            raise GatewayError("The payment processor cannot be reached.") from error
        except httpx.HTTPError as error:
            raise GatewayError("The payment processor gave no answer.", ambiguous=True) from error
        if answer.status_code == 404:
            raise NotFound("The payment processor does not know it.", permanent=True)
        if answer.status_code >= 500:
            raise GatewayError("The payment processor has a fault.", ambiguous=True)
        if answer.status_code >= 400:
            message = f"The payment processor refused: {answer.json()['error']['message']}"
            raise GatewayError(message, permanent=True)
        return answer.json()


class NotFound(GatewayError):
    """The processor has no such object."""


def _money(units: int, currency: str) -> Money:
    return Money(from_processor(units, currency), currency)


def _payment(found: Any) -> Payment:
    balance, at = found["balance_transaction"], found["succeeded_at"]
    return Payment(
        ident=found["id"],
        state=found["state"],
        amount=_money(found["amount"], found["currency"]),
        succeeded_at=dt.datetime.fromtimestamp(at, dt.UTC) if at else None,
        balance=Balance(
            balance["id"],
            _money(balance["amount"], balance["currency"]),
            _money(balance["fee"], balance["currency"]),
        )
        if balance
        else None,
    )


def _notice(event: Any, raw: bytes) -> Notice:
    about = event["data"]["object"]
    return Notice(
        event_id=str(event["id"]),
        type=str(event["type"]),
        object_type=str(about["object"]),
        object_id=str(about["id"]),
        livemode=bool(event["livemode"]),
        amount=_money(about["amount"], about["currency"]) if "amount" in about else None,
        raw=raw,
    )
