"""Refunds and disputes: R1 to R5, R7 to R11, K7, K8, C5; what goes back is booked once and restates everything."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import DatabaseError, IntegrityError, transaction
from pytest_django import Settings

from broadsheet.funding import tasks
from broadsheet.funding.actions import (
    approve_refund,
    decline_refund,
    money_left,
    propose_refund,
    settle_donation,
    submit_refund,
)
from broadsheet.funding.choices import LedgerAccount, Verdict
from broadsheet.funding.errors import GatewayError, RefundRefused
from broadsheet.funding.gateways.sandbox.errors import Refusal
from broadsheet.funding.models import (
    Attempt,
    Dispute,
    Donation,
    InboxEvent,
    ProcessorAccount,
    Refund,
)
from broadsheet.funding.queries import ledger_sum
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from broadsheet.readers.models import User
from stage import Stage, at_once

REFUND = "POST /v1/refunds"


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def person(name: str) -> User:
    return User.objects.get_or_create(email=f"{name}@ledger.example")[0]


def paid(stage: Stage, minor: int = 2500, **more: Any) -> Donation:
    """A gift to a campaign that settled, its receipt sent."""
    campaign = more.pop("campaign", None) or stage.campaign()
    donation = stage.give(minor, campaign=campaign, **more)
    stage.settle()
    donation.refresh_from_db()
    return donation


def payment_of(donation: Donation) -> str:
    return donation.attempts.get(is_extra=False, state="succeeded").payment_id


def dashboard(stage: Stage, donation: Donation, amount: int | None = None) -> dict[str, Any]:
    """Somebody refunds at the processor's own dashboard."""
    wish: dict[str, Any] = {"payment": payment_of(donation)}
    if amount is not None:
        wish["amount"] = amount
    with stage.sandbox.store.transaction():
        return stage.sandbox._api.returns.refund("sandbox", wish)


def bank(stage: Stage, donation: Donation, outcome: str, **more: object) -> None:
    stage.switch(f"payments/{payment_of(donation)}", outcome=outcome, **more)


def sums() -> dict[str, int]:
    found = {account.value: ledger_sum(account).get("USD", 0) for account in LedgerAccount}
    return {name: minor for name, minor in found.items() if minor}


def total(donation: Donation) -> tuple[int, int]:
    assert donation.campaign
    kept = type(donation.campaign.total).objects.get(campaign=donation.campaign)
    return kept.gifts, kept.gifts_minor


# By staff -------------------------------------------------------------------------------------


def test_refund_by_one_person_up_to_the_limit_goes_back_and_restates_everything(
    stage: Stage,
) -> None:
    donation = paid(stage)
    refund = propose_refund(donation=donation, amount=None, reason="Asked for", by=person("ann"))
    assert (refund.state, refund.amount) == ("approved", usd(2500))
    tasks.look_at_refunds()
    refund.refresh_from_db()
    assert refund.state == "succeeded"
    stage.settle()
    facts = stage.facts(donation)
    assert facts["booked"] == ["gift", "refund"]
    assert total(donation) == (0, 0)
    assert facts["page"] == "Your gift was given back"
    assert facts["mails"] == ["sam@example.org"] * 2
    assert sums() == {"gifts": -2500, "refunds": 2500, "fees": 103, "processor": -103}
    assert stage.sandbox.calls.count(REFUND) == 1


def test_r11_receipt_keeps_its_number_and_says_what_went_back(stage: Stage) -> None:
    donation = paid(stage, covers_fees=True)
    propose_refund(donation=donation, amount=usd(1000), reason="", by=person("ann"))
    tasks.tick()
    first, second = donation.receipts.order_by("version")
    assert (second.number, second.label) == (first.number, f"{first.label}/2")
    body = str(mail.outbox[-1].body)
    assert "takes the place" in body
    assert "Given back: $10" in body
    assert "Remains: $16.06" in body
    assert stage.facts(donation)["receipts"] == 2


