"""Gifts through Stripe: booked to the cent whatever was lost, repeated, exchanged or given back."""

from __future__ import annotations

import datetime as dt
import random

import httpx
import pytest
import stripe as library
import time_machine
from pytest_django import Settings

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import propose_refund, reconcile, replay_event
from broadsheet.funding.choices import AttemptState, DonationState, LedgerAccount, Verdict
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.models import Dispute, InboxEvent, LedgerTransaction, Payout, Refund
from broadsheet.funding.queries import ledger_sum
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from broadsheet.readers.models import User
from stripe_stage import StripeStage


@pytest.fixture
def stripe(db: None, lookalike: httpx.Client, settings: Settings) -> StripeStage:
    stage = StripeStage(lookalike, settings)
    stage.connect()
    return stage


def is_explained(stripe: StripeStage) -> bool:
    """Whether every cent is, and the books are sound."""
    assert [*checks.books(), *checks.gifts()] == []
    return reconcile(account=stripe.account).is_explained


def test_w2_gift_is_booked_once_whatever_order_its_events_come_in(stripe: StripeStage) -> None:
    donation = stripe.give()
    events = stripe.objects("event") * 2
    random.Random(7).shuffle(events)
    assert {stripe.deliver(event).status_code for event in events} == {200}
    stripe.work()
    donation.refresh_from_db()
    assert donation.state == DonationState.SETTLED
    assert LedgerTransaction.objects.count() == 1
    assert ledger_sum(LedgerAccount.FEES) == {"USD": 103}
    assert is_explained(stripe)
    assert set(InboxEvent.objects.values_list("verdict", flat=True)) >= {"booked", "unchanged"}


def test_w14_lost_webhooks_are_found_by_listing_once_a_minute(stripe: StripeStage) -> None:
    donation = stripe.give()
    with time_machine.travel(clock.now() + dt.timedelta(minutes=2)):
        for _ in range(2):
            before = stripe.client.get("/asked").json().count("GET /v1/events")
            tasks.look_at_accounts()
        assert stripe.client.get("/asked").json().count("GET /v1/events") == before
        stripe.work()
    donation.refresh_from_db()
    assert donation.state == DonationState.SETTLED


def test_w14_more_events_than_one_list_holds_are_all_listed_in_order(stripe: StripeStage) -> None:
    for _ in range(36):
        stripe.give()
    wanted = stripe.objects("webhook_endpoint")[0]["enabled_events"]
    made = [event["id"] for event in stripe.objects("event") if event["type"] in wanted]
    assert len(made) == 108
    first, more = stripe.gateway.events_after(made[0])
    rest, is_more = stripe.gateway.events_after(first[-1].event_id)
    assert [notice.event_id for notice in (*first, *rest)] == made[1:]
    assert (more, is_more) == (True, False)
    forgotten, is_more = stripe.gateway.events_after("evt_of_last_year")
    assert [notice.event_id for notice in forgotten] == made
    assert not is_more
    assert len([move for page in stripe.gateway.movements(None, None) for move in page]) == 36


def test_w4_signature_of_either_secret_is_taken_and_agrees_with_the_library(
    stripe: StripeStage,
) -> None:
    stripe.connect(renews=True)
    new, old = stripe.secrets
    stripe.give()
    event = stripe.objects("event")[-1]
    assert stripe.deliver(event, secret=new).status_code == 200
    assert stripe.deliver(event, secret=old).status_code == 200
    assert stripe.deliver(event, secret="whsec_x").status_code == 400
    assert InboxEvent.objects.count() == 1
    kept = InboxEvent.objects.get()
    header = kept.headers["Stripe-Signature"]
    assert library.WebhookSignature.verify_header(bytes(kept.body).decode(), header, new, 300)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_w13_what_is_no_event_is_refused(stripe: StripeStage, body: bytes) -> None:
    assert stripe.deliver(body).status_code == 400
    assert InboxEvent.objects.count() == 0


@pytest.mark.parametrize("data", [None, [], {"object": None}, {"object": {"object": "mandate"}}])
def test_w7_event_of_another_shape_or_kind_is_kept_and_does_nothing(
    stripe: StripeStage, data: object
) -> None:
    assert stripe.deliver({"id": "evt_1", "type": "x", "data": data}).status_code == 200
    stripe.work()
    assert InboxEvent.objects.get().verdict == Verdict.UNHANDLED


def test_w6_event_of_the_other_mode_does_nothing(stripe: StripeStage) -> None:
    stripe.give()
    stripe.deliver({**stripe.objects("event")[-1], "livemode": True})
    stripe.work()
    assert InboxEvent.objects.get().verdict == Verdict.WRONG_MODE


