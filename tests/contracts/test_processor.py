"""What every processor must do for us (P1) and must refuse (P2); run on both shapes of the sandbox, and on Stripe."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from bench import Bench, all_notices, order, started
from broadsheet.funding.choices import AttemptState
from broadsheet.funding.errors import BadWebhook, GatewayError
from broadsheet.funding.gateways.protocol import CardTry, Checkout
from broadsheet.funding.rules.folding import fold
from broadsheet.kit.money import Money

# What it does for us (P1) ---------------------------------------------------------------------


def test_p1_start_opens_a_checkout_for_the_order(bench: Bench) -> None:
    asked = order()
    checkout = started(bench, asked)
    assert (checkout.amount, checkout.reference) == (asked.amount, asked.reference)
    assert checkout.is_open
    assert checkout.payment is None
    assert checkout.url.startswith(bench.checkout_origin)


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


def test_p1_every_card_that_was_tried_is_told_by_its_mark(bench: Bench) -> None:
    checkout, other = started(bench), started(bench)
    for card, outcome in (("one", "decline"), ("two", "decline"), ("one", "pay")):
        bench.act(f"checkouts/{checkout.ident}", outcome=outcome, card=card)
    bench.press(other.ident, "authenticate")
    assert told_of(bench, other) == []
    bench.press(other.ident, "fail")
    bench.press(other.ident, "delay")
    found = told_of(bench, checkout)
    assert [(each.card, each.is_declined) for each in found] == [
        ("one", True),
        ("two", True),
        ("one", False),
    ]
    assert len({each.ident for each in found}) == 3
    [refused] = told_of(bench, other)
    assert refused.is_declined
    assert refused.card not in ("", "one", "two")


def told_of(bench: Bench, checkout: Checkout) -> list[CardTry]:
    told = bench.gateway.find(checkout.reference)
    assert told
    return list(told.tries)


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
    facts = bench.connect()
    assert not facts.livemode
    assert bool(facts.fees) is bench.tells_fees
    if facts.fees:
        assert (facts.fees.rate_bp, facts.fees.fixed["USD"]) == (290, 30)
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
    assert tuple(notice.type for notice in fresh) == bench.confirmed_types
    assert all_notices(bench) == before + fresh
    assert all_notices(bench, fresh[1].event_id) == fresh[2:]


def test_p1_webhook_is_read_as_the_listed_event_is(bench: Bench) -> None:
    started_at = all_notices(bench)
    checkout = started(bench)
    bench.press(checkout.ident, "pay")
    listed = all_notices(bench)[len(started_at)]
    now = int(time.time())
    assert bench.gateway.parse_webhook(listed.raw, bench.signed(listed.raw, now), now) == [listed]
    with pytest.raises(BadWebhook):
        bench.gateway.parse_webhook(listed.raw + b" ", bench.signed(listed.raw, now), now)


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


def test_p2_refund_beyond_the_payment_is_refused_and_parts_add_up(bench: Bench) -> None:
    checkout = paid(bench)
    assert checkout.payment
    for minor, is_taken in ((2000, True), (501, False), (500, True), (1, False)):
        reference = secrets.token_hex(24)
        if is_taken:
            bench.gateway.refund(checkout.payment.ident, Money(minor, "USD"), reference)
            continue
        with pytest.raises(GatewayError) as caught:
            bench.gateway.refund(checkout.payment.ident, Money(minor, "USD"), reference)
        assert caught.value.permanent
    told = again(bench, checkout).payment
    assert told
    assert [refund.amount.minor for refund in told.refunds] == [2000, 500]


def test_p2_refund_of_what_was_never_paid_is_refused(bench: Bench) -> None:
    checkout = started(bench)
    bench.press(checkout.ident, "decline")
    told = again(bench, checkout)
    assert told.payment
    for payment in (told.payment.ident, "pi_unknown"):
        with pytest.raises(GatewayError) as caught:
            bench.gateway.refund(payment, Money(100, "USD"), secrets.token_hex(24))
        assert caught.value.permanent


def test_p2_paid_checkout_takes_no_second_payment(bench: Bench) -> None:
    checkout = started(bench)
    assert bench.press(checkout.ident, "pay").status_code == 303
    assert bench.press(checkout.ident, "pay").status_code == 409
    about = [notice for notice in all_notices(bench) if notice.object_id == checkout.ident]
    assert len(about) == 1


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


def test_events_of_a_page_follow_each_other_in_time(bench: Bench) -> None:
    times = [json.loads(notice.raw)["created"] for notice in all_notices(bench)]
    assert all(one <= two for one, two in pairwise(times))
