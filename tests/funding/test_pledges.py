"""Monthly and yearly giving: begun, owned by one, renewed, caught up with, never in doubt (T2, T4, C7, C8)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from broadsheet.funding import tasks
from broadsheet.funding.actions import (
    charge_occurrence,
    open_checkout,
    plan_renewals,
)
from broadsheet.funding.choices import Cadence, Method
from broadsheet.funding.errors import GatewayError, NotTaken
from broadsheet.funding.models import (
    Attempt,
    Occurrence,
    Pledge,
    Receipt,
)
from broadsheet.kit.money import Money
from promises import Promises, actions, raising, said, today

# Beginning ------------------------------------------------------------------------------------


def test_pledge_begins_when_its_first_gift_arrives_and_what_was_agreed_to_is_kept(
    promises: Promises,
) -> None:
    donation = promises.stage.begin(2500, cadence=Cadence.MONTHLY, name="Sam", is_anonymous=False)
    pledge = Pledge.objects.get()
    assert (pledge.state, pledge.next_on, pledge.method) == ("pending", None, None)
    attempt = promises.stage.open(donation)
    promises.wait(days=1)  # the first of February: the day of arrival counts
    promises.stage.switch("clock", move=0)
    fresh = promises.stage.sandbox.processor.session(attempt.checkout_id)
    assert fresh["status"] == "expired", "a day later the checkout is closed"
    attempt = open_checkout(donation=donation, by="supporter")
    if attempt.state == "canceled":
        attempt = open_checkout(donation=donation, by="supporter")
    tasks.look_at_attempts()
    attempt = open_checkout(donation=donation, by="supporter")
    promises.stage.press(attempt, "pay")
    promises.stage.settle()
    tasks.send_pledge_mails()
    facts = promises.facts(pledge)
    assert facts["state"] == "active"
    assert facts["next"] == "2026-03-01"
    assert facts["periods"] == ["2026-02 paid"]
    pledge.refresh_from_db()
    assert pledge.method
    assert pledge.method.label == "card 4242"
    consent = pledge.consents.get()
    assert (consent.minor, consent.currency, consent.cadence) == (2500, "USD", "monthly")
    assert consent.text.startswith("I agree that this amount is taken every month")
    assert said("comes again and again")
    welcome = next(each for each in mail.outbox if "again and again" in each.subject)
    assert "March 1, 2026" in welcome.body
    assert consent.text in welcome.body
    assert actions() == ["pledge.begun"]


def test_each_pledge_gets_its_own_next_day_by_one_statement_for_each_day(
    promises: Promises,
) -> None:
    promises.to("2026-01-30")
    made = [promises.make() for _ in range(2)]
    promises.to("2026-01-31")
    made += [promises.make(cadence=cadence) for cadence in (Cadence.MONTHLY, Cadence.YEARLY)]
    assert [str(Pledge.objects.get(pk=one.pk).next_on) for one in made] == [
        *("2026-02-28", "2026-02-28", "2026-02-28", "2027-01-31")
    ]
    promises.to("2026-02-28")
    with CaptureQueriesContext(connection) as asked:
        assert plan_renewals(by="test") == 3
    sent = [each["sql"] for each in asked if each["sql"].startswith('UPDATE "funding_pledge"')]
    assert len(sent) == 2, "one for the 30th and one for the 31st"
    rows = Pledge.objects.filter(pk__in=[one.pk for one in made]).order_by("pk")
    assert [str(day) for day in rows.values_list("next_on", flat=True)] == [
        *("2026-03-30", "2026-03-30", "2026-03-31", "2027-01-31")
    ]
    taken = Occurrence.objects.filter(state="taking").order_by("pledge_id")
    assert list(taken.values_list("pledge_id", flat=True)) == [one.pk for one in made[:3]]
    assert plan_renewals(by="test") == 0


def test_method_of_a_single_gift_is_not_kept(promises: Promises) -> None:
    promises.stage.give()
    promises.stage.settle()
    assert not Pledge.objects.exists()
    [payment] = promises.payments()
    assert payment["instrument"] is None


def test_gift_by_hand_is_given_once_at_a_time(promises: Promises) -> None:
    from broadsheet.funding.actions import Gift, begin_donation
    from broadsheet.funding.actions.accounts import open_offline_account

    offline = (open_offline_account(by="test"), Method.CASH)
    gift = Gift(amount=Money(2500, "USD"), email="", cadence=Cadence.MONTHLY)
    with pytest.raises(NotTaken):
        begin_donation(gift=gift, nonce="n", by="test", offline=offline)


def test_database_lets_nobody_have_two_owners_or_two_gifts_in_a_period(promises: Promises) -> None:
    pledge = promises.make()
    rows = Pledge.objects.filter(pk=pledge.pk)
    for wrong in (
        {"owner": "processor", "owner_ref": "sub_1"},  # and a day of ours
        {"owner": "processor", "next_on": None},  # which schedule of theirs?
        {"owner_ref": "sub_1"},
        {"state": "canceled"},  # and yet a next day
        {"gift_minor": 0},
        {"paused_until": today()},
        {"anchor_day": 32},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    rows.update(owner="processor", owner_ref="sub_1", next_on=None)
    promises.to("2027-01-31")
    assert plan_renewals(by="test") == 0, "what the processor schedules is not planned by us"
    first = pledge.occurrences.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        pledge.occurrences.create(period=first.period, due_on=today(), state="taking")


# Renewing -------------------------------------------------------------------------------------


def test_t2_a_year_of_months_from_the_31st_is_twelve_gifts_on_twelve_month_ends(
    promises: Promises,
) -> None:
    pledge = promises.make(covers_fees=True)
    for _ in range(11):
        pledge.refresh_from_db()
        assert pledge.next_on
        promises.to((pledge.next_on - dt.timedelta(days=1)).isoformat())
        promises.work()
        before = pledge.occurrences.count()
        promises.to(pledge.next_on.isoformat())
        promises.work()
        promises.work()
        assert pledge.occurrences.count() == before + 1
    facts = promises.facts(pledge)
    assert facts["charges"] == 11
    assert facts["gifts"] == 12 * 2500
    assert facts["next"] == "2027-01-31"
    assert facts["mails"] == [
        f"Your receipt 2026-{number:05d} from The Test Ledger" for number in range(2, 13)
    ], "a receipt each, and no other letters"
    assert [str(each.due_on) for each in pledge.occurrences.all()][:4] == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30",
    ]  # fmt: skip
    assert Receipt.objects.count() == 12
    last = promises.last_gift(pledge)
    assert (last.gross, last.name, last.attempts.get().charges) == (
        pledge.gross, "Sam", pledge.method,
    )  # fmt: skip


def test_yearly_gift_is_announced_and_taken_on_its_day(promises: Promises) -> None:
    pledge = promises.make(12_000, Cadence.YEARLY)
    promises.to("2027-01-16")
    promises.work()
    assert mail.outbox == []
    promises.to("2027-01-17")
    promises.live(2)
    assert promises.facts(pledge)["mails"] == ["Your next gift of $120"]
    promises.to("2027-01-31")
    promises.work()
    facts = promises.facts(pledge)
    assert (facts["charges"], facts["gifts"], facts["next"]) == (1, 24_000, "2028-01-31")


def test_t4_after_five_days_of_downtime_one_gift_is_taken_and_its_giver_is_told(
    promises: Promises,
) -> None:
    pledge = promises.make()
    promises.to("2026-03-05")
    promises.work()
    promises.work()
    facts = promises.facts(pledge)
    assert facts["charges"] == 1
    assert facts["periods"] == ["2026-01 paid", "2026-02 paid"]
    assert facts["next"] == "2026-03-31"
    assert "Your gift of $25 was taken late" in facts["mails"]


def test_t4_after_months_of_downtime_what_is_too_late_is_let_go(promises: Promises) -> None:
    pledge = promises.make()
    promises.to("2026-06-10")
    promises.work()
    facts = promises.facts(pledge)
    assert facts["charges"] == 0
    assert facts["periods"] == [
        "2026-01 paid", "2026-02 missed", "2026-03 missed", "2026-04 missed", "2026-05 missed",
    ]  # fmt: skip
    assert facts["next"] == "2026-06-30"
    promises.to("2026-06-28")
    promises.work()
    assert said("Your next gift of $25"), "after so long it is announced"


def test_processor_that_is_away_is_asked_again_and_after_a_week_the_gift_is_let_go(
    promises: Promises,
) -> None:
    pledge = promises.make()
    promises.to("2026-02-28")
    promises.stage.sandbox.is_away = True
    promises.work()
    attempt = promises.last_gift(pledge).attempts.latest("pk")
    assert attempt.state == "unknown", "its silence may hide a charge"
    for _ in range(9):
        promises.wait(days=1)
        promises.work()
        tasks.look_at_attempts()
    promises.stage.sandbox.is_away = False
    promises.wait(hours=7)
    tasks.look_at_attempts()
    promises.wait(hours=7)
    promises.work()
    facts = promises.facts(pledge)
    assert facts["charges"] == 0
    assert (facts["state"], facts["periods"][-1]) == ("active", "2026-02 missed")


def test_c7_charge_whose_answer_is_lost_is_found_and_booked_once(promises: Promises) -> None:
    pledge = promises.make()
    promises.to("2026-02-28")
    promises.stage.faults(lose_answer=1)
    promises.work()
    assert promises.last_gift(pledge).attempts.get().state == "unknown"
    promises.wait(minutes=6)
    promises.work()
    facts = promises.facts(pledge)
    assert (facts["charges"], facts["gifts"]) == (1, 5000)
    assert facts["periods"][-1] == "2026-02 paid"
    assert len(promises.payments()) == 2


def test_c8_charge_that_never_arrived_is_found_out_and_made_with_another_key(
    promises: Promises,
) -> None:
    pledge = promises.make()
    promises.to("2026-02-28")
    promises.stage.sandbox.is_away = True
    promises.work()
    promises.stage.sandbox.is_away = False
    promises.wait(minutes=6)
    promises.work()
    promises.wait(minutes=20)
    promises.work()
    facts = promises.facts(pledge)
    states = [each.state for each in promises.last_gift(pledge).attempts.order_by("pk")]
    assert states == ["failed", "succeeded"]
    assert (facts["state"], facts["gifts"], facts["charges"]) == ("active", 5000, 1)


def test_charge_that_was_not_sent_is_sent_with_the_same_key(
    promises: Promises, monkeypatch: pytest.MonkeyPatch
) -> None:
    pledge = promises.make()
    promises.to("2026-02-28")
    gateway = promises.stage.gateway
    tasks.look_at_pledges()
    occurrence = pledge.occurrences.get(state="taking")
    with monkeypatch.context() as patched:
        patched.setattr(gateway, "charge", raising(GatewayError("It cannot be reached.")))
        with pytest.raises(GatewayError):
            charge_occurrence(occurrence=occurrence, by="test", gateway=gateway)
    attempt = Attempt.objects.get(donation__occurrence=occurrence)
    assert (attempt.state, attempt.submitted_at) == ("created", None)
    charge_occurrence(occurrence=occurrence, by="test", gateway=gateway)
    attempt.refresh_from_db()
    assert attempt.state == "created", "it is somebody's turn already"
    promises.wait(minutes=6)
    charge_occurrence(occurrence=occurrence, by="test", gateway=gateway)
    attempt.refresh_from_db()
    assert attempt.state == "succeeded"


def test_slow_charge_is_waited_for_and_a_refusal_after_days_is_one(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "delay")
    promises.to("2026-02-28")
    promises.work()
    payment = promises.stage.sandbox.store.find(
        "sandbox", "payment", promises.last_gift(pledge).attempts.get().idempotency_key
    )[0]
    promises.live(3)
    assert promises.facts(pledge)["charges"] == 1
    promises.stage.switch(f"charges/{payment['id']}", outcome="insufficient_funds")
    promises.stage.settle()
    facts = promises.facts(pledge)
    assert facts["state"] == "past_due"
    promises.card(pledge, "pay")
    promises.live(3)
    assert promises.facts(pledge)["state"] == "active"