def test_w15_event_that_says_another_amount_is_reported_and_books_nothing(
    stripe: StripeStage,
) -> None:
    donation = stripe.give()
    event = stripe.objects("event")[-1]
    event["data"]["object"]["amount_total"] = 9900
    stripe.deliver(event)
    stripe.work()
    assert InboxEvent.objects.get().verdict == Verdict.LYING
    donation.refresh_from_db()
    assert donation.state == DonationState.PENDING


def test_w9_events_of_objects_that_are_not_ours_are_foreign(stripe: StripeStage) -> None:
    for kind, more in (("charge", {"payment_intent": "pi_theirs"}), ("refund", {}), ("payout", {})):
        about = {"id": f"x_{kind}", "object": kind, "amount": 1, "currency": "usd", **more}
        stripe.deliver({"id": f"evt_{kind}", "data": {"object": about}, "livemode": False})
    stripe.deliver({"id": "evt_r", "data": {"object": {"object": "charge", "id": "ch_x"}}})
    stripe.work()
    assert set(InboxEvent.objects.values_list("verdict", flat=True)) == {Verdict.FOREIGN}


def test_balance_that_comes_later_than_success_is_waited_for(stripe: StripeStage) -> None:
    stripe.faults(late_balance=1)
    donation = stripe.give()
    stripe.settle()
    attempt = donation.attempts.get()
    assert attempt.state == AttemptState.PROCESSING
    stripe.act(f"charges/{stripe.payment(donation)}")
    stripe.settle()
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.SUCCEEDED
    assert is_explained(stripe)


def test_declined_checkout_stays_open_and_expires(stripe: StripeStage) -> None:
    donation = stripe.give(2500, "decline")
    stripe.settle()
    assert donation.attempts.get().state == AttemptState.SUBMITTED
    stripe.act("clock", move=24 * 3600)
    assert stripe.gateway.find(donation.attempts.get().idempotency_key)
    stripe.settle()
    assert donation.attempts.get().state == AttemptState.CANCELED


# What goes back -------------------------------------------------------------------------------


def test_r3_refunds_of_ours_and_of_the_dashboard_are_booked_once(stripe: StripeStage) -> None:
    donation = stripe.give()
    stripe.settle()
    ann = User.objects.create_superuser("ann@ledger.example")
    propose_refund(donation=donation, amount=Money(1000, "USD"), reason="", by=ann)
    stripe.work()
    stripe.gateway.refund(stripe.payment(donation), Money(500, "USD"), "elsewhere")
    stripe.settle()
    stripe.settle()
    assert sorted(Refund.objects.values_list("minor", "source", "state")) == [
        (500, "processor", "succeeded"),
        (1000, "staff", "succeeded"),
    ]
    assert donation.returned == Money(1500, "USD")
    assert is_explained(stripe)


def test_r4_refund_that_fails_brings_the_money_back(stripe: StripeStage) -> None:
    donation = stripe.give()
    stripe.settle()
    stripe.faults(slow_refund=1)
    stripe.gateway.refund(stripe.payment(donation), Money(2500, "USD"), "elsewhere")
    stripe.settle()
    assert Refund.objects.get().state == "pending"
    stripe.act(f"refunds/{stripe.objects('refund')[0]['id']}", outcome="failed")
    stripe.settle()
    assert Refund.objects.get().state == "failed"
    assert donation.returned.minor == 0
    assert is_explained(stripe)


@pytest.mark.parametrize(
    ("opened", "ended", "state", "returned"),
    [
        ("dispute", "dispute_won", "won", 0),
        ("dispute", "dispute_lost", "lost", 2500),
        ("inquiry", "inquiry_closed", "withdrawn", 0),
    ],
)
def test_r8_disputes_move_what_they_move(
    stripe: StripeStage, opened: str, ended: str, state: str, returned: int
) -> None:
    donation = stripe.give()
    stripe.settle()
    payment = stripe.payment(donation)
    stripe.act(f"payments/{payment}", outcome=opened)
    stripe.settle()
    assert Dispute.objects.get().state == "open"
    assert is_explained(stripe)
    stripe.act(f"payments/{payment}", outcome=ended)
    stripe.settle()
    assert Dispute.objects.get().state == state
    assert donation.returned.minor == returned
    assert is_explained(stripe)


# Exchange -------------------------------------------------------------------------------------


