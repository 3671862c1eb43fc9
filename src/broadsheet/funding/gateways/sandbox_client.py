"""Our side of the sandbox processor: its JSON as facts, its failures as GatewayError."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpx

from broadsheet.funding.errors import BadWebhook, GatewayError
from broadsheet.funding.gateways.door import need_no_transaction
from broadsheet.funding.gateways.protocol import (
    AccountFacts,
    Balance,
    CardTry,
    Checkout,
    Disputed,
    Fees,
    Instrument,
    Movement,
    Notice,
    Order,
    PaidOut,
    Payment,
    Refunded,
)
from broadsheet.funding.gateways.sandbox.deliveries import HEADER
from broadsheet.funding.gateways.shapes import claimed, name_of
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
        wish: dict[str, Any] = {
            "amount": to_processor(order.amount.minor, order.amount.currency),
            "currency": order.amount.currency,
            "reference": order.reference,
            "description": order.description,
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "locale": order.language,
        }
        if order.methods_off:
            wish["methods_off"] = list(order.methods_off)
        if order.keeps_method:
            wish["keeps_method"] = True
        return self._checkout(self._call("POST", "/v1/checkout_sessions", wish, key))

    def find(self, reference: str, since: dt.datetime | None = None) -> Checkout | None:
        found = self._call("GET", "/v1/checkout_sessions", {"reference": reference})["data"]
        return self._checkout(found[0]) if found else None

    def fetch(self, object_type: str, ident: str) -> Checkout | None:
        try:
            if object_type == "checkout_session":
                return self._checkout(self._call("GET", f"/v1/checkout_sessions/{ident}"))
            found = self._call("GET", f"/v1/{object_type}s/{ident}", {"expand": "session"})
            if found["session"]:
                return self._checkout(found["session"])
            return _charge(found) if object_type == "payment" else self._charge_of(found["payment"])
        except NotFound:
            return None

    def charge(self, order: Order, instrument: Instrument, key: str) -> Checkout:
        wish = {
            "amount": to_processor(order.amount.minor, order.amount.currency),
            "currency": order.amount.currency,
            "reference": order.reference,
            "description": order.description,
            "customer": instrument.customer,
            "method": instrument.method,
        }
        return _charge(self._call("POST", "/v1/payments", wish, key))

    def find_charge(self, reference: str, since: dt.datetime | None = None) -> Checkout | None:
        found = self._call("GET", "/v1/payments", {"reference": reference})["data"]
        return _charge(found[0]) if found else None

    def expire(self, checkout_id: str, key: str) -> Checkout:
        path = f"/v1/checkout_sessions/{checkout_id}/expire"
        return self._checkout(self._call("POST", path, {}, key))

    def forget(self, instrument: Instrument) -> None:
        with suppress(NotFound):
            self._call(
                "POST", f"/v1/methods/{instrument.method}/forget", {}, f"forget-{uuid.uuid4()}"
            )

    def refund(self, payment_id: str, amount: Money, reference: str) -> None:
        wish = {
            "payment": payment_id,
            "amount": to_processor(amount.minor, amount.currency),
            "reference": reference,
        }
        self._call("POST", "/v1/refunds", wish, reference)

    def fetch_payout(self, ident: str) -> PaidOut | None:
        try:
            found = self._call("GET", f"/v1/payouts/{ident}")
        except NotFound:
            return None
        amount = _money(found["amount"], found["currency"])
        return PaidOut(found["id"], amount, _time(found["created"]), _movements(found))

    def movements(
        self, since: dt.datetime | None, until: dt.datetime | None
    ) -> Iterator[Sequence[Movement]]:
        last, more = "", True
        while more:
            found = self._call("GET", "/v1/balance_transactions", {"after": last, "limit": "500"})
            page, more = _movements({"balance_transactions": found["data"]}), found["has_more"]
            last = page[-1].ident if page else last
            yield page

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
        except (ValueError, RecursionError) as error:
            raise BadWebhook("Refused: the body is no event.") from error

    def connect(self, webhook_url: str) -> AccountFacts:
        wish = {"webhook_url": webhook_url}
        facts = self._call("POST", "/v1/account", wish, f"connect-{uuid.uuid4()}")
        fixed = {name: from_processor(units, name) for name, units in facts["fixed"].items()}
        return AccountFacts(facts["livemode"], Fees(facts["rate_bp"], fixed))

    def problems(self, webhook_url: str) -> Iterator[tuple[str, str]]:
        try:
            self.find("is anybody there?")
        except GatewayError as error:
            yield str(error), "Is it running? broadsheet serve starts the sandbox."

    def _charge_of(self, payment: str) -> Checkout:
        return _charge(self._call("GET", f"/v1/payments/{payment}"))

    def _checkout(self, session: Any) -> Checkout:
        payment = session["payment"]
        return Checkout(
            ident=session["id"],
            reference=session["reference"],
            url=f"{self._origin}/checkout/{session['id']}/",
            amount=_money(session["amount"], session["currency"]),
            is_open=session["status"] == "open",
            payment=_payment(payment) if payment else None,
            tries=tuple(
                CardTry(each["id"], each["card"], each["state"] == "failed")
                for each in session["tries"]
            ),
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
        return _value_of(answer)


class NotFound(GatewayError):
    """The processor has no such object."""


def _value_of(answer: httpx.Response) -> Any:
    """The JSON of an answer. Raises GatewayError for every answer that is not a plain yes."""
    try:
        value = answer.json()
        if answer.status_code < 300:
            return value
        code, said = str(value["error"]["code"]), str(value["error"]["message"])
    except (ValueError, KeyError, TypeError) as error:
        raise GatewayError(
            "The payment processor gave no sensible answer.", ambiguous=True
        ) from error
    if answer.status_code == 404:
        raise NotFound("The payment processor does not know it.", permanent=True)
    if answer.status_code >= 500 or code == "key_reused":
        # Of a key that was used otherwise we know only that something was done with it.
        raise GatewayError(f"The payment processor has a fault: {said}", ambiguous=True)
    raise GatewayError(f"The payment processor refused: {said}", permanent=True)


def _money(units: int, currency: str) -> Money:
    return Money(from_processor(units, currency), currency)


def _time(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _movements(found: Any) -> tuple[Movement, ...]:
    return tuple(
        Movement(
            each["id"],
            _money(each["amount"], each["currency"]),
            _money(each["fee"], each["currency"]),
            _time(each["created"]),
        )
        for each in found["balance_transactions"]
    )


def _refunded(found: Any) -> Refunded:
    amount = _money(found["amount"], found["currency"])
    return Refunded(found["id"], found["reference"], found["state"], amount, _movements(found))


def _disputed(found: Any) -> Disputed:
    due = found["evidence_due_at"]
    return Disputed(
        ident=found["id"],
        state=found["state"],
        amount=_money(found["amount"], found["currency"]),
        reason=found["reason"],
        opened_at=_time(found["created"]),
        evidence_due_at=_time(due) if due else None,
        movements=_movements(found),
    )


def _charge(found: Any) -> Checkout:
    """A payment that has no checkout."""
    amount = _money(found["amount"], found["currency"])
    ident, reference = found["id"], found["reference"]
    return Checkout(
        ident, reference, "", amount, is_open=False, payment=_payment(found), is_hosted=False
    )


def _instrument(found: Any) -> Instrument:
    expires_on = dt.date.fromisoformat(found["expires_on"])
    return Instrument(found["customer"], found["method"], found["label"], expires_on)


def _payment(found: Any) -> Payment:
    balance, at = found["balance_transaction"], found["succeeded_at"]
    kept = found.get("instrument")
    return Payment(
        instrument=_instrument(kept) if kept else None,
        decline=found["decline_code"] or "",
        refunds=tuple(map(_refunded, found["refunds"])),
        disputes=tuple(map(_disputed, found["disputes"])),
        ident=found["id"],
        state=found["state"],
        amount=_money(found["amount"], found["currency"]),
        succeeded_at=_time(at) if at else None,
        balance=Balance(
            balance["id"],
            _money(balance["amount"], balance["currency"]),
            _money(balance["fee"], balance["currency"]),
        )
        if balance
        else None,
    )


def _notice(event: Any, raw: bytes) -> Notice:
    """What an event says, as far as it can be understood. Raises ValueError where it has no id.

    Whatever is signed and has an id is kept, be it of a shape that was or will be usual elsewhere.
    """
    if not isinstance(event, dict) or not name_of(event.get("id")):
        raise ValueError("an event without an id")
    data = event.get("data")
    about = data.get("object") if isinstance(data, dict) else None
    about = about if isinstance(about, dict) else {}
    return Notice(
        event_id=name_of(event["id"]),
        type=name_of(event.get("type")),
        object_type=name_of(about.get("object"))[:40],
        object_id=name_of(about.get("id")),
        livemode=event.get("livemode") is True,
        amount=claimed(about.get("amount"), about.get("currency")),
        raw=raw,
    )
