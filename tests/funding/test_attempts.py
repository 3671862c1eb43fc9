"""What a processor's silence, faults and late answers do to an attempt: C7 to C10, and never a guess."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.db import transaction
from pytest_django import Settings

from broadsheet.funding import tasks
from broadsheet.funding.actions import expire_attempt, resolve_attempt
from broadsheet.funding.actions.checkout import KEY_LIFE
from broadsheet.funding.actions.resolving import GRACE
from broadsheet.funding.choices import AccountState
from broadsheet.funding.errors import GatewayError, GatewayInTransaction, NotTaken
from broadsheet.funding.models import Attempt, Donation, ProcessorAccount
from broadsheet.kit import clock
from broadsheet.kit.models import AuditEntry
from stage import PAID, Stage

START = "POST /v1/checkout_sessions"
FIND = "GET /v1/checkout_sessions"
MINUTE = dt.timedelta(minutes=1)


def starts(stage: Stage) -> int:
    return stage.sandbox.calls.count(START)


def fails_to_open(stage: Stage, donation: Donation) -> Attempt:
    with pytest.raises(GatewayError):
        stage.open(donation)
    return donation.attempts.latest("pk")


def test_c7_time_out_then_success_at_the_processor_is_unknown_and_then_booked(stage: Stage) -> None:
    donation = stage.begin()
    stage.faults(lose_answer=1)
    attempt = fails_to_open(stage, donation)
    assert attempt.state == "unknown"
    assert stage.thanks(donation) == "The checkout did not open"
    again = stage.open(donation)
    assert again.pk == attempt.pk
    assert again.checkout_url
    assert stage.sandbox.calls == [START, FIND], "looked up, and not sent again"
    stage.press(again, "pay")
    stage.settle()
    assert stage.facts(donation) == PAID


def test_c8_time_out_then_nothing_is_unknown_and_then_failed(stage: Stage) -> None:
    with time_machine.travel(clock.now(), tick=False) as now:
        donation = stage.begin()
        stage.sandbox.is_away = True
        attempt = fails_to_open(stage, donation)
        stage.sandbox.is_away = False
        now.shift(GRACE)
        resolve_attempt(attempt=attempt, by="test")
        assert attempt.state == "unknown", "the processor may still be at it"
        now.shift(dt.timedelta(seconds=1))
        resolve_attempt(attempt=attempt, by="test")
    assert attempt.state == "failed"
    facts = stage.facts(donation)
    assert (facts["donation"], facts["booked"], facts["mails"]) == ("lapsed", [], [])
    assert facts["page"] == "Your gift was not completed"


def test_c8_supporter_who_tries_again_gets_a_new_attempt_with_a_new_key(stage: Stage) -> None:
    with time_machine.travel(clock.now(), tick=False) as now:
        donation = stage.begin()
        stage.sandbox.is_away = True
        first = fails_to_open(stage, donation)
        stage.sandbox.is_away = False
        now.shift(GRACE + MINUTE)
        second = stage.open(donation)
        assert second.pk != first.pk
        assert second.idempotency_key != first.idempotency_key
        stage.press(second, "pay")
        stage.settle()
    assert stage.facts(donation) == {**PAID, "attempts": ["failed", "succeeded"]}


def test_c9_old_key_is_looked_up_and_never_sent_again(stage: Stage) -> None:
    """Processors forget a key after a day; the same key would then do the work a second time."""
    with time_machine.travel(clock.now(), tick=False) as now:
        donation = stage.begin()
        stage.faults(lose_answer=1)
        first = fails_to_open(stage, donation)
        now.shift(dt.timedelta(hours=25))
        second = stage.open(donation)
        assert starts(stage) == 2, (
            "the first, whose checkout expired meanwhile, and a new attempt's"
        )
        assert second.pk != first.pk
        first.refresh_from_db()
        assert first.state == "canceled"
        stage.press(second, "pay")
        stage.settle()
    assert stage.facts(donation) == {**PAID, "attempts": ["canceled", "succeeded"]}


def test_c9_key_between_its_life_and_its_end_is_neither_sent_nor_given_up(stage: Stage) -> None:
    with time_machine.travel(clock.now(), tick=False) as now:
        donation = stage.begin()
        stage.sandbox.is_away = True
        fails_to_open(stage, donation)
        stage.sandbox.is_away = False
        now.shift(KEY_LIFE + MINUTE / 2)
        attempt = stage.open(donation)
    assert (attempt.state, attempt.checkout_url, starts(stage)) == ("unknown", "", 0)
    assert stage.thanks(donation) == "The checkout did not open"


@pytest.mark.parametrize("fault", ["error", "error_after"])
def test_c10_fault_that_a_processor_repeats_ends_in_one_gift(stage: Stage, fault: str) -> None:
    """A 500 is kept under its key: with work behind it the look-up finds it, without it a new key helps."""
    with time_machine.travel(clock.now(), tick=False) as now:
        donation = stage.begin()
        stage.faults(**{fault: 1})
        attempt = fails_to_open(stage, donation)
        assert attempt.state == "unknown"
        if fault == "error":
            assert fails_to_open(stage, donation).pk == attempt.pk
            now.shift(GRACE + MINUTE)
        last = stage.open(donation)
        stage.press(last, "pay")
        stage.settle()
    states = ["failed", "succeeded"] if fault == "error" else ["succeeded"]
    assert stage.facts(donation) == {**PAID, "attempts": states}
    assert len(stage.sandbox.store.find("sandbox", "checkout_session", last.idempotency_key)) == 1


def test_attempt_whose_processor_was_not_reached_was_never_sent(
    stage: Stage, settings: Settings
) -> None:
    donation = stage.begin()
    settings.BROADSHEET = replace(settings.BROADSHEET, sandbox_port=1)
    attempt = fails_to_open(stage, donation)
    assert (attempt.state, attempt.submitted_at) == ("created", None)


def test_attempt_that_is_refused_fails_at_once_and_the_next_one_goes_through(stage: Stage) -> None:
    donation = stage.begin()
    key = stage.secrets.key
    stage.sandbox._api.master_key = "another key"
    attempt = fails_to_open(stage, donation)
    assert (attempt.state, donation.attempts.count()) == ("failed", 1)
    stage.sandbox._api.master_key = key
    stage.press(stage.open(donation), "pay")
    stage.settle()
    assert stage.facts(donation) == {**PAID, "attempts": ["failed", "succeeded"]}


def test_attempt_nobody_went_on_with_is_ended_without_asking_anybody(stage: Stage) -> None:
    donation = stage.begin()
    with time_machine.travel(clock.now() + dt.timedelta(minutes=3)):
        tasks.look_at_attempts()
    assert stage.facts(donation)["attempts"] == ["canceled"]
    assert stage.sandbox.calls == []


def test_second_payment_of_a_gift_is_booked_as_money_to_give_back(stage: Stage) -> None:
    """The first checkout's debit was slow, the supporter began anew, and then both were paid."""
    donation = stage.begin()
    first = stage.open(donation)
    stage.press(first, "delay")
    Attempt.objects.filter(pk=first.pk).update(state="failed")
    second = stage.open(donation)
    assert second.pk != first.pk
    stage.press(second, "pay")
    stage.switch(f"checkouts/{first.checkout_id}", outcome="clear")
    stage.settle()
    facts = stage.facts(donation)
    assert facts == {
        **PAID,
        "attempts": ["succeeded", "succeeded"],
        "booked": ["gift", "second_payment"],
        "to_return": 2500,
    }
    assert AuditEntry.objects.filter(action="donation.paid_twice").count() == 1


