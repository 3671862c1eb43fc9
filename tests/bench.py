"""Processors as contract tests use them: their gateways, the buttons of their pages, their switches."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Protocol

import httpx

from broadsheet.funding.gateways.protocol import AccountFacts, Checkout, Gateway, Notice, Order
from broadsheet.funding.gateways.sandbox.application import Secrets
from broadsheet.funding.gateways.sandbox.keys import api_key, webhook_secret
from broadsheet.funding.gateways.sandbox_client import SandboxGateway
from broadsheet.funding.gateways.signatures import signature_header
from broadsheet.funding.gateways.stripe.client import client_for
from broadsheet.funding.gateways.stripe.gateway import StripeGateway
from broadsheet.kit.money import Money

SECRETS = Secrets("the sandbox's key", "the sandbox's webhook secret")
ACCOUNT = "north"
STRIPE_SECRETS = ["whsec_new", "whsec_old"]


class Bench(Protocol):
    """A processor with the account `north`, and the buttons and switches around it.

    `checkout_origin` is where its pages are, `tells_fees` whether it says what it keeps, `confirmed_types`
    the events of a payment that had to be confirmed.
    """

    gateway: Gateway
    checkout_origin: str
    tells_fees: bool
    confirmed_types: tuple[str, ...]

    def of(self, account: str) -> Gateway:
        """The gateway of an account."""

    def connect(self) -> AccountFacts:
        """Have events sent somewhere."""

    def press(self, checkout_id: str, outcome: str) -> httpx.Response:
        """Press a button of the hosted page."""

    def act(self, path: str, **wish: object) -> None:
        """Use a switch of the rehearsal interface."""

    def signed(self, raw: bytes, now: int) -> Mapping[str, str]:
        """The headers of a webhook with this body."""


class SandboxBench:
    """A sandbox of either shape."""

    checkout_origin = "http://127.0.0.1:9"
    tells_fees = True
    confirmed_types = (
        "payment.created",
        "payment.requires_action",
        "payment.succeeded",
        "checkout.completed",
    )

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.gateway = self.of(ACCOUNT)

    def of(self, account: str, *, secrets: list[str] | None = None) -> SandboxGateway:
        return SandboxGateway(
            self.client,
            key=api_key(account, SECRETS.key),
            secrets=secrets or [webhook_secret(account, SECRETS.webhook_secret)],
            checkout_origin=self.checkout_origin,
        )

    def connect(self) -> AccountFacts:
        return self.gateway.connect("")

    def press(self, checkout_id: str, outcome: str) -> httpx.Response:
        return self.client.post(f"/checkout/{checkout_id}/", data={"outcome": outcome})

    def act(self, path: str, **wish: object) -> None:
        headers = {"Authorization": f"Bearer {SECRETS.key}"}
        answer = self.client.post(f"/admin/{path}", json=wish, headers=headers)
        assert answer.status_code == 200, answer.text

    def call(self, path: str, wish: object, key: str) -> httpx.Response:
        """A call to the account's interface as somebody would write it by hand."""
        headers = {
            "Authorization": f"Bearer {api_key(ACCOUNT, SECRETS.key)}",
            "Idempotency-Key": key,
        }
        return self.client.post(f"/v1/{path}", json=wish, headers=headers)

    def signed(self, raw: bytes, now: int) -> Mapping[str, str]:
        secret = webhook_secret(ACCOUNT, SECRETS.webhook_secret)
        return {"Sandbox-Signature": signature_header(raw, [secret], now)}


class StripeBench:
    """Stripe, played by the lookalike behind `client`; two secrets are good, as while one is changed."""

    checkout_origin = "https://checkout.stripe.com/"
    tells_fees = False
    confirmed_types = (
        "payment_intent.requires_action",
        "charge.updated",
        "payment_intent.succeeded",
        "checkout.session.completed",
    )

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.gateway = self.of(ACCOUNT)

    def of(self, account: str, *, key: str = "", endpoint: str = "") -> StripeGateway:
        client = client_for(key or f"sk_test_{account}", str(self.client.base_url))
        return StripeGateway(client, secrets=STRIPE_SECRETS, endpoint=endpoint)

    def connect(self) -> AccountFacts:
        url = "https://ledger.example/processors/stripe/events/"
        self.gateway.endpoint.make(url)
        return self.gateway.connect(url)

    def press(self, checkout_id: str, outcome: str) -> httpx.Response:
        return self.client.post(f"/checkout/{checkout_id}", json={"outcome": outcome})

    def act(self, path: str, **wish: object) -> None:
        answer = self.client.post(f"/{path}", json=wish)
        assert answer.status_code == 200, answer.text

    def signed(self, raw: bytes, now: int) -> Mapping[str, str]:
        return {"Stripe-Signature": signature_header(raw, STRIPE_SECRETS[1:], now)}


def order(minor: int = 2500, currency: str = "USD", **more: str) -> Order:
    values = {
        "reference": secrets.token_hex(24),
        "description": "The Test Ledger: Flood reporting",
        "success_url": "https://example.org/give/thanks/x/",
        "cancel_url": "https://example.org/give/thanks/x/",
        "language": "en",
    }
    return Order(amount=Money(minor, currency), **{**values, **more})


def started(bench: Bench, asked: Order | None = None) -> Checkout:
    return bench.gateway.start(asked or order(), secrets.token_hex(8))


def all_notices(bench: Bench, after: str = "") -> list[Notice]:
    found: list[Notice] = []
    more = True
    while more:
        page, more = bench.gateway.events_after(after)
        found += page
        after = found[-1].event_id if found else after
    return found
