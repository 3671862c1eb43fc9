"""Pledges when several act at once, or one is killed: K2 to K6, K10, C1, C2; threads and processes of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import cycle

import pytest

from broadsheet.funding import tasks
from broadsheet.funding.actions import (
    cancel_pledge,
    change_amount,
    charge_occurrence,
    move_methods,
    open_checkout,
    open_sandbox_account,
    pause_pledge,
    plan_renewals,
    resolve_attempt,
    settle_donation,
)
from broadsheet.funding.models import Attempt, Donation, Incident, Occurrence, Pledge
from broadsheet.funding.queries import unpaid_gift
from broadsheet.funding.rules.moving import Mapped
from broadsheet.kit.money import Money
from promises import Promises
from stage import at_once, in_a_process

ROUNDS = 6
"""How often a race is run, each time with the others a little later."""


def paid(promises: Promises) -> int:
    return len(promises.payments())


def raced(*works: Callable[[], object]) -> list[object]:
    found = at_once(*works)
    wrong = [each for each in found if isinstance(each, Exception)]
    assert wrong == [], wrong
    return found


def pledges(promises: Promises, count: int) -> list[Pledge]:
    return [promises.make(email=f"s{at}@example.org") for at in range(count)]


def test_k2_eight_schedulers_at_once_make_one_charge_for_each_period(
    open_promises: Promises,
) -> None:
    made = pledges(open_promises, 5)
    open_promises.to("2026-02-28")
    raced(*[lambda: plan_renewals(by="worker")] * 8)
    assert Occurrence.objects.filter(state="taking").count() == 5
    raced(*[tasks.take_gifts] * 8)
    open_promises.work()
    for pledge in made:
        facts = open_promises.facts(pledge)
        assert facts["periods"] == ["2026-01 paid", "2026-02 paid"]
    assert paid(open_promises) == 10
    assert open_promises.facts(made[0])["gifts"] == 10 * 2500


def test_k2_one_charge_sent_and_looked_up_by_eight_is_booked_once(open_promises: Promises) -> None:
    pledge = open_promises.make()
    open_promises.to("2026-02-28")
    open_promises.stage.faults(lose_answer=1)
    open_promises.work()
    attempt = open_promises.last_gift(pledge).attempts.get()
    gateway = open_promises.stage.gateway
    charge = gateway.find_charge(attempt.idempotency_key)
    raced(
        *[lambda: resolve_attempt(attempt=attempt, by="worker")] * 4,
        *[lambda: settle_donation(attempt=attempt, checkout=charge, by="worker")] * 4,
    )
    facts = open_promises.facts(pledge)
    assert (facts["gifts"], facts["periods"][-1]) == (5000, "2026-02 paid")


@pytest.mark.parametrize("what", ["cancel", "pause"])
def test_k3_k4_cancelled_or_paused_beside_the_renewal_it_is_charged_before_or_not_at_all(
    open_promises: Promises, what: str
) -> None:
    made = pledges(open_promises, ROUNDS)
    open_promises.to("2026-02-28")
    until = dt.date(2026, 5, 1)
    stops: dict[str, Callable[[Pledge], None]] = {
        "cancel": lambda pledge: cancel_pledge(pledge=pledge, reason="", by="supporter"),
        "pause": lambda pledge: pause_pledge(pledge=pledge, until=until, by="supporter"),
    }
    raced(
        tasks.look_at_pledges,
        tasks.take_gifts,
        *[lambda pledge=pledge: stops[what](pledge) for pledge in made],
        tasks.take_gifts,
        tasks.look_at_pledges,
        tasks.take_gifts,
    )
    for _ in range(3):
        open_promises.wait(hours=1)
        open_promises.work()
    charged = {
        attempt.donation.occurrence.pledge_id
        for attempt in Attempt.objects.exclude(charges=None).filter(state="succeeded")
    }
    assert paid(open_promises) == ROUNDS + len(charged)
    for pledge in made:
        facts = open_promises.facts(pledge)
        assert facts["state"] == ("canceled" if what == "cancel" else "paused")
        assert facts["periods"].count("2026-02 paid") == (pledge.pk in charged)
        assert not any(each.endswith("taking") for each in facts["periods"])
    late = Incident.objects.values_list("pledge_id", flat=True)
    assert set(late) <= charged
    open_promises.to("2026-03-31")
    open_promises.work()
    assert paid(open_promises) == ROUNDS + len(charged)


def test_k5_amount_changed_beside_the_renewal_is_charged_old_or_new_once(
    open_promises: Promises,
) -> None:
    made = pledges(open_promises, ROUNDS)
    open_promises.to("2026-02-28")
    plan_renewals(by="worker")

    def change(pledge: Pledge) -> None:
        change_amount(
            pledge=pledge, amount=Money(1000, "USD"), covers_fees=False, code="en", by="s"
        )

    raced(
        tasks.take_gifts,
        *[lambda pledge=pledge: change(pledge) for pledge in made],
        tasks.take_gifts,
    )
    open_promises.work()
    for pledge in made:
        gift = open_promises.last_gift(pledge)
        assert gift.gift_minor in (1000, 2500)
        amounts = [each["amount"] for each in open_promises.payments()]
        assert gift.attempts.get().captured_minor == gift.gift_minor
        assert open_promises.facts(pledge)["periods"] == ["2026-01 paid", "2026-02 paid"]
    assert len(amounts) == 2 * ROUNDS


def test_k6_card_replaced_beside_the_retry_is_paid_once(open_promises: Promises) -> None:
    made = pledges(open_promises, ROUNDS)
    for pledge in made:
        open_promises.card(pledge, "insufficient_funds")
    open_promises.to("2026-02-28")
    open_promises.work()
    for pledge in made:
        open_promises.card(pledge, "pay")
    open_promises.wait(days=3, minutes=1)
    gifts = [unpaid_gift(Pledge.objects.get(pk=pledge.pk)) for pledge in made]

    def pay(gift: Donation) -> None:
        attempt = open_checkout(donation=gift, by="supporter")
        if attempt.checkout_url:
            open_promises.stage.web.post(
                f"/checkout/{attempt.checkout_id}/", data={"outcome": "pay"}
            )

    raced(
        *[
            work
            for gift, other in zip(gifts, cycle([tasks.take_gifts]), strict=False)
            for work in (lambda gift=gift: pay(gift), other)
        ]
    )
    open_promises.stage.settle()
    for _ in range(3):
        open_promises.wait(hours=9)
        open_promises.work()
        tasks.look_at_attempts()
    assert paid(open_promises) == 2 * ROUNDS
    for pledge in made:
        facts = open_promises.facts(pledge)
        assert (facts["state"], facts["periods"]) == ("active", ["2026-01 paid", "2026-02 paid"])
    assert open_promises.facts(made[0])["gifts"] == 2 * ROUNDS * 2500


@pytest.mark.parametrize("stalls", ["before", "after"])
def test_c1_c2_killed_at_the_charge_the_clock_finds_out_and_it_is_charged_once(
    open_promises: Promises, stalls: str
) -> None:
    pledge = open_promises.make()
    open_promises.to("2026-02-28")
    plan_renewals(by="worker")
    occurrence = Occurrence.objects.get(state="taking")
    open_promises.stage.sandbox.stalls = stalls
    with in_a_process(lambda: charge_occurrence(occurrence=occurrence, by="worker")):
        assert open_promises.stage.sandbox.reached.wait(20)
    attempt = Attempt.objects.exclude(charges=None).get()
    assert attempt.state == "submitted"
    for _ in range(4):
        open_promises.wait(minutes=12)
        open_promises.work()
    facts = open_promises.facts(pledge)
    assert (facts["gifts"], facts["periods"][-1]) == (5000, "2026-02 paid")
    assert paid(open_promises) == 2
    assert len(facts["mails"]) == 1


def test_k10_moved_to_another_processor_beside_the_renewal_is_charged_once(
    open_promises: Promises,
) -> None:
    made = pledges(open_promises, ROUNDS)
    source = open_promises.stage.account
    target = open_sandbox_account(slug="sandbox-2", by="test")
    rows = []
    for number, pledge in enumerate(made):
        assert pledge.method
        new = open_promises.stage.sandbox.processor.keep_method(target.slug)
        old = (pledge.method.customer, pledge.method.method)
        rows.append(Mapped(number, old, (new["customer"], new["method"])))
    open_promises.to("2026-02-28")
    plan_renewals(by="worker")

    def moving(row: Mapped) -> Callable[[], object]:
        return lambda: move_methods(rows=[row], source=source, target=target, by="test")

    raced(*[work for row in rows for work in (moving(row), tasks.take_gifts)])
    for _ in range(2):
        open_promises.wait(minutes=10)
        open_promises.work()
    assert paid(open_promises) == 2 * ROUNDS
    for pledge in made:
        facts = open_promises.facts(pledge)
        assert (facts["state"], facts["periods"]) == ("active", ["2026-01 paid", "2026-02 paid"])
        assert pledge.method
        assert pledge.method.account.slug == "sandbox-2"
