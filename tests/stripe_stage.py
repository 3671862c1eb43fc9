"""A newsroom's money with Stripe, played by the lookalike; webhooks are delivered by the test, or not at all."""

from __future__ import annotations

import dataclasses
import json
import secrets
import string
from typing import Any

import httpx
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from broadsheet.funding import tasks
from broadsheet.funding.actions import Gift, begin_donation, connect_stripe, open_checkout
from broadsheet.funding.actions.connecting import Connected
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.signatures import signature_header
from broadsheet.funding.gateways.stripe.gateway import StripeGateway
from broadsheet.funding.models import Attempt, Donation, ProcessorAccount
from broadsheet.kit import clock, tokens
from broadsheet.kit.money import Money

EVENTS = "/processors/stripe/events/"
Row = dict[str, Any]


class StripeStage:
    """An account of its own at the lookalike behind `client`, connected to this newsroom."""

    def __init__(self, client: httpx.Client, settings: Settings, *, mode: str = "test") -> None:
        self.client = client
        self.settings = settings
        self.name = "".join(secrets.choice(string.ascii_lowercase) for _ in range(12))
        self.key = f"sk_{mode}_{self.name}"
        self.kept: dict[str, str] = {}
        self.set(
            processor="stripe",
            url="https://ledger.example",
            stripe_url=str(client.base_url),
            stripe_key="",
            stripe_webhook_secrets=(),
        )

    def set(self, **values: Any) -> None:
        """Change settings of the newsroom."""
        self.settings.BROADSHEET = dataclasses.replace(self.settings.BROADSHEET, **values)

    def connect(self, key: str = "", **more: Any) -> Connected:
        """Run what the command runs, and start again with what it kept."""
        done = connect_stripe(key=key or self.key, keep=self.keep, by="test", **more)
        self.set(stripe_key=self.kept["stripe_key"], stripe_webhook_secrets=self.secrets)
        return done

    def keep(self, name: str, value: str) -> None:
        self.kept[name] = value

    @property
    def secrets(self) -> tuple[str, ...]:
        """What events are signed with, the newest first."""
        return tuple(filter(None, self.kept.get("stripe_webhook_secrets", "").split(",")))

    @property
    def account(self) -> ProcessorAccount:
        return ProcessorAccount.objects.get(slug="stripe")

    @property
    def gateway(self) -> StripeGateway:
        gateway = gateway_of(self.account)
        assert isinstance(gateway, StripeGateway)
        return gateway

    # The supporter ------------------------------------------------------------------------------

    def begin(self, minor: int = 2500, currency: str = "USD", **more: Any) -> Donation:
        gift = Gift(amount=Money(minor, currency), email="sam@example.org", name="Sam", **more)
        return begin_donation(gift=gift, nonce=tokens.reference(30), by="supporter")

    def open(self, donation: Donation) -> Attempt:
        return open_checkout(donation=donation, by="supporter")

    def give(self, minor: int = 2500, *buttons: str, currency: str = "USD") -> Donation:
        """A gift that was brought to its end at the checkout; nobody has told us yet."""
        donation = self.begin(minor, currency)
        attempt = self.open(donation)
        for button in buttons or ("pay",):
            self.act(f"checkout/{attempt.checkout_id}", outcome=button)
        return donation

    def payment(self, donation: Donation) -> str:
        """The id of the payment of a gift."""
        checkout = self.gateway.fetch("checkout_session", donation.attempts.get().checkout_id)
        assert checkout
        assert checkout.payment
        return checkout.payment.ident

    # Stripe -------------------------------------------------------------------------------------

    def act(self, path: str, **wish: object) -> None:
        """Use a switch of the lookalike."""
        answer = self.client.post(f"/{path}", json=wish)
        assert answer.status_code in (200, 303), answer.text

    def faults(self, **times: int) -> None:
        self.act(f"faults/{self.name}", **times)

    def objects(self, kind: str) -> list[Row]:
        """What the account has of a kind, oldest first."""
        mode = self.key.split("_")[1]
        rows: list[Row] = self.client.get(f"/objects/{mode}_{self.name}/{kind}").json()
        return rows

    def deliver(self, event: Row | bytes, *, secret: str = "") -> HttpResponse:
        """Send an event as Stripe would; return the newsroom's answer."""
        raw = event if isinstance(event, bytes) else json.dumps(event, indent=2).encode()
        now = int(clock.now().timestamp())
        signature = signature_header(raw, [secret or self.secrets[0]], now)
        response = Client(raise_request_exception=False).post(
            EVENTS,
            raw,
            content_type="application/json",
            headers={"Stripe-Signature": signature},
        )
        assert isinstance(response, HttpResponse)
        return response

    def settle(self) -> None:
        """Deliver every event of those that we asked for, in order, and do what is to be done."""
        wanted = self.objects("webhook_endpoint")[-1]["enabled_events"]
        for event in self.objects("event"):
            if event["type"] in wanted:
                assert self.deliver(event).status_code == 200
        self.work()

    def work(self) -> None:
        tasks.drain_inbox()
        tasks.look_at_refunds()
