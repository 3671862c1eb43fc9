"""Webhooks, whatever is done to them on the way: W1 to W16, and C7 to C10 of what follows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import permutations

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from broadsheet.funding import handlers, tasks
from broadsheet.funding.actions import inbox, process_event, replay_event
from broadsheet.funding.choices import EventState, Verdict
from broadsheet.funding.gateways.protocol import Notice
from broadsheet.funding.models import InboxEvent, LedgerTransaction, ProcessorAccount
from broadsheet.kit import clock
from broadsheet.kit.models import AuditEntry
from stage import EVENTS, PAID, Stage

HOUR = 3600


def verdicts() -> list[str]:
    return list(InboxEvent.objects.order_by("pk").values_list("verdict", flat=True))


# Order and number -----------------------------------------------------------------------------


def test_w1_event_that_comes_again_while_it_is_stored_is_kept_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.give(2500, "pay")
    event, look = stage.events()[-1], inbox._unknown

    def overtaken(account: ProcessorAccount, notices: Sequence[Notice]) -> list[Notice]:
        fresh = look(account, notices)
        monkeypatch.setattr(inbox, "_unknown", look)
        assert stage.deliver(event).status_code == 200
        return fresh

    monkeypatch.setattr(inbox, "_unknown", overtaken)
    assert stage.deliver(event).status_code == 200
    assert InboxEvent.objects.filter(event_id=event["id"]).count() == 1


def test_w2_every_order_of_the_events_of_a_payment_ends_the_same(stage: Stage) -> None:
    """All orders of one payment's four events, each on a gift of its own."""
    count = 0
    for count, order in enumerate(permutations(range(4)), 1):  # noqa: B007 - used after it
        before = len(stage.events())
        donation = stage.give(2500, "authenticate", "confirm")
        made = stage.events(before)
        assert len(made) == 4
        for at in order:
            assert stage.deliver(made[at]).status_code == 200
            stage.work()
        assert [booking.kind for booking in donation.bookings.all()] == ["gift"]
    facts = stage.facts(donation)
    assert facts["donation"] == "settled"
    assert (facts["gifts"], facts["receipts"]) == (2500 * count, count)
    assert facts["page"] == "Thank you"


def test_w2_events_that_wait_together_have_their_payment_fetched_once(stage: Stage) -> None:
    """All but one that says another amount: for that the processor is asked again."""
    donation = stage.give(2500, "authenticate", "confirm")
    events = stage.events()
    lying = json.loads(json.dumps(events[-1]))
    lying["id"], lying["data"]["object"]["amount"] = "evt_lies", 1
    for event in (*events, lying):
        assert stage.deliver(event).status_code == 200
    stage.sandbox.calls.clear()
    stage.work()
    assert verdicts() == ["booked", "unchanged", "unchanged", "unchanged", "lying"]
    asked = ["GET /v1/payments/pay_…", "GET /v1/checkout_sessions/cs_…"]
    assert stage.sandbox.calls == asked
    handlers.on_event_received(InboxEvent.objects.latest("pk").pk)  # the news comes too late
    assert stage.sandbox.calls == asked
    assert stage.facts(donation) == PAID


