"""What can be tried at Stripe without a browser: on the lookalike each time, on Stripe's test mode by `make stripe`."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from stripe import StripeClient

from bench import order
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.stripe.client import client_for
from broadsheet.funding.gateways.stripe.facts import payment_of
from broadsheet.funding.gateways.stripe.gateway import EXPANDED, StripeGateway
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from lookalike.serving import served_lookalike
from lookalike.types import misfits

URL = "https://broadsheet-test.example/processors/stripe/events/"
LIVE = pytest.param("Stripe", marks=[pytest.mark.live, pytest.mark.enable_socket])


@pytest.fixture(scope="module", params=["lookalike", LIVE])
def client(request: pytest.FixtureRequest) -> Iterator[StripeClient]:
    """A client of an account in test mode."""
    if request.param == "lookalike":
        with served_lookalike() as served:
            yield client_for("sk_test_north", str(served.base_url))
        return
    key = os.environ.get("STRIPE_TEST_KEY", "")
    if not key.startswith(("sk_test_", "rk_test_")):
        pytest.skip("NOT RUN: needs a key of Stripe's test mode: STRIPE_TEST_KEY=... make stripe")
    yield client_for(key, "https://api.stripe.com")


@pytest.fixture
def gateway(client: StripeClient) -> StripeGateway:
    return StripeGateway(client, secrets=["whsec_x"])


def test_live_checkout_opens_is_found_and_expires(
    client: StripeClient, gateway: StripeGateway
) -> None:
    asked, key, since = order(), secrets.token_hex(16), clock.now()
    checkout = gateway.start(asked, key)
    assert checkout.url.startswith("https://checkout.stripe.com/")
    assert (checkout.amount, checkout.is_open, checkout.payment) == (asked.amount, True, None)
    assert gateway.start(asked, key) == checkout
    assert gateway.find(asked.reference, since) == checkout
    with pytest.raises(GatewayError) as caught:
        gateway.start(replace(asked, amount=Money(9900, "USD")), key)
    assert caught.value.ambiguous
    told = client.v1.checkout.sessions.retrieve(checkout.ident)
    assert misfits([told.to_dict(for_json=True)]) == []
    assert not gateway.expire(checkout.ident, secrets.token_hex(16)).is_open


@pytest.mark.parametrize("currency", ["JPY", "KWD", "ISK", "HUF"])
def test_live_currencies_are_counted_as_we_think(gateway: StripeGateway, currency: str) -> None:
    asked = order(500_000, currency, language="ar")
    assert gateway.start(asked, secrets.token_hex(16)).amount == asked.amount


def test_live_payment_is_told_with_its_balance_and_its_refund(
    client: StripeClient, gateway: StripeGateway
) -> None:
    made = client.v1.payment_intents.create(
        {
            "amount": 2500,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "allowed_payment_method_types": ["card"],
            "capture_method": "automatic",
            "confirm": True,
        }
    )
    reference = secrets.token_hex(24)
    for _ in range(2):
        gateway.refund(made.id, Money(1000, "USD"), reference)
    with pytest.raises(GatewayError) as caught:
        gateway.refund(made.id, Money(1501, "USD"), secrets.token_hex(24))
    assert caught.value.permanent
    intent = client.v1.payment_intents.retrieve(made.id, {"expand": EXPANDED})
    listed = client.v1.refunds.list(
        {
            "payment_intent": made.id,
            "expand": ["data.balance_transaction", "data.failure_balance_transaction"],
        }
    )
    disputes = client.v1.disputes.list({"payment_intent": made.id})
    answers = [each.to_dict(for_json=True) for each in (intent, listed, disputes)]
    assert misfits(answers) == []
    payment = payment_of(intent, listed.data, disputes.data)
    assert payment
    assert payment.balance
    assert (payment.state, payment.amount) == ("succeeded", Money(2500, "USD"))
    [refund] = payment.refunds
    assert (refund.reference, refund.amount) == (reference, Money(1000, "USD"))
    [moved] = refund.movements
    refs = {move.ident for move in next(gateway.movements(payment.succeeded_at, None))}
    assert {payment.balance.ident, moved.ident} <= refs
    assert gateway.fetch("payment", made.id) is None, "it belongs to no checkout"


def test_live_events_are_listed_from_the_newest_on(gateway: StripeGateway) -> None:
    facts = gateway.facts()
    assert not facts.livemode
    assert facts.ident.startswith("acct_")
    gateway.expire(gateway.start(order(), secrets.token_hex(16)).ident, secrets.token_hex(16))
    if facts.newest_event:
        fresh, _more = gateway.events_after(facts.newest_event)
        assert facts.newest_event not in [notice.event_id for notice in fresh]


def test_live_endpoint_is_made_mended_and_removed(
    client: StripeClient, gateway: StripeGateway
) -> None:
    assert gateway.endpoint.make(URL).startswith("whsec_")
    try:
        assert list(gateway.endpoint.problems(URL)) == []
        found = client.v1.webhook_endpoints.retrieve(gateway.endpoint.ident)
        assert misfits([found.to_dict(for_json=True)]) == []
        client.v1.webhook_endpoints.update(found.id, {"disabled": True})
        assert "disabled" in next(gateway.endpoint.problems(URL))[0]
        assert gateway.endpoint.repair(URL)
        assert list(gateway.endpoint.problems(URL)) == []
    finally:
        client.v1.webhook_endpoints.delete(gateway.endpoint.ident)
