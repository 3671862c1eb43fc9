"""The sandbox beyond the contract: its hosted page, its switches, the webhooks it sends, how it starts."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import secrets
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
import time_machine

from bench import ACCOUNT, SECRETS, SandboxBench, order
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.in_process import InProcessSandbox
from broadsheet.funding.gateways.protocol import Checkout, Order
from broadsheet.funding.gateways.sandbox import __main__ as starting
from broadsheet.funding.gateways.sandbox.keys import api_key, webhook_secret
from broadsheet.funding.gateways.sandbox.server import LARGEST, Server
from broadsheet.funding.gateways.signatures import check_signature
from broadsheet.kit.money import Money
from running import wait_until

ADMIN = {"Authorization": f"Bearer {SECRETS.key}"}
OWNER = {"Authorization": f"Bearer {api_key(ACCOUNT, SECRETS.key)}"}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[InProcessSandbox]:
    with InProcessSandbox(tmp_path, SECRETS, dt.datetime.now(dt.UTC)) as sandbox:
        yield sandbox


@pytest.fixture
def bench(sandbox: InProcessSandbox) -> SandboxBench:
    return SandboxBench(sandbox.client)


def started(bench: SandboxBench, currency: str = "USD") -> Checkout:
    order = Order(
        amount=Money(2500, currency),
        reference=secrets.token_hex(24),
        description="A gift",
        success_url="https://example.org/thanks/",
        cancel_url="https://example.org/back/",
        language="en",
    )
    return bench.gateway.start(order, secrets.token_hex(8))


def paid(bench: SandboxBench, currency: str = "USD") -> str:
    """A succeeded payment's id."""
    checkout = started(bench, currency)
    bench.press(checkout.ident, "pay")
    told = bench.gateway.find(checkout.reference)
    assert told
    assert told.payment
    return told.payment.ident


# The hosted page ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("buttons", "said", "offered"),
    [
        ([], "2,500 JPY", 'value="pay"'),
        (["decline"], 'role="alert"', 'value="pay"'),
        (["authenticate"], 'value="confirm"', 'value="fail"'),
        (["delay"], 'href="https://example.org/thanks/"', "JPY"),
        (["pay"], 'href="https://example.org/thanks/"', "JPY"),
    ],
    ids=str,
)
def test_page_offers_what_can_happen_next(
    bench: SandboxBench, buttons: list[str], said: str, offered: str
) -> None:
    checkout = started(bench, "JPY")
    for button in buttons:
        bench.press(checkout.ident, button)
    page = bench.client.get(f"/checkout/{checkout.ident}/")
    assert said in page.text
    assert offered in page.text
    assert "form-action 'self' https://example.org" in page.headers["content-security-policy"]


def test_page_of_a_closed_checkout_leads_back_and_of_none_is_not_found(bench: SandboxBench) -> None:
    checkout = started(bench)
    bench.gateway.expire(checkout.ident, "k")
    assert (
        'href="https://example.org/back/"' in bench.client.get(f"/checkout/{checkout.ident}/").text
    )
    assert bench.client.get("/checkout/cs_nothing/").status_code == 404
    assert bench.press(started(bench).ident, "steal").status_code == 400
    assert bench.client.get("/checkout.css").headers["content-type"].startswith("text/css")


def test_page_refuses_a_second_payment_beside_one_that_is_open(bench: SandboxBench) -> None:
    checkout = started(bench)
    bench.press(checkout.ident, "authenticate")
    assert bench.press(checkout.ident, "pay").status_code == 409


def test_checkout_whose_payment_is_on_its_way_neither_expires_nor_is_closed(
    bench: SandboxBench,
) -> None:
    checkout = started(bench)
    bench.press(checkout.ident, "delay")
    bench.act("clock", move=25 * 3600)
    with pytest.raises(GatewayError, match="on its way"):
        bench.gateway.expire(checkout.ident, "k1")
    told = bench.gateway.find(checkout.reference)
    assert told
    assert told.is_open


def test_checkout_that_is_closed_cancels_what_waited_for_the_supporter(bench: SandboxBench) -> None:
    checkout = started(bench)
    bench.press(checkout.ident, "authenticate")
    closed = bench.gateway.expire(checkout.ident, "k1")
    assert closed.payment
    assert closed.payment.state == "canceled"
    with pytest.raises(GatewayError, match="expired"):
        bench.gateway.expire(checkout.ident, "k2")


# What makes no sense --------------------------------------------------------------------------


def test_nothing_is_where_nothing_is(bench: SandboxBench) -> None:
    assert bench.client.get("/alive").json() == {"alive": True}
    assert bench.client.get("/nothing").status_code == 404
    assert bench.client.get("/v1/account", headers=OWNER).json()["id"] == ACCOUNT
    assert bench.client.put("/v1/account", headers=OWNER).status_code == 405
    assert bench.gateway.fetch_payout("po_nothing") is None


@pytest.mark.parametrize("body", [b"{", b"[]", b"[" * 5000], ids=["broken", "list", "deep"])
def test_body_that_is_no_object_is_refused(bench: SandboxBench, body: bytes) -> None:
    headers = OWNER | {"Idempotency-Key": "k"}
    answer = bench.client.post("/v1/refunds", content=body, headers=headers)
    assert answer.json()["error"]["code"] == "json"


@pytest.mark.parametrize(
    ("path", "wish", "status"),
    [
        ("clock", {"move": -1}, 400),
        ("clock", {"move": True}, 400),
        ("checkouts/CHECKOUT", {"outcome": "steal"}, 400),
        ("payments/PAYMENT", {"outcome": "dispute", "amount": 0}, 400),
        ("payments/PAYMENT", {"outcome": "dispute", "amount": 2501}, 400),
        ("payments/PAYMENT", {"outcome": "dispute_won"}, 409),
        ("payments/pay_nothing", {"outcome": "dispute"}, 404),
        ("refunds/re_nothing", {"outcome": "failed"}, 404),
        ("payouts/north", {"currency": "EUR"}, 409),
        ("payouts/north/po_nothing", {"outcome": "failed"}, 409),
        ("charges/pay_nothing", {"outcome": "clear"}, 409),
        ("methods/pm_nothing", {"outcome": "pay"}, 404),
        ("nothing", {}, 404),
    ],
    ids=str,
)
def test_switch_that_makes_no_sense_is_refused(
    bench: SandboxBench, path: str, wish: dict[str, object], status: int
) -> None:
    path = path.replace("PAYMENT", paid(bench)).replace("CHECKOUT", started(bench).ident)
    answer = bench.client.post(f"/admin/{path}", json=wish, headers=ADMIN)
    assert answer.status_code == status


def test_refund_ends_once_and_in_the_steps_of_its_currency(bench: SandboxBench) -> None:
    bench.act("faults/north", slow_refund=1)
    payment = paid(bench, "KWD")
    odd = bench.call("refunds", {"payment": payment, "amount": 1001}, "k0")
    assert odd.json()["error"]["code"] == "amount"
    refund = bench.call("refunds", {"payment": payment, "amount": 1000}, "k1").json()["id"]
    bench.act(f"refunds/{refund}", outcome="failed")
    again = bench.client.post(f"/admin/refunds/{refund}", json={"outcome": "failed"}, headers=ADMIN)
    assert again.status_code == 409


# The webhooks it sends ------------------------------------------------------------------------


class Listener:
    """Somebody's address for webhooks, that answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, str]] = []
        self.status = 200
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.got.append((body, self.headers["Sandbox-Signature"]))
                self.send_response(listener.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/events/"
        poll = {"poll_interval": 0.02}
        threading.Thread(target=self.server.serve_forever, kwargs=poll, daemon=True).start()

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _signature in self.got]


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


BOTH = ["payment.created", "payment.succeeded", "checkout.completed"]


def test_webhook_is_signed_with_every_secret_of_the_account(
    sandbox: InProcessSandbox, bench: SandboxBench, listener: Listener
) -> None:
    bench.gateway.connect(listener.address)
    bench.act("secrets/north", more=["another"])
    paid(bench)
    assert sandbox.sandbox.deliveries.send_due() == 3
    assert listener.types == BOTH
    body, signature = listener.got[0]
    now = int(dt.datetime.now(dt.UTC).timestamp())
    for secret in (webhook_secret(ACCOUNT, SECRETS.webhook_secret), "another"):
        check_signature(body, signature, [secret], now)
    assert sandbox.sandbox.deliveries.send_due() == 0


def test_webhook_that_is_not_taken_is_sent_again_until_it_is_or_is_too_old(
    sandbox: InProcessSandbox, bench: SandboxBench, listener: Listener
) -> None:
    bench.gateway.connect(listener.address)
    listener.status = 500
    started_at = dt.datetime.now(dt.UTC)
    with time_machine.travel(started_at, tick=False) as now:
        paid(bench)
        deliveries = sandbox.sandbox.deliveries
        assert (deliveries.send_due(), deliveries.send_due()) == (3, 0)
        now.shift(1)
        listener.status = 200
        assert deliveries.send_due() == 3
        assert listener.types == BOTH + BOTH
        listener.status = 500
        paid(bench)
        for _ in range(12):
            deliveries.send_due()
            now.shift(86_400)
        assert deliveries.send_due() == 0
    assert listener.types.count("payment.created") == 2 + 12


@pytest.mark.parametrize(
    ("faults", "types"),
    [
        ({"drop": 1}, BOTH[1:]),
        ({"duplicate": 1}, [BOTH[0], *BOTH]),
        ({"reorder": 1}, [*BOTH[1:], BOTH[0]]),
        ({"delay": 1}, [*BOTH[1:], BOTH[0]]),
        ({"forge": 1}, [BOTH[0], *BOTH]),
    ],
    ids=str,
)
def test_webhook_faults_happen_as_often_as_was_said(
    sandbox: InProcessSandbox,
    bench: SandboxBench,
    listener: Listener,
    faults: dict[str, int],
    types: list[str],
) -> None:
    bench.gateway.connect(listener.address)
    bench.act("faults/north", **faults)
    with time_machine.travel(dt.datetime.now(dt.UTC), tick=False) as now:
        paid(bench)
        sandbox.sandbox.deliveries.send_due()
        now.shift(61)
        sandbox.sandbox.deliveries.send_due()
    assert listener.types == types


def test_webhook_address_that_is_not_there_or_speaks_no_tls_is_tried_again(
    sandbox: InProcessSandbox, bench: SandboxBench, listener: Listener
) -> None:
    for address in ("http://127.0.0.1:1/x/", listener.address.replace("http:", "https:")):
        bench.gateway.connect(address)
        paid(bench)
        assert sandbox.sandbox.deliveries.send_due() >= 3
    states = sandbox.sandbox.store.rows("SELECT DISTINCT state FROM delivery")
    assert [row["state"] for row in states] == ["waiting"]
    assert listener.got == []


def test_webhooks_leave_by_themselves_once_started_and_stop_when_told(
    sandbox: InProcessSandbox, bench: SandboxBench, listener: Listener
) -> None:
    bench.gateway.connect(listener.address)
    deliveries = sandbox.sandbox.deliveries
    deliveries.start()
    paid(bench)
    wait_until(lambda: len(listener.got) == 3, "all three arrive")
    deliveries.stop()
    paid(bench)
    deliveries.send_due()
    assert len(listener.got) == 3


# How it is served and started -----------------------------------------------------------------


def test_server_answers_a_head_without_body_and_refuses_what_is_too_large(
    sandbox: InProcessSandbox,
) -> None:
    server = Server(("127.0.0.1", 0), sandbox.sandbox)
    poll = {"poll_interval": 0.02}
    threading.Thread(target=server.serve_forever, kwargs=poll, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    with httpx.Client(base_url=address, trust_env=False) as client:
        head = client.head("/alive")
        assert (head.status_code, head.content) == (200, b"")
        assert int(head.headers["content-length"]) > 0
    for length in (str(LARGEST + 1), "x"):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1])
        connection.putrequest("POST", "/v1/refunds")
        connection.putheader("Content-Length", length)
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()
    server.shutdown()
    server.server_close()


def test_sandbox_does_not_start_beside_a_live_processor_or_without_its_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["sandbox", "--dir", str(tmp_path), "--port", "0"])
    monkeypatch.delenv("BROADSHEET_PROCESSOR", raising=False)
    for name in ("KEY", "WEBHOOK_SECRET"):
        monkeypatch.delenv(f"BROADSHEET_SANDBOX_{name}", raising=False)
    (tmp_path / "settings.toml").write_text('processor = "stripe"\n')
    assert starting.main() == 1
    assert "takes real payments through stripe" in capsys.readouterr().err
    monkeypatch.setenv("BROADSHEET_PROCESSOR", "sandbox")
    assert starting.main() == 1
    assert "sandbox_key is missing" in capsys.readouterr().err


def test_sandbox_reads_its_secrets_from_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secrets").mkdir()
    for name in ("sandbox_key", "sandbox_webhook_secret"):
        monkeypatch.delenv(f"BROADSHEET_{name.upper()}", raising=False)
        (tmp_path / "secrets" / name).write_text(f"{name}\n")
    found = starting.read_secrets(tmp_path)
    assert (found.key, found.webhook_secret) == ("sandbox_key", "sandbox_webhook_secret")


# Charges --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"reference": ""}, "reference"),
        ({"amount": 0}, "amount"),
        ({"method": "pm_none"}, "method"),
        ({"colour": "red"}, "unknown_parameter"),
    ],
)
def test_p2_charge_that_makes_no_sense_is_refused(
    bench: SandboxBench, wish: dict[str, object], code: str
) -> None:
    sound = {
        "amount": 1900, "currency": "USD", "reference": secrets.token_hex(8),
        "customer": "cus_1", "method": "pm_1",
    }  # fmt: skip
    answer = bench.call("payments", {**sound, **wish}, secrets.token_hex(8))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


def test_p2_method_is_kept_or_not_and_nothing_between(bench: SandboxBench) -> None:
    wish = {
        "amount": 1900, "currency": "USD", "reference": "r", "success_url": "http://a.example/",
        "cancel_url": "http://a.example/", "keeps_method": "perhaps",
    }  # fmt: skip
    answer = bench.call("checkout_sessions", wish, secrets.token_hex(8))
    assert answer.json()["error"]["code"] == "keeps_method"


def test_slow_charge_clears_or_is_refused_once(bench: SandboxBench) -> None:
    checkout = bench.gateway.start(replace(order(), keeps_method=True), secrets.token_hex(8))
    bench.press(checkout.ident, "pay")
    paid = bench.gateway.find(checkout.reference)
    assert paid
    assert paid.payment
    instrument = paid.payment.instrument
    assert instrument
    bench.act(f"methods/{instrument.method}", outcome="delay")
    for outcome, state in (("clear", "succeeded"), ("insufficient_funds", "failed")):
        asked = order()
        charge = bench.gateway.charge(asked, instrument, asked.reference)
        assert charge.payment
        assert charge.payment.state == "processing"
        bench.act(f"charges/{charge.ident}", outcome=outcome)
        told = bench.gateway.find_charge(asked.reference)
        assert told
        assert told.payment
        assert told.payment.state == state