@given(st.data())
@effort(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_w2_any_part_of_the_events_in_any_order_then_a_look_ends_the_same(
    stage: Stage, data: st.DataObject
) -> None:
    """A bank debit that fails late and a card that pays: what arrived, and when, makes no difference."""
    before = len(stage.events())
    buttons = data.draw(
        st.sampled_from(
            [
                ("pay",),
                ("decline", "pay"),
                ("authenticate", "fail", "pay"),
                ("decline",),
                ("delay",),
            ]
        )
    )
    donation = stage.give(2500, *buttons)
    made = stage.events(before)
    for event in data.draw(st.lists(st.sampled_from(made), max_size=8)):
        assert stage.deliver(event).status_code == 200
        if data.draw(st.booleans()):
            stage.work()
    tasks.look_at_accounts()
    stage.work()
    facts = stage.facts(donation)
    is_paid = buttons[-1] == "pay"
    assert facts["donation"] == ("settled" if is_paid else "pending")
    assert donation.bookings.count() == int(is_paid)


def test_w3_different_events_of_one_payment_make_one_booking(stage: Stage) -> None:
    donation = stage.give()
    stage.settle()
    again = [{**event, "id": f"{event['id']}x"} for event in stage.events()]
    for event in again:
        assert stage.deliver(event).status_code == 200
    stage.work()
    assert stage.facts(donation) == PAID
    assert verdicts().count(Verdict.BOOKED) == 1
    assert verdicts()[-len(again) :] == [Verdict.UNCHANGED] * len(again)


# Who sends ------------------------------------------------------------------------------------


def forgeries(stage: Stage, raw: bytes) -> dict[str, dict[str, str] | bytes]:
    from broadsheet.funding.gateways.sandbox.keys import webhook_secret
    from broadsheet.funding.gateways.signatures import signature_header

    now = int(clock.now().timestamp())
    right = signature_header(raw, [stage.secret], now)
    other = webhook_secret("other", stage.secrets.webhook_secret)
    mark = right.partition("v1=")[2]
    return {
        "a wrong secret": {"Sandbox-Signature": signature_header(raw, ["whsec_x"], now)},
        "another account's secret": {"Sandbox-Signature": signature_header(raw, [other], now)},
        "no header": {},
        "an empty header": {"Sandbox-Signature": ""},
        "garbage": {"Sandbox-Signature": "\u00fe=;,,==t"},
        "no time": {"Sandbox-Signature": f"v1={mark}"},
        "two times": {"Sandbox-Signature": f"t={now},{right}"},
        "the header twice": {"Sandbox-Signature": f"{right},{right}"},
        "an old scheme alone": {"Sandbox-Signature": f"t={now},v0={mark}"},
        "another time": {"Sandbox-Signature": f"t={now + 1},v1={mark}"},
        "a time in words": {"Sandbox-Signature": f"t=now,v1={mark}"},
        "a time in other digits": {"Sandbox-Signature": f"t=\u0661,v1={mark}"},
        "a shortened mark": {"Sandbox-Signature": f"t={now},v1={mark[:-1]}"},
    }


def test_w4_forged_webhooks_are_refused_and_leave_nothing(stage: Stage) -> None:
    donation = stage.give()
    raw = json.dumps(stage.events()[-1]).encode()
    for what, headers in forgeries(stage, raw).items():
        assert isinstance(headers, dict)
        answer = stage.deliver(raw, headers=headers)
        assert answer.status_code == 400, what
    assert InboxEvent.objects.count() == 0
    assert stage.facts(donation)["booked"] == []


@pytest.mark.parametrize("what", ["altered byte", "written anew", "longer", "empty"])
def test_w4_signature_is_over_the_very_bytes(stage: Stage, what: str) -> None:
    from broadsheet.funding.gateways.signatures import signature_header

    stage.give()
    raw = json.dumps(stage.events()[-1]).encode()
    headers = {
        "Sandbox-Signature": signature_header(raw, [stage.secret], int(clock.now().timestamp()))
    }
    sent = {
        "altered byte": raw.replace(b'"amount": 2500', b'"amount": 9500'),
        "written anew": json.dumps(json.loads(raw), separators=(",", ":")).encode(),
        "longer": raw + b" ",
        "empty": b"",
    }[what]
    assert sent != raw
    assert stage.deliver(sent, headers=headers).status_code == 400
    assert stage.deliver(raw, headers=headers).status_code == 200


def test_w4_two_valid_marks_while_secrets_change_are_believed(stage: Stage) -> None:
    donation = stage.give()
    for event in stage.events():
        assert stage.deliver(event, secrets=["whsec_new", stage.secret]).status_code == 200
    stage.work()
    assert stage.facts(donation) == PAID


@pytest.mark.parametrize(
    ("age", "status"),
    [(0, 200), (299, 200), (301, 400), (-59, 200), (-61, 400), (-365 * 86_400, 400)],
)
def test_w5_signature_is_believed_for_five_minutes_and_never_from_the_future(
    stage: Stage, age: int, status: int
) -> None:
    stage.give()
    with time_machine.travel(clock.now().replace(microsecond=0), tick=False):
        at = int(clock.now().timestamp()) - age
        assert stage.deliver(stage.events()[-1], at=at).status_code == status


def test_w5_replay_within_five_minutes_has_no_second_effect(stage: Stage) -> None:
    donation = stage.give()
    for _ in range(3):
        stage.settle()
    assert stage.facts(donation) == PAID
    assert InboxEvent.objects.count() == len(stage.events())


def test_w6_event_of_the_other_mode_is_kept_and_not_believed(stage: Stage) -> None:
    donation = stage.give()
    for event in stage.events():
        assert stage.deliver({**event, "livemode": True}).status_code == 200
    stage.work()
    assert set(verdicts()) == {Verdict.WRONG_MODE}
    assert stage.facts(donation)["booked"] == []


# What they say --------------------------------------------------------------------------------


def test_w7_unknown_kind_is_kept_and_answered_200(stage: Stage) -> None:
    event = {
        "id": "evt_new",
        "type": "weather.changed",
        "livemode": False,
        "data": {"object": {"object": "cloud", "id": "cl_1"}},
    }
    assert stage.deliver(event).status_code == 200
    stage.work()
    assert verdicts() == [Verdict.UNHANDLED]


def test_w8_event_that_comes_before_the_processors_answer_finds_its_gift(stage: Stage) -> None:
    """The call's answer was lost: all that we have is our own row, and the event tells the rest."""
    from broadsheet.funding.errors import GatewayError

    donation = stage.begin()
    stage.faults(lose_answer=1)
    with pytest.raises(GatewayError):
        stage.open(donation)
    attempt = donation.attempts.get()
    assert (attempt.state, attempt.checkout_id) == ("unknown", "")
    found = stage.gateway.find(attempt.idempotency_key)
    stage.web.post(f"/checkout/{found.ident}/", data={"outcome": "pay"})
    stage.settle()
    assert stage.facts(donation) == PAID


def test_w9_event_of_a_stranger_is_ignored_and_counted(stage: Stage) -> None:
    """Somebody uses the same account for a till of theirs: its payments are none of ours."""
    headers = {"Authorization": f"Bearer {stage.gateway._key}", "Idempotency-Key": "till"}
    wish = {
        "amount": 999,
        "currency": "USD",
        "reference": "till-1",
        "success_url": "https://example.org/",
        "cancel_url": "https://example.org/",
    }
    session = stage.web.post("/v1/checkout_sessions", json=wish, headers=headers).json()
    stage.web.post(f"/checkout/{session['id']}/", data={"outcome": "pay"})
    stage.settle()
    assert set(verdicts()) == {Verdict.FOREIGN}
    assert InboxEvent.objects.filter(verdict=Verdict.FOREIGN).count() == len(stage.events())
    assert LedgerTransaction.objects.count() == 0


def test_w9_event_of_an_object_that_nobody_knows_is_foreign(stage: Stage) -> None:
    donation = stage.give()
    event = stage.events()[-1]
    event["data"]["object"]["id"] = "cs_elsewhere"
    stage.deliver(event)
    stage.work()
    assert verdicts() == [Verdict.FOREIGN]
    assert stage.facts(donation)["booked"] == []


def test_w15_event_that_lies_about_money_books_nothing_and_is_reported(stage: Stage) -> None:
    donation = stage.give()
    for event in stage.events():
        event["data"]["object"]["amount"] = 250_000
        stage.deliver(event)
    stage.work()
    assert set(verdicts()) == {Verdict.LYING}
    assert stage.facts(donation)["booked"] == []
    assert AuditEntry.objects.filter(action="processor-event.lies").count() == len(stage.events())


def test_w15_processor_that_holds_another_amount_books_nothing_and_is_reported(
    stage: Stage,
) -> None:
    """What is fetched differs from our own row: both may be wrong, so a person has to look."""
    donation = stage.begin()
    attempt = stage.open(donation)
    session = stage.sandbox.processor.session(attempt.checkout_id)
    stage.sandbox.store.put({**session, "amount": 2400})
    stage.press(attempt, "pay")
    stage.settle()
    tasks.look_at_attempts()
    assert set(verdicts()) == {Verdict.LYING}
    assert stage.facts(donation)["booked"] == []
    assert AuditEntry.objects.filter(action="attempt.amount_differs").exists()


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"object": None},
        {"object": []},
        {"object": {"id": 7, "object": ["payment"]}},
        {"object": {"object": "checkout_session", "id": "x\u0000y"}},
        {"object": {"object": "payment", "id": "pay_1", "amount": "25.00", "currency": "USD"}},
        {"object": {"object": "payment", "id": "pay_1", "amount": 10**30, "currency": "USD"}},
        {"object": {"object": "payment", "id": "pay_1", "amount": 1, "currency": "\ud800"}},
    ],
)
def test_w16_event_of_another_shape_is_kept_and_does_no_harm(stage: Stage, data: object) -> None:
    event = {"id": "evt_old", "type": "charge.captured", "api_version": "2015", "data": data}
    assert stage.deliver(event).status_code == 200
    stage.work()
    assert InboxEvent.objects.get().state == EventState.DONE
    assert verdicts()[0] in (Verdict.UNHANDLED, Verdict.FOREIGN)
    assert LedgerTransaction.objects.count() == 0