def test_m8_r6_exchanged_gift_and_its_return_at_another_rate_balance(stripe: StripeStage) -> None:
    stripe.act(f"exchange/{stripe.name}", eur=["usd", "1.10"])
    donation = stripe.give(2500, currency="EUR")
    stripe.settle()
    assert ledger_sum(LedgerAccount.GIFTS) == {"EUR": -2500}
    assert ledger_sum(LedgerAccount.EXCHANGE) == {"EUR": 2500, "USD": -2750}
    stripe.act(f"exchange/{stripe.name}", eur=["usd", "1.20"])
    stripe.gateway.refund(stripe.payment(donation), Money(1000, "EUR"), "elsewhere")
    stripe.settle()
    assert ledger_sum(LedgerAccount.REFUNDS) == {"EUR": 1000}
    assert ledger_sum(LedgerAccount.EXCHANGE) == {"EUR": 1500, "USD": -1550}
    assert donation.returned == Money(1000, "EUR")
    stripe.act(f"payments/{stripe.payment(donation)}", outcome="dispute", amount=1500)
    stripe.settle()
    stripe.act(f"payments/{stripe.payment(donation)}", outcome="dispute_won")
    stripe.settle()
    assert donation.returned == Money(1000, "EUR")
    assert is_explained(stripe)


# Payouts --------------------------------------------------------------------------------------


def test_b3_payouts_with_fees_of_stripes_own_are_booked_to_the_cent(stripe: StripeStage) -> None:
    stripe.give()
    stripe.act(f"fees/{stripe.name}", currency="usd", amount=200)
    stripe.act(f"payouts/{stripe.name}", currency="usd")
    stripe.settle()
    assert Payout.objects.get().minor == 2500 - 103 - 200
    assert ledger_sum(LedgerAccount.FEES) == {"USD": 303}
    assert is_explained(stripe)
    stripe.act(f"payout/{stripe.objects('payout')[0]['id']}")
    stripe.settle()
    assert Payout.objects.get().failed
    assert ledger_sum(LedgerAccount.PROCESSOR) == {"USD": 2197}
    assert is_explained(stripe)
    yesterday, tomorrow = (clock.now() + dt.timedelta(days=days) for days in (-1, 1))
    assert reconcile(account=stripe.account, since=yesterday, until=tomorrow).agreed == 4
    for event in InboxEvent.objects.filter(object_type="payout"):
        replay_event(event=event, by="test")
    stripe.work()
    assert LedgerTransaction.objects.count() == 4


def test_b3_manual_payout_is_booked_without_being_itemised(stripe: StripeStage) -> None:
    stripe.give()
    stripe.act(f"payouts/{stripe.name}", currency="usd")
    stripe.act(f"change/{stripe.objects('payout')[0]['id']}", automatic=False)
    paid_out = stripe.gateway.fetch_payout(stripe.objects("payout")[0]["id"])
    assert paid_out
    assert paid_out.fees == ()


# When Stripe fails ----------------------------------------------------------------------------


def test_c7_timeout_after_the_work_is_unknown_and_found_within_its_window(
    stripe: StripeStage,
) -> None:
    donation = stripe.begin()
    stripe.faults(lose_answer=1)
    with pytest.raises(GatewayError) as caught:
        stripe.open(donation)
    assert caught.value.ambiguous
    assert donation.attempts.get().state == AttemptState.UNKNOWN
    assert stripe.open(donation).checkout_url
    assert len(stripe.objects("checkout.session")) == 1


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("sk_test_revoked", "does not accept our key"),
        ("", "There is no key of Stripe's"),
    ],
)
def test_key_that_is_not_accepted_ends_no_gift(stripe: StripeStage, key: str, said: str) -> None:
    donation = stripe.begin()
    stripe.set(stripe_key=key)
    with pytest.raises(GatewayError, match=said) as caught:
        stripe.open(donation)
    assert (caught.value.permanent, caught.value.ambiguous) == (False, False)
    stripe.set(stripe_key=stripe.key)
    assert stripe.open(donation).checkout_url


def test_too_many_calls_are_nobodys_fault(stripe: StripeStage) -> None:
    donation = stripe.begin()
    stripe.faults(busy=1)
    with pytest.raises(GatewayError, match="too often"):
        stripe.open(donation)
    assert donation.attempts.get().state == AttemptState.CREATED
    assert stripe.open(donation).checkout_url


def test_refused_order_ends_its_attempt_with_stripes_own_words(stripe: StripeStage) -> None:
    donation = stripe.begin(currency="THB")
    stripe.act(f"refuse/{stripe.name}", currency="thb")
    with pytest.raises(GatewayError, match="Stripe refused: Invalid currency"):
        stripe.open(donation)
    assert donation.attempts.get().state == AttemptState.FAILED
