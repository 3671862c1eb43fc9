"""Our side of Stripe beyond the contract, and what plays Stripe held against Stripe's own library."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, get_args

import pytest
import stripe as library
from stripe import params
from stripe.params import checkout as checkout_params

from bench import ACCOUNT, StripeBench, all_notices, order, started
from broadsheet.funding.choices import ProcessorKind
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.protocol import Instrument
from broadsheet.funding.gateways.stripe.client import VERSION, client_for
from broadsheet.funding.gateways.stripe.facts import instrument_of, payment_of
from broadsheet.funding.gateways.stripe.gateway import LOCALES, StripeGateway
from broadsheet.funding.gateways.stripe.notices import EVENTS
from broadsheet.funding.rules.methods import METHODS
from lookalike import shapes
from lookalike.api import PARAMETERS
from lookalike.serving import served_lookalike
from lookalike.types import misfits

CALLS: dict[str, Any] = {
    "POST checkout/sessions": checkout_params.SessionCreateParams,
    "GET checkout/sessions": checkout_params.SessionListParams,
    "GET checkout/sessions/ID": checkout_params.SessionRetrieveParams,
    "POST checkout/sessions/ID/expire": checkout_params.SessionExpireParams,
    "POST payment_intents": params.PaymentIntentCreateParams,
    "GET payment_intents": params.PaymentIntentListParams,
    "GET payment_intents/ID": params.PaymentIntentRetrieveParams,
    "GET charges": params.ChargeListParams,
    "GET refunds": params.RefundListParams,
    "POST refunds": params.RefundCreateParams,
    "GET refunds/ID": params.RefundRetrieveParams,
    "GET disputes": params.DisputeListParams,
    "GET disputes/ID": params.DisputeRetrieveParams,
    "GET payouts/ID": params.PayoutRetrieveParams,
    "GET balance_transactions": params.BalanceTransactionListParams,
    "DELETE customers/ID": params.CustomerDeleteParams,
    "GET events": params.EventListParams,
    "GET webhook_endpoints": params.WebhookEndpointListParams,
    "POST webhook_endpoints": params.WebhookEndpointCreateParams,
    "GET webhook_endpoints/ID": params.WebhookEndpointRetrieveParams,
    "POST webhook_endpoints/ID": params.WebhookEndpointUpdateParams,
    "DELETE webhook_endpoints/ID": params.WebhookEndpointDeleteParams,
    "GET balance": params.BalanceRetrieveParams,
    "GET account": params.AccountRetrieveCurrentParams,
}
"""What the library knows of each call that the lookalike answers."""


@pytest.fixture(scope="module")
def bench() -> Iterator[StripeBench]:
    with served_lookalike() as client:
        yield StripeBench(client)


def words_of(hint: Any) -> set[str]:
    """Every word that a type allows, however deep."""
    parts = get_args(hint)
    return {part for part in parts if isinstance(part, str)} | {
        word for part in parts if not isinstance(part, str) for word in words_of(part)
    }


# The lookalike and the library ----------------------------------------------------------------


@pytest.mark.parametrize("call", sorted(PARAMETERS))
def test_lookalike_takes_no_parameter_that_the_library_does_not_know(call: str) -> None:
    assert set(PARAMETERS[call]) <= CALLS[call].__annotations__.keys()


def test_words_that_we_send_are_the_librarys() -> None:
    create = checkout_params.SessionCreateParams.__annotations__
    endpoint = params.WebhookEndpointCreateParams.__annotations__
    assert set(EVENTS) <= words_of(endpoint["enabled_events"])
    assert len(EVENTS) <= 20, "a list of events is asked for by twenty types at most"
    assert words_of(library.checkout.Session.__annotations__["locale"]) == LOCALES | {"auto"}
    assert set(METHODS[ProcessorKind.STRIPE]) <= words_of(create["excluded_payment_method_types"])
    assert library.api_version == VERSION, "a new library: read what changed, then pin its version"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"object": "balance", "colour": "red"}, "balance: no field colour"),
        ({"object": "balance", "livemode": "yes"}, "balance.livemode: 'yes' is no bool"),
        ({"object": "purse"}, "purse: there is no kind purse"),
        ({"object": "refund", "amount": True}, "refund.amount: 'True' is no int"),
        ({"object": "checkout.session", "status": "shut"}, "'shut' is none of its words"),
        ({"object": "dispute", "balance_transactions": ["txn_1"]}, "no BalanceTransaction"),
        ({"object": "dispute", "balance_transactions": "txn_1"}, "no list"),
        ({"object": "charge", "billing_details": "none"}, "no BillingDetails"),
        ({"object": "charge"}, "charge: amount is missing"),
        ({"object": "refund", "deleted": True, "colour": "red"}, "refund: no field colour"),
    ],
)
def test_what_the_lookalike_could_invent_is_found(answer: dict[str, Any], said: str) -> None:
    assert said in "\n".join(misfits([answer]))


def test_lookalike_refuses_as_stripe_does(bench: StripeBench) -> None:
    headers = {"Authorization": f"Bearer sk_test_{ACCOUNT}"}
    for path, status in (
        ("events?colour=red", 400),
        ("events?limit=101", 400),
        ("checkout/sessions?expand[]=data.a.b.c.d", 400),
        ("nowhere", 404),
        ("disputes/du_none", 404),
    ):
        answer = bench.client.get(f"/v1/{path}", headers=headers)
        assert answer.status_code == status, path
        assert answer.json()["error"]["message"]


# What is asked for ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minor", "currency", "units"),
    [(2500, "USD", 2500), (500, "JPY", 500), (12_340, "KWD", 12_340), (500, "ISK", 50_000)],
)
def test_m2_currencies_are_counted_as_stripe_counts_them(
    bench: StripeBench, minor: int, currency: str, units: int
) -> None:
    asked = order(minor, currency)
    assert started(bench, asked).amount == asked.amount
    session = bench.client.get(f"/objects/test_{ACCOUNT}/checkout.session").json()[-1]
    assert (session["amount_total"], session["currency"]) == (units, currency.lower())
    assert session["adaptive_pricing"] == {"enabled": False}


def test_language_that_stripe_has_not_is_left_to_the_browser(bench: StripeBench) -> None:
    for language, locale in (("fr", "fr"), ("ar", "auto")):
        started(bench, order(language=language))
        session = bench.client.get(f"/objects/test_{ACCOUNT}/checkout.session").json()[-1]
        assert session["locale"] == locale


def test_method_is_kept_only_where_that_was_agreed_to(bench: StripeBench) -> None:
    for keeps in (True, False):
        checkout = started(bench, replace(order(), keeps_method=keeps))
        bench.press(checkout.ident, "pay")
        told = bench.gateway.find(checkout.reference)
        assert told
        assert told.payment
        assert isinstance(told.payment.instrument, Instrument) is keeps


def test_find_looks_only_where_the_key_can_have_been_used(bench: StripeBench) -> None:
    checkout = started(bench)
    now = dt.datetime.now(dt.UTC)
    assert bench.gateway.find(checkout.reference, now) == checkout
    assert bench.gateway.find(checkout.reference, now - dt.timedelta(minutes=9)) == checkout
    assert bench.gateway.find(checkout.reference, now - dt.timedelta(hours=1)) is None
    assert bench.gateway.find(checkout.reference, now + dt.timedelta(hours=1)) is None


def test_checkout_is_found_among_more_than_one_list_holds() -> None:
    with served_lookalike() as client:
        bench = StripeBench(client)
        first = started(bench)
        for _ in range(105):
            started(bench)
        assert bench.gateway.find(first.reference) == first


def test_event_that_the_library_takes_is_taken(bench: StripeBench) -> None:
    bench.press(started(bench).ident, "pay")
    raw, now = all_notices(bench)[-1].raw, int(dt.datetime.now().timestamp())  # noqa: DTZ005
    header = bench.signed(raw, now)["Stripe-Signature"]
    event = library.Webhook.construct_event(raw, header, "whsec_old")  # type: ignore[no-untyped-call]
    [notice] = bench.gateway.parse_webhook(raw, {"Stripe-Signature": header}, now)
    assert (notice.event_id, notice.type) == (event.id, event.type)


def test_fetching_what_we_know_nothing_of_finds_nothing(bench: StripeBench) -> None:
    for kind, ident in (("mandate", "x_1"), ("refund", "re_none"), ("dispute", "du_none")):
        assert bench.gateway.fetch(kind, ident) is None
    assert bench.gateway.fetch_payout("po_none") is None


def test_method_that_is_no_card_is_kept_by_its_kind() -> None:
    session = shapes.session({}, 2500, "usd", 0, live=False)
    wish = {"setup_future_usage": "off_session"}
    method = {"id": "pm_1", "object": "payment_method", "type": "sepa_debit"}
    body = shapes.intent(session, wish, 0) | {"customer": "cus_1", "payment_method": method}
    intent = library.PaymentIntent.construct_from(body, "sk_test_x")  # type: ignore[no-untyped-call]
    assert instrument_of(intent) == Instrument("cus_1", "pm_1", "sepa_debit")


def test_payment_that_nobody_tried_to_make_is_none() -> None:
    session = shapes.session({}, 2500, "usd", 0, live=False)
    intent = library.PaymentIntent.construct_from(shapes.intent(session, {}, 0), "sk_test_x")  # type: ignore[no-untyped-call]
    assert payment_of(intent, (), ()) is None


# What its failures mean -----------------------------------------------------------------------


def test_stripe_that_is_not_reached_has_done_nothing() -> None:
    with pytest.raises(GatewayError) as caught:
        gateway("http://127.0.0.1:1").find("x")
    assert (caught.value.ambiguous, caught.value.permanent) == (False, False)


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """A server that always says the same; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET  # noqa: N815 - the server's own name

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def gateway(address: str) -> StripeGateway:
    return StripeGateway(client_for("sk_test_north", address), secrets=["whsec_x"])


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, "<html>"),
        (200, "OK"),
        (200, "{}"),
        (200, '{"id": "cs_1", "object": "checkout.session"}'),
        (409, '{"error": {"code": "idempotency_key_in_use", "message": "wait"}}'),
        (400, "[]"),
    ],
)
def test_answer_that_makes_no_sense_is_ambiguous(status: int, body: str) -> None:
    with answering(status, body) as address, pytest.raises(GatewayError) as caught:
        gateway(address).start(order(), secrets.token_hex(8))
    assert caught.value.ambiguous