def test_checkout_that_a_settled_gift_needs_no_more_is_closed(stage: Stage) -> None:
    donation = stage.begin()
    first = stage.open(donation)
    stage.press(first, "delay")
    Attempt.objects.filter(pk=first.pk).update(state="failed")
    second = stage.open(donation)
    stage.switch(f"checkouts/{first.checkout_id}", outcome="clear")
    stage.settle()
    with time_machine.travel(clock.now() + dt.timedelta(minutes=3)):
        tasks.look_at_attempts()
    assert stage.facts(donation) == {**PAID, "attempts": ["succeeded", "canceled"]}
    assert stage.sandbox.processor.session(second.checkout_id)["status"] == "expired"


def test_expire_attempt_that_was_paid_meanwhile_books_it(stage: Stage) -> None:
    donation = stage.give()
    expire_attempt(attempt=donation.attempts.get(), by="test")
    stage.work()
    assert stage.facts(donation) == PAID


def test_gift_that_settled_meanwhile_opens_no_other_checkout(stage: Stage) -> None:
    donation = stage.begin()
    first = stage.open(donation)
    Attempt.objects.filter(pk=first.pk).update(state="canceled")
    second = stage.open(donation)
    stage.press(first, "pay")
    stage.settle()
    tasks.look_at_attempts()
    with time_machine.travel(clock.now() + 10 * MINUTE):
        tasks.look_at_attempts()
    again = stage.open(donation)
    assert (again.pk, again.state) == (second.pk, "canceled")
    assert donation.attempts.count() == 2