def test_refund_above_the_limit_waits_for_a_second_person(stage: Stage) -> None:
    donation = paid(stage, 20_000)
    ann, bo = person("ann"), person("bo")
    refund = propose_refund(donation=donation, amount=usd(10_001), reason="", by=ann)
    assert refund.state == "proposed"
    tasks.look_at_refunds()
    assert REFUND not in stage.sandbox.calls
    with pytest.raises(RefundRefused, match="second person"):
        approve_refund(refund=refund, by=ann)
    approve_refund(refund=refund, by=bo)
    with pytest.raises(RefundRefused, match="not wait"):
        approve_refund(refund=refund, by=bo)
    tasks.look_at_refunds()
    refund.refresh_from_db()
    assert (refund.state, refund.asked_by, refund.agreed_by) == ("succeeded", ann, bo)


def test_refund_in_another_currency_always_needs_two(stage: Stage) -> None:
    donation = stage.give(500, currency="EUR")
    stage.settle()
    refund = propose_refund(donation=donation, amount=None, reason="", by=person("ann"))
    assert refund.state == "proposed"


def test_refund_of_one_person_who_agrees_with_themself_is_refused_by_the_database(
    stage: Stage,
) -> None:
    donation = paid(stage, 20_000)
    ann = person("ann")
    refund = propose_refund(donation=donation, amount=None, reason="", by=ann)
    with pytest.raises(IntegrityError, match="two_are_two"), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(agreed_by=ann)


def test_refund_that_is_declined_frees_its_sum_and_is_never_made(stage: Stage) -> None:
    donation = paid(stage, 20_000)
    refund = propose_refund(donation=donation, amount=None, reason="", by=person("ann"))
    with pytest.raises(RefundRefused, match=r"At most \$0"):
        propose_refund(donation=donation, amount=usd(1), reason="", by=person("ann"))
    decline_refund(refund=refund, by=person("bo"))
    tasks.look_at_refunds()
    assert REFUND not in stage.sandbox.calls
    assert money_left(donation.attempts.get()) == usd(20_000)
    done = propose_refund(donation=donation, amount=usd(1), reason="", by=person("ann"))
    tasks.look_at_refunds()
    with pytest.raises(RefundRefused, match="cannot be stopped"):
        decline_refund(refund=done, by=person("bo"))


def test_m2_refund_in_thousandths_that_no_processor_can_make_is_refused(stage: Stage) -> None:
    campaign = stage.campaign(currency="KWD")
    donation = paid(stage, 12_340, currency="KWD", campaign=campaign)
    with pytest.raises(RefundRefused, match="last digit"):
        propose_refund(donation=donation, amount=Money(1_001, "KWD"), reason="", by=person("ann"))
    assert Refund.objects.count() == 0


@pytest.mark.parametrize("amount", [usd(2501), usd(0), usd(-1), Money(100, "EUR")], ids=str)
def test_refund_of_more_than_was_paid_is_refused_in_words(stage: Stage, amount: Money) -> None:
    donation = paid(stage)
    with pytest.raises(RefundRefused, match=r"At most \$25 of this gift"):
        propose_refund(donation=donation, amount=amount, reason="", by=person("ann"))


def test_refund_of_a_gift_that_was_never_paid_is_refused(stage: Stage) -> None:
    with pytest.raises(RefundRefused, match="Nothing was paid"):
        propose_refund(donation=stage.begin(), amount=None, reason="", by=person("ann"))


# R --------------------------------------------------------------------------------------------


def test_r1_many_parts_sum_to_the_whole(stage: Stage) -> None:
    donation = paid(stage, covers_fees=True)
    for part in (1, 333, 1000, 1, 1271):
        propose_refund(donation=donation, amount=usd(part), reason="", by=person("ann"))
        tasks.look_at_refunds()
    assert money_left(donation.attempts.get()) == usd(0)
    stage.settle()
    assert stage.facts(donation)["page"] == "Your gift was given back"
    assert total(donation) == (0, 0)
    assert sums() == {"gifts": -2500, "refunds": 2500, "fees": 106, "processor": -106}
    assert donation.receipts.count() == 6


