"""Several at once, in threads with connections of their own: W1, W11, K1, D5 and what they share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from django.core import mail
from django.db import connection, connections, transaction
from django.test import Client
from django_tasks_db.models import DBTaskResult

from broadsheet.funding import tasks
from broadsheet.funding.actions import process_event, resolve_attempt, send_receipt, settle_donation
from broadsheet.funding.models import (
    Attempt,
    Donation,
    InboxEvent,
    LedgerTransaction,
    Receipt,
    ReceiptSeries,
)
from stage import PAID, Stage, at_once

CONFIRM = "/give/confirm/"
ORIGIN = {"Origin": "http://testserver"}


def typed(**more: str) -> dict[str, str]:
    page = Client().get(CONFIRM, {"amount": "25"}).content.decode()
    found = re.search(r'name="nonce" value="([^"]+)"', page)
    assert found
    return {"nonce": found[1], "amount": "25", "email": "sam@example.org", **more}


def post(data: dict[str, str]) -> tuple[int, str]:
    answer = Client().post(CONFIRM, data, headers=ORIGIN)
    return answer.status_code, answer.headers.get("Location", "")


def test_w1_same_event_a_hundred_times_has_one_effect(open_stage: Stage) -> None:
    donation = open_stage.give()
    event = open_stage.events()[-1]
    answers = at_once(*[lambda: open_stage.deliver(event).status_code] * 100)
    assert answers == [200] * 100
    assert InboxEvent.objects.count() == 1
    announced = DBTaskResult.objects.filter(args_kwargs__icontains="processor-event.received")
    assert announced.count() == 1
    at_once(*[tasks.drain_inbox] * 8)
    open_stage.work()
    assert open_stage.facts(donation) == PAID


def test_w1_all_events_of_a_gift_settled_by_eight_workers_have_one_effect(
    open_stage: Stage,
) -> None:
    campaign = open_stage.campaign()
    donation = open_stage.give(2500, "authenticate", "confirm", campaign=campaign)
    for event in open_stage.events():
        open_stage.deliver(event)
    events = list(InboxEvent.objects.select_related("account"))
    works = [lambda event=event: process_event(event=event, by="worker") for event in events] * 4
    attempt = donation.attempts.get()
    works += [lambda: resolve_attempt(attempt=attempt, by="worker")] * 4
    at_once(*works)
    open_stage.work()
    assert open_stage.facts(donation) == {**PAID, "total": (1, 2500)}


def test_k1_double_submit_in_eight_tabs_makes_one_attempt(open_stage: Stage) -> None:
    data = typed()
    answers = at_once(*[lambda: post(data)] * 8)
    assert {status for status, _ in answers} == {303}
    attempt = Attempt.objects.get()
    assert {target for _, target in answers} == {attempt.checkout_url}
    assert open_stage.sandbox.store.rows("SELECT count(*) AS n FROM object")[0]["n"] == 1
    open_stage.press(attempt, "pay")
    open_stage.settle()
    assert open_stage.facts(Donation.objects.get()) == PAID
    after = post(data)
    assert after == (303, f"/give/thanks/{Donation.objects.get().reference}/"), "a refresh"
    assert Attempt.objects.count() == 1


def test_k1_gift_that_is_retried_by_eight_tabs_has_one_open_attempt(open_stage: Stage) -> None:
    data = typed()
    post(data)
    first = Attempt.objects.get()
    open_stage.sandbox.processor.expire(open_stage.sandbox.processor.session(first.checkout_id))
    resolve_attempt(attempt=first, by="worker")
    assert first.state == "canceled"
    answers = at_once(*[lambda: post(data)] * 8)
    assert {status for status, _ in answers} == {303}
    second = Attempt.objects.exclude(pk=first.pk).get()
    assert {target for _, target in answers} == {second.checkout_url}


def test_k1_two_supporters_with_one_address_are_one_supporter(open_stage: Stage) -> None:
    pages = [typed() for _ in range(3)]  # as many as nobody has to prove anything for
    answers = at_once(*[lambda data=data: post(data) for data in pages])
    assert {status for status, _ in answers} == {303}
    assert Donation.objects.count() == 3
    assert Donation.objects.values("supporter").distinct().count() == 1


def test_d5_receipts_settled_at_once_are_numbered_without_gaps(open_stage: Stage) -> None:
    """Every fourth is rolled back after it took its number, as when a worker dies."""
    donations = [open_stage.give(email=f"s{at}@example.org") for at in range(16)]
    attempts = [donation.attempts.get() for donation in donations]

    def settle(attempt: Attempt, *, fails: bool) -> None:
        with transaction.atomic() if fails else nullcontext():
            settle_donation(attempt=attempt, checkout=found[attempt.pk], by="worker")
            if fails:
                raise RuntimeError("the worker died")

    found = {attempt.pk: open_stage.gateway.find(attempt.idempotency_key) for attempt in attempts}
    at_once(
        *[
            lambda attempt=attempt, fails=at % 4 == 3: settle(attempt, fails=fails)
            for at, attempt in enumerate(attempts)
        ]
    )
    assert Receipt.objects.count() == 12
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, 13))
    for attempt in attempts:
        settle(attempt, fails=False)
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, 17))
    assert ReceiptSeries.objects.get().last == 16
    assert LedgerTransaction.objects.count() == 16


def test_receipt_that_eight_workers_send_goes_out_once(open_stage: Stage) -> None:
    donation = open_stage.give()
    for event in open_stage.events():
        open_stage.deliver(event)
    tasks.drain_inbox()
    receipt = Receipt.objects.get()
    sent = at_once(*[lambda: send_receipt(receipt=receipt, by="worker")] * 8)
    assert sorted(sent) == [False] * 7 + [True]
    assert len(mail.outbox) == 1
    assert open_stage.facts(donation) == PAID


@pytest.mark.parametrize("what", ["table", "connection"])
def test_w11_webhook_while_the_database_is_away_is_5xx_and_stored_when_sent_again(
    open_stage: Stage, what: str
) -> None:
    donation = open_stage.give()
    event = open_stage.events()[-1]
    with _table_locked() if what == "table" else _connection_broken():
        answer = open_stage.deliver(event)
        assert answer.status_code == 503
        assert answer.content == b"It could not be stored. Send it again.\n"
    connections.close_all()
    assert InboxEvent.objects.count() == 0
    assert open_stage.deliver(event).status_code == 200
    open_stage.work()
    assert open_stage.facts(donation) == PAID


@contextmanager
def _table_locked() -> Iterator[None]:
    """Somebody else holds what is to be written, longer than we wait."""
    connection.ensure_connection()
    other = connection.copy()
    with other.cursor() as holder, connection.cursor() as ours:
        if connection.vendor == "postgresql":
            holder.execute("BEGIN")
            holder.execute("LOCK TABLE funding_inboxevent IN ACCESS EXCLUSIVE MODE")
            ours.execute("SET lock_timeout = '100ms'")
        else:
            holder.execute("BEGIN EXCLUSIVE")
            ours.execute("PRAGMA busy_timeout = 100")
        yield
        holder.execute("ROLLBACK")
    other.close()


@contextmanager
def _connection_broken() -> Iterator[None]:
    """The connection is there for Django and gone in truth."""
    connection.ensure_connection()
    connection.connection.close()
    yield
    connection.close()