# Their bytes ----------------------------------------------------------------------------------


def test_w13_large_event_is_kept_whole(stage: Stage) -> None:
    event = {**stage_event(), "padding": "x" * 300_000}
    raw = json.dumps(event).encode()
    assert stage.deliver(raw).status_code == 200
    assert bytes(InboxEvent.objects.get().body) == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe{",
        b'{"id": "evt_1"',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"null",
        b"[]",
        b'"evt_1"',
        b"{}",
        b'{"id": 5}',
        b'{"id": ""}',
        b'{"id": "a b"}',
        b'{"id": "\\u0000"}',
        b'{"id": "' + b"e" * 101 + b'"}',
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_w13_signed_bytes_that_are_no_event_are_refused_in_words(stage: Stage, raw: bytes) -> None:
    answer = stage.deliver(raw)
    assert answer.status_code == 400
    assert answer.content == b"Refused: the body is no event.\n"
    assert InboxEvent.objects.count() == 0


def test_w13_body_beyond_every_measure_is_refused(stage: Stage) -> None:
    assert stage.deliver(b" " * 3_000_000).status_code == 413


def stage_event() -> dict[str, object]:
    about = {"object": "cloud", "id": "cl_1"}
    return {"id": "evt_1", "type": "a.b", "livemode": False, "data": {"object": about}}


def test_webhook_to_an_unknown_account_or_by_another_method_is_refused(stage: Stage) -> None:
    assert Client().post("/processors/nobody/events/").status_code == 404
    for method in ("get", "put", "delete", "patch", "options"):
        assert getattr(Client(), method)(EVENTS).status_code == 405
    assert stage.deliver(stage_event()).cookies == {}


def test_event_of_a_closed_account_is_kept_since_money_may_still_go_back(stage: Stage) -> None:
    donation = stage.give()
    ProcessorAccount.objects.update(state="closed")
    stage.settle()
    assert stage.facts(donation) == PAID


# When something fails on our side -------------------------------------------------------------


def test_w10_event_that_fails_is_kept_tried_again_dies_and_lives_when_replayed(
    stage: Stage,
) -> None:
    donation = stage.give()
    completed = stage.events()[-1]
    stage.deliver(completed)
    payment = stage.sandbox.processor.session(completed["data"]["object"]["id"])["payment"]
    good = stage.sandbox.store.get(payment, "payment")
    assert good
    # A processor that says "succeeded" and not how much: nothing can be booked from that.
    stage.sandbox.store.put({**good, "balance_transaction": None})
    event = InboxEvent.objects.get()
    with time_machine.travel(clock.now(), tick=False) as now:
        for _ in range(11):
            tasks.drain_inbox()
            event.refresh_from_db()
            assert event.state == EventState.FAILED
            now.move_to(event.due_at)
        tasks.drain_inbox()
        event.refresh_from_db()
        assert (event.state, event.attempts) == (EventState.DEAD, 12)
        assert "without a balance" in event.error
        stage.sandbox.store.put(good)
        now.shift(30 * 86_400)
        tasks.drain_inbox()
        assert stage.facts(donation)["booked"] == [], "dead is dead until a person looks"
        for _ in range(2):
            replay_event(event=event, by="test")
            stage.work()
    assert stage.facts(donation) == PAID
    event.refresh_from_db()
    assert (event.state, event.verdict, event.error) == ("done", Verdict.UNCHANGED, "")


def test_w10_what_cannot_be_written_down_as_done_is_not_done(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That an event is done and what is done for it are one transaction, and those that it would do with it wait."""
    donation = stage.give()
    for event in stage.events():
        stage.deliver(event)

    def break_down(*_args: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken, time_machine.travel(clock.now(), tick=False) as now:
        broken.setattr(inbox, "_finish", break_down)
        tasks.drain_inbox()
        assert set(InboxEvent.objects.values_list("state", flat=True)) == {EventState.FAILED}
        assert stage.facts(donation)["booked"] == []
        broken.undo()
        now.shift(HOUR)
        stage.work()
    assert stage.facts(donation) == PAID
    assert set(verdicts()) == {Verdict.BOOKED, Verdict.UNCHANGED}


def test_w2_gift_of_three_events_costs_so_many_questions_and_no_more(
    stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stage.give(campaign=stage.campaign())
    for event in stage.events():
        stage.deliver(event)
    with django_assert_num_queries(37):
        tasks.drain_inbox()
    assert verdicts() == [Verdict.BOOKED, Verdict.UNCHANGED, Verdict.UNCHANGED]


def test_w10_event_whose_worker_died_is_taken_over_after_a_while(stage: Stage) -> None:
    donation = stage.give()
    stage.deliver(stage.events()[-1])
    event = InboxEvent.objects.get()
    InboxEvent.objects.update(state="processing", due_at=clock.now().replace(year=2100))
    assert not process_event(event=event, by="worker"), "somebody has it"
    InboxEvent.objects.update(due_at=clock.now())
    stage.work()
    assert stage.facts(donation) == PAID


def test_w10_processor_that_is_away_costs_a_try_and_no_event(stage: Stage) -> None:
    donation = stage.give()
    stage.deliver(stage.events()[-1])
    stage.sandbox.is_away = True
    stage.work()
    event = InboxEvent.objects.get()
    assert (event.state, event.attempts) == (EventState.FAILED, 1)
    assert stage.facts(donation)["donation"] == "pending"


def test_w14_lost_webhooks_are_found_by_asking(stage: Stage) -> None:
    """None of ten gifts' events arrives; one round of the clock's work finds them all, once each."""
    campaign = stage.campaign()
    donations = [
        stage.give(1000 + at, campaign=campaign, email=f"s{at}@example.org") for at in range(10)
    ]
    tasks.tick()
    tasks.tick()
    facts = stage.facts(donations[0])
    assert facts["total"] == (10, sum(1000 + at for at in range(10)))
    assert facts["receipts"] == 10
    assert len(facts["mails"]) == 10  # type: ignore[arg-type]
    assert {donation.attempts.get().state for donation in donations} == {"succeeded"}


def test_w14_attempt_nobody_reports_about_is_looked_up_by_our_key(stage: Stage) -> None:
    """Not even the list of events has it: the processor keeps them for thirty days only."""
    donation = stage.give()
    stage.sandbox.store.run("DELETE FROM event")
    with time_machine.travel(donation.attempts.get().look_at):
        tasks.tick()
    assert stage.facts(donation) == PAID
    assert InboxEvent.objects.count() == 0
