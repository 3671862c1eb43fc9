"""Monthly giving through Stripe: the method that was kept is charged, refused and looked for as Stripe does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from pytest_django import Settings

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import open_checkout, reconcile
from broadsheet.funding.choices import Cadence
from broadsheet.funding.models import Donation, Pledge
from broadsheet.funding.queries import unpaid_gift
from broadsheet.kit import clock
from lookalike.serving import served_lookalike
from stripe_stage import StripeStage


@pytest.fixture
def stripe(db: None, settings: Settings) -> Iterator[StripeStage]:
    """Stripe of this test's own: its clock is moved."""
    with served_lookalike() as client:
        stage = StripeStage(client, settings)
        stage.connect()
        yield stage


@pytest.fixture
def pledge(stripe: StripeStage) -> Pledge:
    """A pledge whose first gift arrived."""
    donation = stripe.begin(cadence=Cadence.MONTHLY)
    stripe.act(f"checkout/{stripe.open(donation).checkout_id}", outcome="pay")
    settle(stripe)
    return Pledge.objects.get()


def settle(stripe: StripeStage) -> None:
    for event in stripe.objects("event"):
        stripe.deliver(event)
    stripe.work()


def due(stripe: StripeStage, pledge: Pledge) -> time_machine.travel:
    """The day of the next gift, at noon, here and at Stripe."""
    pledge.refresh_from_db()
    assert pledge.next_on
    noon = dt.datetime.combine(pledge.next_on, dt.time(17), dt.UTC)
    stripe.act("clock", move=int((noon - clock.now()).total_seconds()))
    return time_machine.travel(noon)


def renew() -> None:
    tasks.look_at_pledges()
    tasks.take_gifts()


def explained(stripe: StripeStage) -> bool:
    assert [*checks.books(), *checks.gifts()] == []
    return reconcile(account=stripe.account).is_explained


def card(stripe: StripeStage, pledge: Pledge, outcome: str) -> None:
    assert pledge.method
    stripe.act(f"methods/{pledge.method.method}", outcome=outcome)


def test_first_gift_keeps_the_method_and_the_next_is_taken_from_it(
    stripe: StripeStage, pledge: Pledge
) -> None:
    assert pledge.state == "active"
    assert pledge.method
    assert pledge.method.label == "visa 4242"
    assert pledge.method.expires_on
    with due(stripe, pledge):
        renew()
        settle(stripe)
        gifts = Donation.objects.filter(state="settled")
        assert gifts.count() == 2
        assert [each.state for each in pledge.occurrences.all()] == ["paid", "paid"]
        assert explained(stripe)


def test_charge_whose_answer_is_lost_is_found_by_its_reference(
    stripe: StripeStage, pledge: Pledge
) -> None:
    with due(stripe, pledge) as traveller:
        stripe.faults(lose_answer=1)
        renew()
        gift = Donation.objects.latest("pk")
        assert gift.attempts.get().state == "unknown"
        traveller.shift(dt.timedelta(minutes=8))
        renew()
        gift.refresh_from_db()
        assert gift.state == "settled"
        assert stripe.client.get("/asked").json().count("POST /v1/payment_intents") == 1
        assert explained(stripe)


def test_bank_that_asks_becomes_a_link_and_the_card_paid_with_there_is_kept(
    stripe: StripeStage, pledge: Pledge
) -> None:
    old = pledge.method
    card(stripe, pledge, "authentication_required")
    with due(stripe, pledge):
        renew()
        settle(stripe)
        pledge.refresh_from_db()
        assert pledge.state == "past_due"
        assert pledge.mails.latest("pk").facts["kind"] == "authentication"
        donation = unpaid_gift(pledge)
        assert donation
        attempt = open_checkout(donation=donation, by="supporter")
        stripe.act(f"checkout/{attempt.checkout_id}", outcome="pay")
        settle(stripe)
        pledge.refresh_from_db()
        assert pledge.state == "active"
        assert pledge.method != old
        assert explained(stripe)


def test_refused_card_is_tried_again_after_three_days(stripe: StripeStage, pledge: Pledge) -> None:
    card(stripe, pledge, "insufficient_funds")
    with due(stripe, pledge) as traveller:
        renew()
        pledge.refresh_from_db()
        assert pledge.state == "past_due"
        card(stripe, pledge, "pay")
        traveller.shift(dt.timedelta(days=3, minutes=1))
        renew()
        settle(stripe)
        pledge.refresh_from_db()
        assert pledge.state == "active"
        assert explained(stripe)


def test_charge_whose_balance_comes_later_is_booked_then(
    stripe: StripeStage, pledge: Pledge
) -> None:
    with due(stripe, pledge):
        stripe.faults(late_balance=1)
        renew()
        gift = Donation.objects.latest("pk")
        assert gift.attempts.get().state == "processing"
        stripe.act(f"charges/{stripe.objects('payment_intent')[-1]['id']}")
        settle(stripe)
        gift.refresh_from_db()
        assert gift.state == "settled"
        assert explained(stripe)