def test_r2_more_than_was_captured_is_refused_by_the_database(stage: Stage) -> None:
    attempt = paid(stage).attempts.get()
    for wrong in (2501, -1):
        with pytest.raises(DatabaseError, match="returns_what_it_captured"), transaction.atomic():
            Attempt.objects.filter(pk=attempt.pk).update(returned_minor=wrong)


def test_r3_refund_made_at_the_dashboard_is_found_and_booked_once(stage: Stage) -> None:
    donation = paid(stage)
    dashboard(stage, donation, 1000)
    for _ in range(3):
        stage.settle()
    refund = Refund.objects.get()
    assert (refund.source, refund.state, refund.amount) == ("processor", "succeeded", usd(1000))
    assert total(donation) == (1, 1500)
    assert stage.facts(donation)["booked"] == ["gift", "refund"]


def test_r3_refund_nobody_told_us_of_is_found_by_asking(stage: Stage) -> None:
    donation = paid(stage)
    dashboard(stage, donation)
    tasks.tick()
    tasks.tick()
    assert total(donation) == (0, 0)


def test_r4_refund_that_fails_brings_the_money_back(stage: Stage) -> None:
    donation = paid(stage, covers_fees=True)
    stage.faults(slow_refund=1)
    refund = propose_refund(donation=donation, amount=usd(1000), reason="", by=person("ann"))
    tasks.look_at_refunds()
    refund.refresh_from_db()
    assert refund.state == "pending"
    assert total(donation) == (1, 2500 - 960)
    assert money_left(donation.attempts.get()) == usd(1606)
    stage.switch(f"refunds/{refund.ident}", outcome="failed")
    stage.settle()
    refund.refresh_from_db()
    assert refund.state == "failed"
    assert total(donation) == (1, 2500)
    assert money_left(donation.attempts.get()) == usd(2606)
    assert stage.facts(donation)["page"] == "Thank you"
    assert sums() == {"gifts": -2500, "cover": -106, "fees": 106, "processor": 2500}
    assert donation.receipts.latest("version").returned_minor == 0


def test_r4_refund_that_succeeded_and_fails_later_brings_the_money_back(stage: Stage) -> None:
    donation = paid(stage)
    made = dashboard(stage, donation)
    stage.settle()
    stage.switch(f"refunds/{made['id']}", outcome="failed")
    stage.settle()
    assert (Refund.objects.get().state, total(donation)) == ("failed", (1, 2500))


def test_r5_fee_stays_with_the_processor(stage: Stage) -> None:
    donation = paid(stage)
    dashboard(stage, donation)
    stage.settle()
    assert sums()["fees"] == 103
    assert sums()["processor"] == -103


def test_r7_refund_of_a_covered_fee_takes_gift_and_cover_in_proportion(stage: Stage) -> None:
    donation = paid(stage, covers_fees=True)
    dashboard(stage, donation, 1303)
    stage.settle()
    assert sums()["refunds"] == 1250
    assert sums()["cover"] == -106 + 53
    assert total(donation) == (1, 1250)


@pytest.mark.parametrize(
    ("end", "state", "gifts"),
    [(None, "open", (0, 0)), ("dispute_won", "won", (1, 2500)), ("dispute_lost", "lost", (0, 0)),
     ("dispute_withdrawn", "withdrawn", (1, 2500))],
)  # fmt: skip
def test_r8_dispute_takes_the_gift_and_its_fee_and_brings_it_back_when_won(
    stage: Stage, end: str | None, state: str, gifts: tuple[int, int]
) -> None:
    donation = paid(stage)
    bank(stage, donation, "dispute")
    stage.settle()
    dispute = Dispute.objects.get()
    assert dispute.evidence_due_at
    assert total(donation) == (0, 0)
    if end:
        bank(stage, donation, end)
        stage.settle()
    dispute.refresh_from_db()
    assert (dispute.state, total(donation)) == (state, gifts)
    held = {"gifts": -2500, "disputes": 2500, "fees": 1603, "processor": -1603}
    back = {"gifts": -2500, "fees": 1603, "processor": 897}
    assert sums() == (back if gifts == (1, 2500) else held)
    expected = "Thank you" if gifts == (1, 2500) else "Your gift was given back"
    assert stage.facts(donation)["page"] == expected


