"""Receipts: what they say, in which year they are numbered (T6, D5), and that each is one message (C4)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from pytest_django import Settings

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import settle_donation
from broadsheet.funding.actions.receipts import message_of
from broadsheet.funding.models import Receipt, ReceiptSeries
from broadsheet.kit import clock
from stage import Stage


def sent() -> mail.EmailMessage:
    [message] = mail.outbox
    return message


def test_receipt_says_gift_cover_campaign_and_number_as_text_and_html(stage: Stage) -> None:
    donation = stage.give(2500, covers_fees=True, campaign=stage.campaign())
    stage.settle()
    message = sent()
    html = str(message.alternatives[0][0])  # type: ignore[attr-defined]
    assert message.to == ["sam@example.org"]
    year = clock.now().astimezone(ZoneInfo("America/New_York")).year
    for said in ("The Test Ledger", f"{year}-00001", "$25", "$1.06", "$26.06", donation.reference):
        assert said in message.body
        assert said in html
    assert "Flood reporting" in message.body
    assert f"{year}-00001" in message.subject
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_receipt_in_arabic_runs_from_right_to_left(stage: Stage) -> None:
    stage.give(language="ar")
    stage.settle()
    html = str(sent().alternatives[0][0])  # type: ignore[attr-defined]
    assert '<html lang="ar" dir="rtl">' in html
    assert sent().extra_headers["Content-Language"] == "ar"


def test_receipt_of_a_name_with_line_breaks_and_markup_adds_no_header_and_no_markup(
    stage: Stage, settings: Settings
) -> None:
    stage.give(name="<b>Sam</b>\r\nBcc: all@example.org", email="s@example.org")
    stage.settle()
    raw = sent().message().as_string()
    assert "Bcc" not in raw.partition("\n\n")[0]
    assert "From: <b>Sam</b> Bcc: all@example.org\n" in sent().body
    html = str(sent().alternatives[0][0])  # type: ignore[attr-defined]
    assert "<b>Sam" not in html


def test_c4_receipt_sent_twice_by_a_crash_is_the_same_message_to_the_last_byte(
    stage: Stage,
) -> None:
    donation = stage.give()
    stage.settle()
    receipt = donation.receipts.get()
    first = message_of(receipt).message().as_bytes()
    with time_machine.travel(clock.now() + dt.timedelta(days=3)):
        assert message_of(receipt).message().as_bytes() == first


@pytest.mark.parametrize(
    ("paid", "label"),
    [
        ("2026-12-31T23:59:59-05:00", "2026-00001"),
        ("2027-01-01T00:00:00-05:00", "2027-00001"),
        ("2027-01-01T04:59:59+00:00", "2026-00001"),
    ],
)
def test_t6_receipt_is_of_the_year_of_the_gift_in_the_newsrooms_zone(
    stage: Stage, paid: str, label: str
) -> None:
    """Paid at that instant; heard of and settled days later."""
    instant = dt.datetime.fromisoformat(paid)
    with time_machine.travel(instant, tick=False):
        donation = stage.give()
    with time_machine.travel(instant + dt.timedelta(days=5), tick=False):
        tasks.tick()
    receipt = donation.receipts.get()
    assert receipt.label == label
    assert receipt.issued_at == instant


def test_d5_rollback_gives_the_number_back(stage: Stage) -> None:
    first, second = stage.give(email="a@example.org"), stage.give(email="b@example.org")
    attempt = first.attempts.get()
    checkout = stage.gateway.find(attempt.idempotency_key)
    with transaction.atomic():
        settle_donation(attempt=attempt, checkout=checkout, by="test")
        settle_donation(attempt=attempt, checkout=checkout, by="test")
        assert ReceiptSeries.objects.get().last == 1
        transaction.set_rollback(True)
    assert Receipt.objects.count() == 0
    tasks.tick()
    numbers = {donation.receipts.get().number for donation in (first, second)}
    assert numbers == {1, 2}
    assert list(checks.gifts()) == []


def test_receipt_that_cannot_be_sent_is_tried_again_and_told_to_the_doctor(
    stage: Stage, settings: Settings, tmp_path: Path
) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    donation = stage.give()
    with time_machine.travel(clock.now(), tick=False) as now:
        stage.settle()
        receipt = donation.receipts.get()
        assert (receipt.state, receipt.tries) == ("failed", 1)
        assert [problem for problem, _ in checks.waiting()] == [
            f"1 receipts could not be sent yet ({receipt.error})"
        ]
        settings.EMAIL_BACKEND = working
        tasks.send_receipts()
        assert mail.outbox == []
        now.move_to(receipt.due_at)
        tasks.send_receipts()
    receipt.refresh_from_db()
    assert (receipt.state, receipt.error, len(mail.outbox)) == ("sent", "", 1)
