"""What the worker and the doctor do about money: accounts, news, what waits too long, and failures of one of them."""

from __future__ import annotations

import dataclasses
import logging

import pytest
import time_machine
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import open_account, propose_refund, replay_event
from broadsheet.funding.errors import NotTaken
from broadsheet.funding.models import (
    InboxEvent,
    LedgerEntry,
    LedgerHead,
    LedgerPeriod,
    LedgerTransaction,
    Payout,
    ProcessorAccount,
    ProcessorObject,
    Receipt,
)
from broadsheet.kit import clock
from broadsheet.kit.events import deliver
from broadsheet.kit.models import AuditEntry
from broadsheet.readers.models import User
from stage import PAID, SLUG, Stage


def run_news() -> None:
    """Deliver the news that was announced, and what that announces, as the worker does."""
    seen: set[object] = set()
    while fresh := DBTaskResult.objects.exclude(pk__in=seen).order_by("enqueued_at"):
        for row in list(fresh):
            seen.add(row.pk)
            deliver.call(*row.args_kwargs["args"])


def test_news_alone_settles_a_gift_and_sends_its_receipt(stage: Stage) -> None:
    donation = stage.give()
    for event in stage.events():
        stage.deliver(event)
    run_news()
    assert stage.facts(donation) == PAID


def test_worker_connects_the_account_again_when_the_newsrooms_address_changes(
    stage: Stage, settings: Settings
) -> None:
    settings.BROADSHEET = dataclasses.replace(
        settings.BROADSHEET, url="https://new.example", sandbox_port=stage.port
    )
    tasks.look_at_accounts()
    stage.account.refresh_from_db()
    assert stage.account.webhook_url == f"https://new.example/processors/{SLUG}/events/"


def test_sandbox_is_not_opened_beside_real_money_and_the_rest_of_the_work_is_done(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    ProcessorAccount.objects.create(slug="stripe", kind="stripe", livemode=True)
    with pytest.raises(NotTaken, match="beside a processor that takes real money"):
        open_account(by="test")
    with caplog.at_level(logging.ERROR):
        tasks.tick()
    assert "Cannot look at accounts." in caplog.text
    assert not ProcessorAccount.objects.filter(slug=SLUG).exists()


def test_newsroom_without_a_processor_opens_no_account_and_is_sound(
    db: None, settings: Settings
) -> None:
    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, processor="none")
    tasks.look_at_accounts()
    with pytest.raises(NotTaken, match="Set processor"):
        open_account(by="test")
    assert list(checks.problems()) == []


def test_doctor_names_what_waits_too_long_and_what_failed(stage: Stage, settings: Settings) -> None:
    stage.give()
    assert list(checks.problems()) == []
    for event in stage.events():
        stage.deliver(event)
    with time_machine.travel(clock.now() + 2 * checks.LATE):
        [(problem, mend)] = checks.waiting()
        assert (problem, mend) == (
            "3 processor events wait for more than ten minutes",
            "Is the worker alive?",
        )
    stage.work()
    InboxEvent.objects.filter(pk=InboxEvent.objects.first().pk).update(state="dead")  # type: ignore[union-attr]
    Receipt.objects.update(state="failed", error="OSError: no route")
    stage.sandbox.is_away = True
    assert [problem for problem, _ in checks.problems()][:2] == [
        "1 processor events could not be processed",
        "1 receipts could not be sent yet (OSError: no route)",
    ]
    [(problem, _)] = checks.processors()
    assert problem.startswith(f"{SLUG}: ")


def test_event_that_a_worker_has_in_hand_is_not_replayed(stage: Stage) -> None:
    stage.give()
    stage.deliver(stage.events()[-1])
    InboxEvent.objects.update(state="processing")
    replay_event(event=InboxEvent.objects.get(), by="test")
    assert not AuditEntry.objects.filter(action="processor-event.replayed").exists()
    assert InboxEvent.objects.get().state == "processing"


def test_rows_say_what_they_are_to_whoever_looks_at_them(stage: Stage) -> None:
    """Opaque keys, amounts and states: nothing of a person, since these end up in logs."""
    campaign = stage.campaign()
    donation = stage.give(campaign=campaign, email="sam@example.org", name="Sam")
    stage.settle()
    ann = User.objects.create_user("ann@ledger.example")
    refund = propose_refund(donation=donation, amount=None, reason="", by=ann)
    stage.switch(f"payouts/{SLUG}", currency="USD")
    stage.switch(f"payments/{donation.attempts.get().payment_id}", outcome="dispute")
    stage.settle()
    attempt = donation.attempts.get()
    entry = LedgerEntry.objects.get(account="gifts")
    receipt = Receipt.objects.order_by("version").first()
    assert receipt
    rows = [
        (stage.account, SLUG),
        (attempt, f"{donation.pk}/{attempt.pk}"),
        (donation, donation.reference),
        (donation.supporter, donation.supporter.key),
        (campaign, "floods"),
        (campaign.total, str(campaign.total.gifts_minor)),
        (campaign.texts.get(), "Flood reporting"),
        (refund, f"{refund.pk} approved"),
        (attempt.disputes.get(), f"{attempt.disputes.get().ident} open"),
        (LedgerTransaction.objects.get(kind="gift"), f"gift {_ref('gift')}"),
        (entry, "gifts -2500 USD"),
        (LedgerHead.objects.get(), str(LedgerHead.objects.get().number)),
        (LedgerPeriod(name="2026-11"), "2026-11"),
        (Payout.objects.get(), Payout.objects.get().ident),
        (receipt, receipt.label),
        (receipt.series, str(clock.now().astimezone(clock.newsroom_zone()).year)),
        (ProcessorObject.objects.get(type="payment"), attempt.payment_id),
    ]
    assert [str(row) for row, _said in rows] == [said for _row, said in rows]
    event = InboxEvent.objects.order_by("pk").first()
    assert str(event) == f"payment.created {event.event_id}"  # type: ignore[union-attr]


def _ref(kind: str) -> str:
    return LedgerTransaction.objects.get(kind=kind).processor_ref
