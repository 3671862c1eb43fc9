"""Pledges as tests use them: begun through the checkout, renewed by the clock, their cards switched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import time_machine
from django.core import mail

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import tell_what_comes
from broadsheet.funding.choices import Cadence, LedgerAccount
from broadsheet.funding.models import Donation, Pledge
from broadsheet.funding.queries import ledger_sum
from broadsheet.kit import clock
from broadsheet.kit.models import AuditEntry
from stage import Stage

BEGIN = dt.datetime(2026, 1, 31, 18, tzinfo=dt.UTC)
"""Noon of a last day of January in the test newsroom's zone."""


class Promises:
    """A stage with a clock of its own that stands still until it is moved."""

    def __init__(self, stage: Stage, traveller: time_machine.Coordinates) -> None:
        self.stage = stage
        self.clock = traveller

    def make(self, minor: int = 2500, cadence: Cadence = Cadence.MONTHLY, **more: Any) -> Pledge:
        """A pledge whose first gift has arrived; what was sent so far is forgotten."""
        donation = self.stage.give(minor, cadence=cadence, **more)
        self.stage.settle()
        tasks.send_pledge_mails()
        mail.outbox.clear()
        self.stage.sandbox.calls.clear()
        return Pledge.objects.get(occurrences__donation=donation)

    def card(self, pledge: Pledge, outcome: str) -> None:
        """Let a pledge's card be good (`pay`), slow (`delay`) or refused with a code from now on."""
        assert pledge.method
        self.stage.switch(f"methods/{pledge.method.method}", outcome=outcome)

    def to(self, day: str, hour: int = 18) -> None:
        """Let it be this day, at an hour of UTC."""
        self.clock.move_to(
            dt.datetime.fromisoformat(day).replace(hour=hour, tzinfo=dt.UTC), tick=False
        )

    def wait(self, **span: float) -> None:
        self.clock.shift(dt.timedelta(**span))

    def work(self) -> None:
        """What the worker does about pledges, and about what follows."""
        tasks.look_at_pledges()
        tell_what_comes()
        tasks.take_gifts()
        self.stage.work()
        tasks.send_pledge_mails()

    def live(self, days: int) -> None:
        """Let so many days pass, the worker at work on each."""
        for _ in range(days):
            self.wait(days=1)
            self.work()

    def facts(self, pledge: Pledge) -> dict[str, Any]:
        """What is true of a pledge and the books, after the doctor found no fault."""
        assert [*checks.books(), *checks.gifts()] == []
        pledge.refresh_from_db()
        rows = pledge.occurrences.order_by("period")
        return {
            "state": pledge.state,
            "next": str(pledge.next_on) if pledge.next_on else "",
            "periods": [f"{each.period:%Y-%m} {each.state}" for each in rows],
            "gifts": -ledger_sum(LedgerAccount.GIFTS).get(pledge.currency, 0),
            "charges": self.stage.sandbox.calls.count("POST /v1/payments"),
            "mails": [message.subject for message in mail.outbox],
        }

    def last_gift(self, pledge: Pledge) -> Donation:
        last = pledge.occurrences.filter(donation__isnull=False).latest("period")
        assert last.donation
        return last.donation

    def payments(self) -> list[dict[str, Any]]:
        """Every payment that succeeded at the processor."""
        rows = self.stage.sandbox.store.rows("SELECT id FROM object WHERE type = 'payment'")
        found = [self.stage.sandbox.store.get(row["id"], "payment") for row in rows]
        return [body for body in found if body and body["state"] == "succeeded"]

    def press_pay(self, address: str) -> None:
        """Pay at a hosted checkout."""
        answer = self.stage.web.post(urlsplit(address).path, data={"outcome": "pay"})
        assert answer.status_code == 303, answer.text


def today() -> dt.date:
    return clock.day_of(clock.now())


def said(subject: str) -> bool:
    """Whether a message with these words in its subject was sent."""
    return any(subject in message.subject for message in mail.outbox)


def actions() -> list[str]:
    """What the audit trail has of pledges, in its order."""
    return list(
        AuditEntry.objects.filter(action__startswith="pledge")
        .order_by("pk")
        .values_list("action", flat=True)
    )


def raising(error: Exception) -> Callable[..., None]:
    """Something that fails so, whatever it is asked."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail
