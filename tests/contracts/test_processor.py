"""What every processor must do for us (P1) and must refuse (P2); run on both shapes of the sandbox."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import replace
from itertools import pairwise

import httpx
import pytest

from bench import ACCOUNT, SECRETS, Bench
from broadsheet.funding.choices import AttemptState
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.protocol import Checkout, Notice, Order
from broadsheet.funding.gateways.sandbox.keys import api_key, webhook_secret
from broadsheet.funding.gateways.signatures import signature_header
from broadsheet.funding.rules.folding import fold
from broadsheet.kit.money import Money


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


# What it does for us (P1) ---------------------------------------------------------------------


def test_p1_start_opens_a_checkout_for_the_order(bench: Bench) -> None:
    asked = order()
    checkout = started(bench, asked)
    assert (checkout.amount, checkout.reference) == (asked.amount, asked.reference)
    assert checkout.is_open
    assert checkout.payment is None
    shown = bench.client.get(checkout.url.removeprefix("http://127.0.0.1:9"))
    assert "25.00 USD" in shown.text


def test_p1_start_again_with_the_same_key_gives_the_same_checkout(bench: Bench) -> None:
    asked, key = order(), secrets.token_hex(8)
    assert bench.gateway.start(asked, key) == bench.gateway.start(asked, key)


def test_p1_find_by_our_reference_finds_it_and_nothing_else(bench: Bench) -> None:
    checkout = started(bench)
    assert bench.gateway.find(checkout.reference) == checkout
    assert bench.gateway.find("what nobody ordered") is None


def test_p1_fetch_by_checkout_and_by_payment_tell_the_same(bench: Bench) -> None:
    checkout = started(bench)
    assert bench.press(checkout.ident, "pay").status_code == 303
    paid = bench.gateway.fetch("checkout_session", checkout.ident)
    assert paid is not None
    assert paid.payment is not None
    assert bench.gateway.fetch("payment", paid.payment.ident) == paid
    assert bench.gateway.fetch("payment", "pay_unknown") is None
    assert bench.gateway.fetch("checkout_session", "cs_unknown") is None


@pytest.mark.parametrize(
    ("buttons", "state"),
    [
        (["pay"], AttemptState.SUCCEEDED),
        (["decline"], AttemptState.SUBMITTED),
        (["decline", "pay"], AttemptState.SUCCEEDED),
        (["authenticate"], AttemptState.REQUIRES_ACTION),
        (["authenticate", "confirm"], AttemptState.SUCCEEDED),
        (["authenticate", "fail"], AttemptState.SUBMITTED),
        (["delay"], AttemptState.PROCESSING),
        (["abandon"], AttemptState.SUBMITTED),
    ],
)
def test_p1_every_outcome_of_the_page_is_told_as_it_is(
    bench: Bench, buttons: list[str], state: AttemptState
) -> None:
    checkout = started(bench)
    for button in buttons:
        assert bench.press(checkout.ident, button).status_code == 303
    told = bench.gateway.find(checkout.reference)
    assert told is not None
    assert fold(AttemptState.SUBMITTED, told.seen) == state
    has_paid = state == AttemptState.SUCCEEDED
    assert bool(told.payment and told.payment.balance and told.payment.succeeded_at) is has_paid


@pytest.mark.parametrize(
    ("outcome", "state"), [("clear", AttemptState.SUCCEEDED), ("bounce", AttemptState.FAILED)]
)
def test_p1_bank_debit_ends_as_the_bank_says(
    bench: Bench, outcome: str, state: AttemptState
) -> None:
    checkout = started(bench)
    bench.press(checkout.ident, "delay")
    bench.act(f"checkouts/{checkout.ident}", outcome=outcome)
    told = bench.gateway.find(checkout.reference)
    assert told is not None
    assert fold(AttemptState.PROCESSING, told.seen) == state


def test_p1_balance_is_gross_and_the_fee_that_the_account_tells(bench: Bench) -> None:
    facts = bench.gateway.connect("")
    assert (facts.fee_rate_bp, facts.fee_fixed["USD"], facts.livemode) == (290, 30, False)
    checkout = started(bench)
    bench.press(checkout.ident, "pay")
    told = bench.gateway.find(checkout.reference)
    assert told is not None
    assert told.payment is not None
    assert told.payment.balance is not None
    assert told.payment.balance.gross == Money(2500, "USD")
    assert told.payment.balance.fee == Money(103, "USD")  # 72.5 rounded up, and 30


def test_p1_expire_closes_the_checkout_for_good(bench: Bench) -> None:
    checkout = started(bench)
    assert not bench.gateway.expire(checkout.ident, secrets.token_hex(8)).is_open
    assert bench.press(checkout.ident, "pay").status_code == 409
    told = bench.gateway.find(checkout.reference)
    assert told is not None
    assert told.payment is None


def test_p1_checkout_expires_by_itself_after_a_day(bench: Bench) -> None:
    checkout = started(bench)
    bench.act("clock", move=24 * 3600)
    told = bench.gateway.find(checkout.reference)
    assert told is not None
    assert not told.is_open


def test_p1_events_are_listed_once_in_their_order_from_anywhere(bench: Bench) -> None:
    before = all_notices(bench)
    checkout = started(bench)
    bench.press(checkout.ident, "authenticate")
    bench.press(checkout.ident, "confirm")
    fresh = all_notices(bench, before[-1].event_id if before else "")
    assert [notice.type for notice in fresh] == [
        "payment.created",
        "payment.requires_action",
        "payment.succeeded",
        "checkout.completed",
    ]
    assert all_notices(bench) == before + fresh
    assert all_notices(bench, fresh[1].event_id) == fresh[2:]


def test_p1_webhook_is_read_as_the_listed_event_is(bench: Bench) -> None:
    started_at = all_notices(bench)
    checkout = started(bench)
    bench.press(checkout.ident, "pay")
    listed = all_notices(bench)[len(started_at)]
    now = int(time.time())
    signature = signature_header(listed.raw, [webhook_secret(ACCOUNT, SECRETS.webhook_secret)], now)
    parsed = bench.gateway.parse_webhook(listed.raw, {"Sandbox-Signature": signature}, now)
    assert parsed == [listed]


def test_p1_accounts_know_nothing_of_each_other(bench: Bench) -> None:
    checkout = started(bench)
    south = bench.of("south")
    assert south.find(checkout.reference) is None
    assert south.fetch("checkout_session", checkout.ident) is None
    assert checkout.ident not in [notice.object_id for notice in south.events_after("")[0]]
    with pytest.raises(GatewayError) as caught:
        south.expire(checkout.ident, "x")
    assert caught.value.permanent


# What it refuses (P2) -------------------------------------------------------------------------


def test_p2_same_key_with_another_order_is_refused_and_does_nothing(bench: Bench) -> None:
    asked, key = order(), secrets.token_hex(8)
    bench.gateway.start(asked, key)
    other = replace(asked, amount=Money(9900, "USD"), reference=secrets.token_hex(24))
    with pytest.raises(GatewayError) as caught:
        bench.gateway.start(other, key)
    assert caught.value.ambiguous, "we do not know what the first call with this key did"
    assert bench.gateway.find(other.reference) is None


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
        ("refunds", {"payment": "pay_unknown"}, "not_found"),
        ("account", {"rate_bp": -1}, "fees"),
        ("account", {"rate_bp": 10_000}, "fees"),
        ("account", {"fixed": {"USD": 0.3}}, "fees"),
        ("account", {"fixed": {"ISK": 50}}, "fees"),
        ("nowhere", {}, "not_found"),
    ],
)
def test_p2_what_makes_no_sense_is_refused_by_name(
    bench: Bench, path: str, wish: dict[str, object], code: str
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


def test_p2_missing_parameter_key_or_authorisation_is_refused(bench: Bench) -> None:
    assert bench.call("checkout_sessions", {}, "k").json()["error"]["code"] == "missing_parameter"
    assert bench.call("checkout_sessions", {}, "").json()["error"]["code"] == "idempotency_key"
    assert bench.call("checkout_sessions", {}, "k" * 256).status_code == 400
    assert bench.client.get("/v1/account").status_code == 401
    forged = {"Authorization": "Bearer sk_sandbox_north_00"}
    assert bench.client.get("/v1/account", headers=forged).status_code == 401
    assert bench.client.post("/admin/clock", json={"move": 1}).status_code == 401


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "1.5", "٣"])
def test_p2_list_of_no_sensible_length_is_refused(bench: Bench, limit: str) -> None:
    headers = {"Authorization": f"Bearer {api_key(ACCOUNT, SECRETS.key)}"}
    answer = bench.client.get("/v1/events", params={"limit": limit}, headers=headers)
    assert answer.json()["error"]["code"] == "limit"


def test_p2_refund_beyond_the_payment_is_refused_and_parts_add_up(bench: Bench) -> None:
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


def test_p2_refund_of_what_was_never_paid_is_refused(bench: Bench) -> None:
    checkout = started(bench)
    bench.press(checkout.ident, "decline")
    told = bench.gateway.find(checkout.reference)
    assert told is not None
    assert told.payment is not None
    refused = bench.call("refunds", {"payment": told.payment.ident}, secrets.token_hex(8))
    assert refused.json()["error"]["code"] == "not_succeeded"


def test_p2_paid_checkout_takes_no_second_payment(bench: Bench) -> None:
    checkout = started(bench)
    assert bench.press(checkout.ident, "pay").status_code == 303
    assert bench.press(checkout.ident, "pay").status_code == 409
    types = [notice.type for notice in all_notices(bench) if notice.object_id == checkout.ident]
    assert types == ["checkout.completed"]


# What goes back -------------------------------------------------------------------------------


def paid(bench: Bench) -> Checkout:
    checkout = started(bench)
    bench.press(checkout.ident, "pay")
    return again(bench, checkout)


def again(bench: Bench, checkout: Checkout) -> Checkout:
    told = bench.gateway.find(checkout.reference)
    assert told is not None
    assert told.payment is not None
    return told


def test_p1_refund_is_made_once_for_each_reference_and_told_with_its_movement(bench: Bench) -> None:
    checkout = paid(bench)
    assert checkout.payment
    reference = secrets.token_hex(24)
    for _ in range(2):
        bench.gateway.refund(checkout.payment.ident, Money(1000, "USD"), reference)
    told = again(bench, checkout).payment
    assert told
    [refund] = told.refunds
    assert (refund.state, refund.reference) == ("succeeded", reference)
    [movement] = refund.movements
    assert (movement.amount, movement.fee) == (Money(-1000, "USD"), Money(0, "USD"))
    assert bench.gateway.fetch("refund", refund.ident) == again(bench, checkout)


def test_p1_refund_that_fails_is_told_with_the_movement_that_brought_the_money_back(
    bench: Bench,
) -> None:
    checkout = paid(bench)
    assert checkout.payment
    bench.act("faults/north", slow_refund=1)
    bench.gateway.refund(checkout.payment.ident, Money(2500, "USD"), secrets.token_hex(24))
    told = again(bench, checkout).payment
    assert told
    assert told.refunds[0].state == "pending"
    bench.act(f"refunds/{told.refunds[0].ident}", outcome="failed")
    told = again(bench, checkout).payment
    assert told
    assert [move.amount.minor for move in told.refunds[0].movements] == [-2500, 2500]


@pytest.mark.parametrize(
    ("end", "moves"), [("dispute_won", [-2500, 2500]), ("dispute_lost", [-2500])]
)
def test_p1_dispute_is_told_with_its_fee_its_deadline_and_its_movements(
    bench: Bench, end: str, moves: list[int]
) -> None:
    checkout = paid(bench)
    assert checkout.payment
    bench.act(f"payments/{checkout.payment.ident}", outcome="dispute")
    told = again(bench, checkout).payment
    assert told
    [dispute] = told.disputes
    assert (dispute.state, dispute.movements[0].fee) == ("open", Money(1500, "USD"))
    assert dispute.evidence_due_at
    assert dispute.evidence_due_at > dispute.opened_at
    bench.act(f"payments/{checkout.payment.ident}", outcome=end)
    found = bench.gateway.fetch("dispute", dispute.ident)
    assert found
    assert found.payment
    assert [move.amount.minor for move in found.payment.disputes[0].movements] == moves


# What its failures mean -----------------------------------------------------------------------


def test_c7_lost_answer_is_ambiguous_and_the_work_is_found_by_our_key(bench: Bench) -> None:
    asked, key = order(), secrets.token_hex(8)
    bench.act("faults/north", lose_answer=1)
    with pytest.raises(GatewayError) as caught:
        bench.gateway.start(asked, key)
    assert (caught.value.ambiguous, caught.value.permanent) == (True, False)
    found = bench.gateway.find(asked.reference)
    assert found == bench.gateway.start(asked, key)


@pytest.mark.parametrize(("fault", "is_done"), [("error", False), ("error_after", True)])
def test_c10_fault_is_ambiguous_and_answered_again_under_its_key(
    bench: Bench, fault: str, is_done: bool
) -> None:
    asked, key = order(), secrets.token_hex(8)
    bench.act("faults/north", **{fault: 1})
    for _ in range(3):
        with pytest.raises(GatewayError) as caught:
            bench.gateway.start(asked, key)
        assert caught.value.ambiguous
    assert bool(bench.gateway.find(asked.reference)) is is_done


def test_c9_key_is_forgotten_after_a_day_and_works_again(bench: Bench) -> None:
    asked, key = order(), secrets.token_hex(8)
    first = bench.gateway.start(asked, key)
    bench.act("clock", move=24 * 3600 + 1)
    assert bench.gateway.start(asked, key).ident != first.ident, "hence we never send a key so late"


def test_gateway_that_is_not_reached_has_done_nothing() -> None:
    with httpx.Client(base_url="http://127.0.0.1:1", trust_env=False) as client:
        with pytest.raises(GatewayError) as caught:
            Bench(client).gateway.find("x")
        assert (caught.value.ambiguous, caught.value.permanent) == (False, False)


@pytest.mark.parametrize(
    ("status", "body"), [(502, "<html>"), (200, "OK"), (400, "[]"), (403, '{"error": "no"}')]
)
def test_gateway_answer_from_somebody_in_between_is_ambiguous(status: int, body: str) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(status, text=body))
    with httpx.Client(base_url="http://sandbox.invalid", transport=transport) as client:
        with pytest.raises(GatewayError) as caught:
            Bench(client).gateway.find("x")
        assert caught.value.ambiguous


def test_events_of_a_page_follow_each_other_in_time(bench: Bench) -> None:
    times = [json.loads(notice.raw)["created"] for notice in all_notices(bench)]
    assert all(one <= two for one, two in pairwise(times))
