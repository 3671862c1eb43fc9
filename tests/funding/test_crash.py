"""kill -9 at every point of a gift's way (C1 to C4), start again: one charge, one booking, one e-mail."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core import mail
from django.db import connection, connections, transaction
from pytest_django import Settings

from broadsheet.funding import tasks
from broadsheet.funding.models import Attempt, CampaignTotal, Donation, Receipt
from broadsheet.kit import clock
from running import wait_until
from stage import PAID, Stage, forked, in_a_process


def later(minutes: int) -> contextlib.AbstractContextManager[object]:
    return time_machine.travel(clock.now() + dt.timedelta(minutes=minutes))


def sessions(stage: Stage) -> int:
    rows = stage.sandbox.store.rows("SELECT 1 FROM object WHERE type = 'checkout_session'")
    return len(rows)


@pytest.mark.parametrize(("stalls", "opened"), [("before", 0), ("after", 1)])
def test_c1_c2_killed_before_or_after_the_call_and_the_supporter_comes_again(
    open_stage: Stage, stalls: str, opened: int
) -> None:
    """C1: the processor never worked. C2: it did, and nobody here knows. The same click then goes on."""
    donation = open_stage.begin()
    open_stage.sandbox.stalls = stalls
    with in_a_process(lambda: open_stage.open(donation)):
        assert open_stage.sandbox.reached.wait(20)
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.checkout_url) == ("submitted", "")
    assert sessions(open_stage) == opened
    again = open_stage.open(donation)
    assert again.pk == attempt.pk
    assert sessions(open_stage) == 1
    open_stage.press(again, "pay")
    open_stage.settle()
    assert open_stage.facts(donation) == PAID


@pytest.mark.parametrize(("stalls", "state"), [("before", "failed"), ("after", "submitted")])
def test_c1_c2_killed_and_nobody_comes_again_the_clock_finds_out(
    open_stage: Stage, stalls: str, state: str
) -> None:
    donation = open_stage.begin()
    open_stage.sandbox.stalls = stalls
    with in_a_process(lambda: open_stage.open(donation)):
        assert open_stage.sandbox.reached.wait(20)
    with later(6):
        tasks.tick()
    facts = open_stage.facts(donation)
    assert (facts["attempts"], facts["booked"], facts["mails"]) == ([state], [], [])


def test_c2_killed_after_the_call_and_paid_all_the_same_is_booked(open_stage: Stage) -> None:
    """The answer reached the browser of somebody else's tab: the checkout is real and is paid."""
    donation = open_stage.begin()
    open_stage.sandbox.stalls = "after"
    with in_a_process(lambda: open_stage.open(donation)):
        assert open_stage.sandbox.reached.wait(20)
    key = Attempt.objects.get().idempotency_key
    session = open_stage.sandbox.store.find("sandbox", "checkout_session", key)[0]
    open_stage.web.post(f"/checkout/{session['id']}/", data={"outcome": "pay"})
    tasks.tick()
    assert open_stage.facts(donation) == PAID


@contextlib.contextmanager
def stalled_in_the_transaction() -> Iterator[Callable[[], bool]]:
    """Whoever changes a campaign's total waits inside the transaction; yields whether somebody does."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            list(CampaignTotal.objects.select_for_update())
            yield _somebody_waits
        return
    receives, sends = forked.Pipe(duplex=False)

    def stall() -> None:
        sends.send("here")
        threading.Event().wait()

    def prepare(sender: object, connection: object, **_: object) -> None:
        connection.connection.create_function("stall", 0, stall)  # type: ignore[attr-defined]
        connection.connection.execute(  # type: ignore[attr-defined]
            "CREATE TEMP TRIGGER stalls AFTER UPDATE ON funding_campaigntotal"
            " BEGIN SELECT stall(); END"
        )

    from django.db.backends.signals import connection_created

    connection_created.connect(prepare)
    try:
        yield receives.poll
    finally:
        connection_created.disconnect(prepare)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_blocking_pids(pid) FROM pg_locks WHERE NOT granted")
        blockers = [pid for row in cursor.fetchall() for pid in row[0]]
        return connection.connection.info.backend_pid in blockers


def test_c3_killed_between_writing_and_commit_leaves_nothing_and_heals(open_stage: Stage) -> None:
    campaign = open_stage.campaign()
    donation = open_stage.give(campaign=campaign)
    for event in open_stage.events():
        open_stage.deliver(event)
    if connection.vendor == "postgresql":
        # The block's own transaction must be begun after the fork: connections are not shared.
        ready = forked.Event()

        def work() -> None:
            ready.wait(20)
            tasks.drain_inbox()

        with in_a_process(work), stalled_in_the_transaction() as somebody_waits:
            ready.set()
            wait_until(somebody_waits, "the worker waits for the total")
    else:
        with (
            stalled_in_the_transaction() as somebody_waits,
            in_a_process(tasks.drain_inbox),
        ):
            wait_until(somebody_waits, "the worker stands in its transaction")
    connections.close_all()
    assert open_stage.facts(donation) == {
        **PAID,
        "donation": "pending",
        "attempts": ["submitted"],
        "booked": [],
        "gifts": 0,
        "total": (0, 0),
        "receipts": 0,
        "mails": [],
        "page": "Your gift is not complete yet",
    }
    with later(6):
        tasks.tick()
    assert open_stage.facts(donation) == {**PAID, "total": (1, 2500)}
    assert Receipt.objects.get().number == 1


def test_c4_killed_between_commit_and_e_mail_sends_one(
    open_stage: Stage, settings: Settings
) -> None:
    donation = open_stage.give()
    for event in open_stage.events():
        open_stage.deliver(event)
    tasks.drain_inbox()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_USE_TLS = False
        with in_a_process(tasks.send_receipts):
            kept_open = silent.accept()  # it waits for a greeting that never comes
    kept_open[0].close()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert Receipt.objects.get().state == "sending"
    tasks.send_receipts()
    assert mail.outbox == [], "somebody may still be sending it"
    with later(11):
        tasks.send_receipts()
    assert open_stage.facts(donation) == PAID


def test_killed_before_its_attempt_was_sent_the_gift_goes_on_with_the_next_click(
    open_stage: Stage,
) -> None:
    donation = open_stage.begin()
    assert Attempt.objects.get().submitted_at is None
    with later(3):
        tasks.tick()
    assert Attempt.objects.get().state == "canceled"
    open_stage.press(open_stage.open(donation), "pay")
    open_stage.settle()
    assert open_stage.facts(Donation.objects.get()) == {
        **PAID,
        "attempts": ["canceled", "succeeded"],
    }