def test_attempt_that_was_opened_meanwhile_is_not_ended_as_one_nobody_went_on_with(
    stage: Stage,
) -> None:
    donation = stage.begin()
    stale = donation.attempts.get()
    stage.open(donation)
    assert expire_attempt(attempt=stale, by="worker").state == "submitted"


def test_expire_attempt_at_its_checkout_closes_it_there_and_here(stage: Stage) -> None:
    donation = stage.begin()
    attempt = stage.open(donation)
    expire_attempt(attempt=attempt, by="test")
    facts = stage.facts(donation)
    assert (facts["attempts"], facts["donation"]) == (["canceled"], "lapsed")
    assert stage.web.post(f"/checkout/{attempt.checkout_id}/", data={"outcome": "pay"}).is_error


def test_bank_debit_that_fails_late_lapses_the_gift_and_is_begun_anew(stage: Stage) -> None:
    donation = stage.begin()
    attempt = stage.open(donation)
    stage.press(attempt, "delay")
    stage.settle()
    assert stage.facts(donation)["page"] == "Your gift is being confirmed"
    stage.switch(f"checkouts/{attempt.checkout_id}", outcome="bounce")
    stage.settle()
    facts = stage.facts(donation)
    assert (facts["donation"], facts["attempts"], facts["booked"]) == ("lapsed", ["failed"], [])
    stage.press(stage.open(donation), "pay")
    stage.settle()
    assert stage.facts(donation) == {**PAID, "attempts": ["failed", "succeeded"]}


def test_processor_that_is_silent_is_asked_once_in_a_round(stage: Stage) -> None:
    for at in range(5):
        stage.give(email=f"s{at}@example.org")
    stage.sandbox.is_away = True
    with time_machine.travel(clock.now() + dt.timedelta(minutes=3)):
        tasks.look_at_attempts()
    assert Attempt.objects.filter(looks=1).count() == 1


def test_one_attempt_that_breaks_stops_neither_the_others_nor_the_receipts(stage: Stage) -> None:
    broken, good = stage.give(email="b@example.org"), stage.give(email="g@example.org")
    session = stage.sandbox.processor.session(broken.attempts.get().checkout_id)
    payment = stage.sandbox.store.get(session["payment"], "payment")
    assert payment
    stage.sandbox.store.put({**payment, "balance_transaction": None})
    stage.sandbox.store.run("DELETE FROM event")
    with time_machine.travel(clock.now() + dt.timedelta(minutes=3)):
        tasks.tick()
    assert stage.facts(good)["mails"] == ["g@example.org"]


def test_draining_account_ends_what_was_begun_and_takes_nothing_new(stage: Stage) -> None:
    donation = stage.begin()
    ProcessorAccount.objects.update(state=AccountState.DRAINING)
    with pytest.raises(NotTaken):
        stage.begin(email="new@example.org")
    stage.press(stage.open(donation), "pay")
    stage.settle()
    assert stage.facts(donation) == PAID


def test_processor_is_never_called_inside_a_transaction(stage: Stage) -> None:
    donation = stage.begin()
    with transaction.atomic(), pytest.raises(GatewayInTransaction):
        stage.open(donation)
    assert stage.sandbox.calls == []