def test_r8_dispute_of_a_part_leaves_the_rest(stage: Stage) -> None:
    donation = paid(stage)
    bank(stage, donation, "dispute", amount=1000)
    stage.settle()
    assert total(donation) == (1, 1500)
    assert money_left(donation.attempts.get()) == usd(1500)


def test_r8_dispute_in_every_order_of_its_events_ends_the_same(stage: Stage) -> None:
    campaign = stage.campaign()
    for count, order in enumerate(permutations(range(3)), 1):
        donation = paid(stage, campaign=campaign, email=f"s{count}@example.org")
        before = len(stage.events())
        dashboard(stage, donation, 500)
        bank(stage, donation, "dispute", amount=2000)
        bank(stage, donation, "dispute_won")
        made = [event for event in stage.events(before) if event["type"] != "refund.created"]
        assert len(made) == 3
        for at in order:
            stage.deliver(made[at])
            stage.work()
        assert donation.returned == usd(500)
        kinds = sorted(donation.bookings.values_list("kind", flat=True))
        assert kinds == ["dispute", "dispute", "gift", "refund"]
    assert total(donation) == (count, 2000 * count)


def test_r9_dispute_on_a_refunded_gift_is_our_loss_and_not_the_campaigns(stage: Stage) -> None:
    donation = paid(stage)
    dashboard(stage, donation, 2000)
    bank(stage, donation, "dispute")
    stage.settle()
    assert total(donation) == (0, 0)
    assert sums() == {
        "gifts": -2500, "refunds": 2000, "disputes": 500, "losses": 2000, "fees": 1603,
        "processor": -3603,
    }  # fmt: skip
    bank(stage, donation, "dispute_won")
    stage.settle()
    assert "losses" not in sums()
    assert total(donation) == (1, 500)
    assert stage.facts(donation)["page"] == "Thank you"


def test_r10_bank_debit_that_is_called_back_weeks_later_restates_the_campaign(stage: Stage) -> None:
    campaign = stage.campaign(ends_at=clock.now() + dt.timedelta(days=3))
    donation = stage.begin(campaign=campaign)
    attempt = stage.open(donation)
    stage.press(attempt, "delay")
    stage.switch(f"checkouts/{attempt.checkout_id}", outcome="clear")
    stage.settle()
    assert total(donation) == (1, 2500)
    with time_machine.travel(clock.now() + dt.timedelta(weeks=7)):
        bank(stage, donation, "late_failure")
        stage.settle()
        assert (Dispute.objects.get().state, total(donation)) == ("lost", (0, 0))
        assert stage.facts(donation)["donation"] == "settled"


def test_second_payment_is_proposed_to_be_given_back_and_reduces_what_we_owe(stage: Stage) -> None:
    donation = stage.begin(campaign=stage.campaign())
    first = stage.open(donation)
    stage.press(first, "delay")
    Attempt.objects.filter(pk=first.pk).update(state="failed")
    stage.press(stage.open(donation), "pay")
    stage.switch(f"checkouts/{first.checkout_id}", outcome="clear")
    stage.settle()
    refund = Refund.objects.get()
    assert (refund.source, refund.state) == ("system", "proposed")
    approve_refund(refund=refund, by=person("ann"))
    tasks.look_at_refunds()
    assert total(donation) == (1, 2500)
    assert "to_return" not in sums()
    assert stage.facts(donation)["page"] == "Thank you"
    assert donation.receipts.count() == 1


def test_w15_event_that_lies_about_a_refund_is_reported(stage: Stage) -> None:
    donation = paid(stage)
    before = len(stage.events())
    dashboard(stage, donation, 1000)
    event = stage.events(before)[-1]
    event["data"]["object"]["amount"] = 10
    stage.deliver(event)
    stage.work()
    assert InboxEvent.objects.order_by("-pk")[0].verdict == Verdict.LYING
    assert total(donation) == (1, 2500)


# The call -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "calls"), [("lose_answer", 1), ("error_after", 1), ("error", 2)])
def test_c5_refund_whose_answer_is_lost_is_unknown_and_made_once(
    stage: Stage, fault: str, calls: int
) -> None:
    donation = paid(stage)
    refund = propose_refund(donation=donation, amount=None, reason="", by=person("ann"))
    stage.faults(**{fault: 1})
    with time_machine.travel(clock.now(), tick=False) as now:
        with pytest.raises(GatewayError):
            submit_refund(refund=refund, by="worker")
        refund.refresh_from_db()
        assert refund.state == "unknown"
        now.shift(dt.timedelta(minutes=1))
        if fault == "error":
            with pytest.raises(GatewayError):
                submit_refund(refund=refund, by="worker")
            now.shift(dt.timedelta(minutes=5))
            refund.refresh_from_db()
        submit_refund(refund=refund, by="worker")
    refund.refresh_from_db()
    assert refund.state == ("failed" if fault == "error" else "succeeded")
    assert stage.sandbox.calls.count(REFUND) == calls
    assert total(donation) == ((1, 2500) if fault == "error" else (0, 0))
    assert money_left(donation.attempts.get()).minor == (2500 if fault == "error" else 0)


def test_refund_that_the_processor_refuses_fails_and_frees_its_sum(stage: Stage) -> None:
    """Staff and dashboard refund at once: the second comes too late."""
    donation = paid(stage)
    refund = propose_refund(donation=donation, amount=usd(2000), reason="", by=person("ann"))
    dashboard(stage, donation, 1000)
    with pytest.raises(GatewayError, match="At most 1500"):
        submit_refund(refund=refund, by="worker")
    stage.settle()
    refund.refresh_from_db()
    assert refund.state == "failed"
    assert money_left(donation.attempts.get()) == usd(1500)
    assert total(donation) == (1, 1500)


def test_money_that_a_bank_returns_after_a_refund_is_not_refunded_again(stage: Stage) -> None:
    """The sandbox counts what the payer has again by what stands, whatever came first."""
    donation = paid(stage)
    dashboard(stage, donation, 2500)
    bank(stage, donation, "dispute")
    bank(stage, donation, "dispute_won")
    with pytest.raises(Refusal, match="At most 0"):
        dashboard(stage, donation, 1)


@pytest.mark.parametrize("hours", [11, 13])
def test_event_of_a_closed_account_that_got_lost_is_fetched_within_half_a_day(
    stage: Stage, hours: int
) -> None:
    donation = paid(stage)
    stage.work()
    now, former = clock.now(), "http://testserver/former/"
    ProcessorAccount.objects.update(state="closed", webhook_url=former, listed_at=now)
    dashboard(stage, donation, 500)
    with time_machine.travel(now + dt.timedelta(hours=hours), tick=False):
        tasks.look_at_accounts()
        tasks.drain_inbox()
    account = ProcessorAccount.objects.get()
    assert account.webhook_url == former, "not connected anew"
    assert bool(Refund.objects.count()) is (hours > 12)


# At once --------------------------------------------------------------------------------------


def test_k8_eight_people_who_refund_at_once_give_back_no_more_than_was_paid(
    open_stage: Stage,
) -> None:
    donation = paid(open_stage)
    people = [person(f"p{at}") for at in range(8)]
    made = at_once(
        *[
            lambda by=by: propose_refund(donation=donation, amount=usd(1000), reason="", by=by)
            for by in people
        ]
    )
    refused = [one for one in made if isinstance(one, RefundRefused)]
    assert len(refused) == 6
    refunds = list(Refund.objects.all())
    at_once(*[lambda r=r: submit_refund(refund=r, by="worker") for r in refunds * 4])
    assert {refund.state for refund in Refund.objects.all()} == {"succeeded"}
    assert total(donation) == (1, 500)
    assert (
        open_stage.sandbox.processor.store.get(payment_of(donation), "payment")["returned"] == 2000
    )  # type: ignore[index]


def test_k7_refund_and_dispute_at_once_are_each_booked_once(open_stage: Stage) -> None:
    donation = paid(open_stage)
    bank(open_stage, donation, "dispute", amount=1500)
    dashboard(open_stage, donation, 1000)
    for event in open_stage.events():
        open_stage.deliver(event)
    at_once(*[tasks.drain_inbox] * 8)
    open_stage.work()
    assert open_stage.facts(donation)["booked"] == ["dispute", "gift", "refund"]
    assert total(donation) == (0, 0)


def test_refund_whose_processor_was_not_reached_for_hours_is_made_afterwards(
    stage: Stage, settings: Settings
) -> None:
    """What was never sent has no age: a key is given up only after it was sent."""
    refund = propose_refund(donation=paid(stage), amount=None, reason="", by=person("ann"))
    reachable = settings.BROADSHEET
    settings.BROADSHEET = replace(reachable, sandbox_port=1)
    with time_machine.travel(clock.now(), tick=False) as now:
        for _ in range(8):
            tasks.look_at_refunds()
            now.shift(dt.timedelta(minutes=10))
        refund.refresh_from_db()
        assert (refund.state, refund.submitted_at) == ("approved", None)
        settings.BROADSHEET = reachable
        now.shift(dt.timedelta(hours=6))
        tasks.look_at_refunds()
    refund.refresh_from_db()
    assert refund.state == "succeeded"


def test_refund_in_doubt_whose_processor_is_then_not_reached_stays_in_doubt(
    stage: Stage, settings: Settings
) -> None:
    refund = propose_refund(donation=paid(stage), amount=None, reason="", by=person("ann"))
    stage.faults(error=1)
    with pytest.raises(GatewayError):
        submit_refund(refund=refund, by="worker")
    refund.refresh_from_db()
    gateway = Unreachable(stage.gateway)
    with pytest.raises(GatewayError):
        submit_refund(refund=refund, by="worker", gateway=gateway)
    refund.refresh_from_db()
    assert (refund.state, refund.submitted_at is None) == ("unknown", False)


def test_refund_that_ended_while_it_was_refused_keeps_its_end(stage: Stage) -> None:
    refund = propose_refund(donation=paid(stage), amount=None, reason="", by=person("ann"))
    gateway = Refusing(stage.gateway, refund)
    with pytest.raises(GatewayError):
        submit_refund(refund=refund, by="worker", gateway=gateway)
    refund.refresh_from_db()
    assert refund.state == "succeeded"


def test_refund_of_a_payment_that_the_processor_forgot_stays_in_doubt(stage: Stage) -> None:
    refund = propose_refund(donation=paid(stage), amount=None, reason="", by=person("ann"))
    stage.faults(lose_answer=1)
    with pytest.raises(GatewayError):
        submit_refund(refund=refund, by="worker")
    stage.sandbox.store.run("DELETE FROM object")
    refund.refresh_from_db()
    assert submit_refund(refund=refund, by="worker").state == "submitted"


class Wrapped:
    """The stage's own gateway, but for what a test changes of it."""

    def __init__(self, gateway: Any) -> None:
        self.gateway = gateway

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gateway, name)


class Unreachable(Wrapped):
    """Gone between the look and the call."""

    def refund(self, *_: object) -> None:
        raise GatewayError("not reached")


class Refusing(Wrapped):
    """Does what it is asked, is heard of elsewhere, and refuses when asked again."""

    def __init__(self, gateway: Any, refund: Refund) -> None:
        super().__init__(gateway)
        self.ours = refund

    def refund(self, *asked: Any) -> None:
        self.gateway.refund(*asked)
        attempt = self.ours.attempt
        checkout = self.gateway.find(attempt.idempotency_key)
        settle_donation(attempt=attempt, checkout=checkout, by="webhook")
        raise GatewayError("asked already", permanent=True)
