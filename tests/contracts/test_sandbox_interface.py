"""The sandbox's interface as somebody would call it by hand: what it refuses by name, and what is in between."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator

import httpx
import pytest

from bench import ACCOUNT, SECRETS, SandboxBench, started
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.in_process import InProcessSandbox
from broadsheet.funding.gateways.sandbox.keys import api_key


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxBench]:
    folder = tmp_path_factory.mktemp("sandbox")
    with InProcessSandbox(folder, SECRETS, dt.datetime.now(dt.UTC)) as sandbox:
        yield SandboxBench(sandbox.client)


@pytest.mark.parametrize(
    ("path", "wish", "code"),
    [
        ("checkout_sessions", {"colour": "red"}, "unknown_parameter"),
        ("checkout_sessions", {"reference": None}, "reference"),
        ("checkout_sessions", {"reference": ""}, "reference"),
        ("checkout_sessions", {"amount": "2500"}, "amount"),
        ("checkout_sessions", {"amount": 25.0}, "amount"),
        ("checkout_sessions", {"amount": True}, "amount"),
        ("checkout_sessions", {"amount": 0}, "amount"),
        ("checkout_sessions", {"amount": -1}, "amount"),
        ("checkout_sessions", {"amount": 100_000_000}, "amount"),
        ("checkout_sessions", {"amount": 1001, "currency": "KWD"}, "amount"),
        ("checkout_sessions", {"amount": 150, "currency": "ISK"}, "amount"),
        ("checkout_sessions", {"currency": "XYZ"}, "currency"),
        ("checkout_sessions", {"currency": "usd"}, "currency"),
        ("checkout_sessions", {"success_url": "javascript:alert(1)"}, "success_url"),
        ("checkout_sessions", {"expires_in": 59}, "expiry"),
        ("checkout_sessions", {"methods_off": ["gold"]}, "methods_off"),
        ("checkout_sessions", {"methods_off": "card"}, "methods_off"),
        ("refunds", {"payment": "pay_unknown"}, "not_found"),
        ("account", {"rate_bp": -1}, "fees"),
        ("account", {"rate_bp": 10_000}, "fees"),
        ("account", {"fixed": {"USD": 0.3}}, "fees"),
        ("account", {"fixed": {"ISK": 50}}, "fees"),
        ("nowhere", {}, "not_found"),
    ],
)
def test_p2_what_makes_no_sense_is_refused_by_name(
    bench: SandboxBench, path: str, wish: dict[str, object], code: str
) -> None:
    good: dict[str, object] = {
        "amount": 2500,
        "currency": "USD",
        "reference": "r",
        "success_url": "https://example.org/",
        "cancel_url": "https://example.org/",
    }
    sent = {**good, **wish} if path == "checkout_sessions" else wish
    answer = bench.call(path, sent, secrets.token_hex(8))
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]["code"] == code


def test_p2_missing_parameter_key_or_authorisation_is_refused(bench: SandboxBench) -> None:
    assert bench.call("checkout_sessions", {}, "k").json()["error"]["code"] == "missing_parameter"
    assert bench.call("checkout_sessions", {}, "").json()["error"]["code"] == "idempotency_key"
    assert bench.call("checkout_sessions", {}, "k" * 256).status_code == 400
    assert bench.client.get("/v1/account").status_code == 401
    forged = {"Authorization": "Bearer sk_sandbox_north_00"}
    assert bench.client.get("/v1/account", headers=forged).status_code == 401
    assert bench.client.post("/admin/clock", json={"move": 1}).status_code == 401


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "1.5", "٣"])
def test_p2_list_of_no_sensible_length_is_refused(bench: SandboxBench, limit: str) -> None:
    headers = {"Authorization": f"Bearer {api_key(ACCOUNT, SECRETS.key)}"}
    answer = bench.client.get("/v1/events", params={"limit": limit}, headers=headers)
    assert answer.json()["error"]["code"] == "limit"


def test_p2_refund_beyond_the_payment_is_refused_and_parts_add_up(bench: SandboxBench) -> None:
    checkout = started(bench)
    bench.press(checkout.ident, "pay")
    told = bench.gateway.find(checkout.reference)
    assert told is not None
    assert told.payment is not None
    payment = told.payment.ident
    part = bench.call("refunds", {"payment": payment, "amount": 2000}, secrets.token_hex(8))
    over = bench.call("refunds", {"payment": payment, "amount": 501}, secrets.token_hex(8))
    rest = bench.call("refunds", {"payment": payment}, secrets.token_hex(8))
    none = bench.call("refunds", {"payment": payment, "amount": 1}, secrets.token_hex(8))
    assert (part.status_code, rest.json()["amount"]) == (200, 500)
    assert (over.status_code, none.status_code) == (400, 400)


def test_p2_refund_of_what_was_never_paid_is_refused(bench: SandboxBench) -> None:
    checkout = started(bench)
    bench.press(checkout.ident, "decline")
    told = bench.gateway.find(checkout.reference)
    assert told is not None
    assert told.payment is not None
    refused = bench.call("refunds", {"payment": told.payment.ident}, secrets.token_hex(8))
    assert refused.json()["error"]["code"] == "not_succeeded"


def test_gateway_that_is_not_reached_has_done_nothing() -> None:
    with httpx.Client(base_url="http://127.0.0.1:1", trust_env=False) as client:
        with pytest.raises(GatewayError) as caught:
            SandboxBench(client).gateway.find("x")
        assert (caught.value.ambiguous, caught.value.permanent) == (False, False)


@pytest.mark.parametrize(
    ("status", "body"), [(502, "<html>"), (200, "OK"), (400, "[]"), (403, '{"error": "no"}')]
)
def test_gateway_answer_from_somebody_in_between_is_ambiguous(status: int, body: str) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(status, text=body))
    with httpx.Client(base_url="http://sandbox.invalid", transport=transport) as client:
        with pytest.raises(GatewayError) as caught:
            SandboxBench(client).gateway.find("x")
        assert caught.value.ambiguous
