"""kill -9 while Stripe is asked (C1, C2, C5), before it worked and after: one checkout, one charge, one refund."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import httpx
import pytest
import time_machine
from pytest_django import Settings

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import propose_refund, reconcile
from broadsheet.funding.gateways.stripe import client
from broadsheet.funding.models import Attempt, LedgerTransaction, Receipt, Refund
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from broadsheet.readers.models import User
from funding.test_crash import in_a_process
from running import wait_until
from stripe_stage import StripeStage


@pytest.fixture
def stripe(transactional_db: None, lookalike: httpx.Client, settings: Settings) -> StripeStage:
    stage = StripeStage(lookalike, settings)
    stage.connect()
    return stage


def kill_while_asking(
    stripe: StripeStage, path: str, stall: str, work: Callable[[], object]
) -> None:
    """Let a process ask Stripe to do something, and kill it while it waits for the answer."""

    def alone() -> None:
        client.client_for.cache_clear()  # a socket has one owner
        work()

    def asked() -> int:
        said: list[str] = stripe.client.get("/asked").json()
        return said.count(f"POST /v1/{path}")

    before = asked()
    stripe.faults(**{stall: 1})
    with in_a_process(alone):
        wait_until(lambda: asked() > before, "Stripe is asked")
        time.sleep(0.1)  # and has done what it does


def is_sound(stripe: StripeStage) -> bool:
    assert [*checks.books(), *checks.gifts()] == []
    return reconcile(account=stripe.account).is_explained


@pytest.mark.parametrize(("stall", "opened"), [("stall_before", 0), ("stall_after", 1)])
def test_c1_c2_killed_while_stripe_opens_a_checkout(
    stripe: StripeStage, stall: str, opened: int
) -> None:
    donation = stripe.begin()
    kill_while_asking(stripe, "checkout/sessions", stall, lambda: stripe.open(donation))
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.checkout_url) == ("submitted", "")
    assert len(stripe.objects("checkout.session")) == opened
    again = stripe.open(donation)
    assert again.pk == attempt.pk
    [session] = stripe.objects("checkout.session")
    stripe.act(f"checkout/{session['id']}", outcome="pay")
    stripe.settle()
    assert LedgerTransaction.objects.count() == Receipt.objects.count() == 1
    assert len(stripe.objects("charge")) == 1
    assert is_sound(stripe)


@pytest.mark.parametrize("stall", ["stall_before", "stall_after"])
def test_c5_killed_while_stripe_gives_money_back(stripe: StripeStage, stall: str) -> None:
    donation = stripe.give()
    stripe.settle()
    person = User.objects.create(email="ann@ledger.example")
    propose_refund(donation=donation, amount=Money(1000, "USD"), reason="", by=person)
    kill_while_asking(stripe, "refunds", stall, tasks.look_at_refunds)
    assert Refund.objects.get().state == "submitted"
    with time_machine.travel(clock.now() + dt.timedelta(minutes=2)):
        tasks.tick()
    stripe.settle()
    [made] = stripe.objects("refund")
    assert made["amount"] == 1000
    assert Refund.objects.get().state == "succeeded"
    donation.refresh_from_db()
    assert donation.returned == Money(1000, "USD")
    assert is_sound(stripe)