def test_object_that_is_not_whole_is_ambiguous(bench: StripeBench) -> None:
    checkout = started(bench)
    bench.press(checkout.ident, "pay")
    [session] = [
        each
        for each in bench.client.get(f"/objects/test_{ACCOUNT}/checkout.session").json()
        if each["id"] == checkout.ident
    ]
    for body in (session, {**session, "payment_intent": None, "amount_total": None}):
        with answering(200, json.dumps(body)) as address, pytest.raises(GatewayError) as caught:
            gateway(address).fetch("checkout_session", checkout.ident)
        assert caught.value.ambiguous


def test_endpoint_without_a_secret_is_no_endpoint() -> None:
    body = json.dumps({"id": "we_1", "object": "webhook_endpoint"})
    for said in (body, body[:-1] + ', "secret": null}'):
        with answering(200, said) as address, pytest.raises(GatewayError):
            gateway(address).endpoint.make("https://ledger.example/")


def test_client_asks_once_and_tells_nothing_of_this_machine(bench: StripeBench) -> None:
    bench.act(f"faults/{ACCOUNT}", busy=1)
    before = len(bench.client.get("/asked").json())
    with pytest.raises(GatewayError, match="too often"):
        bench.gateway.find("x")
    assert len(bench.client.get("/asked").json()) == before + 1
    assert not library.enable_telemetry
