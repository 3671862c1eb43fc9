"""A newsroom's money with its sandbox processor, driven by tests through the doors that people use.

The sandbox answers over a real socket from a thread. Its webhooks are not sent by themselves: a test
delivers them, in any order and number, or not at all.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import multiprocessing
import os
import re
import signal
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from django.core import mail
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import (
    Gift,
    begin_donation,
    connect_account,
    create_campaign,
    open_account,
    open_checkout,
)
from broadsheet.funding.actions.campaigns import Words
from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.gateways import opening
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.sandbox.application import Sandbox, Secrets
from broadsheet.funding.gateways.sandbox.keys import webhook_secret
from broadsheet.funding.gateways.sandbox.messages import Answer, Request
from broadsheet.funding.gateways.sandbox.server import Server
from broadsheet.funding.gateways.signatures import signature_header
from broadsheet.funding.models import (
    Attempt,
    Campaign,
    Donation,
    LedgerTransaction,
    ProcessorAccount,
    Receipt,
)
from broadsheet.funding.queries import ledger_sum
from broadsheet.kit import clock, tokens
from broadsheet.kit.money import Money

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: what speaks plain HTTP need not read all certificates for it."""

SLUG = "sandbox"
EVENTS = f"/processors/{SLUG}/events/"
Event = dict[str, Any]


def at_once(*works: Callable[[], Any], workers: int = 8) -> list[Any]:
    """Do all of it in threads that start together; return what each returned, or the error it raised."""
    workers = min(workers, len(works))
    gate = threading.Barrier(workers)
    started = threading.local()

    def do(work: Callable[[], Any]) -> Any:
        if not getattr(started, "yet", False):
            started.yet = True
            gate.wait(20)
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(do, works))


forked = multiprocessing.get_context("fork")


@contextmanager
def in_a_process(work: Callable[[], object]) -> Iterator[None]:
    """Let a process of its own begin the work, and kill it with -9 at the end of the block."""

    def begin() -> None:
        opening._client.cache_clear()  # a socket has one owner
        work()

    connections.close_all()
    process = forked.Process(target=begin)
    process.start()
    try:
        yield
        assert process.is_alive(), "it ended before it was killed"
    finally:
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        process.join(10)
    assert process.exitcode == -signal.SIGKILL


class Recorder(Sandbox):
    """A sandbox that remembers which calls were made to it, and can be away."""

    def __init__(self, folder: Path, secrets: Secrets) -> None:
        super().__init__(folder, secrets)
        self.store.run("PRAGMA synchronous=OFF")  # the stage itself survives no power cut
        self.calls: list[str] = []
        self.is_away = False
        self.stalls = ""
        self.reached = threading.Event()

    def answer(self, request: Request) -> Answer:
        if self.is_away and request.path.startswith("/v1/"):
            return Answer(0, lost=True)
        if self.stalls and request.method == "POST":
            return self._stall(request)
        if request.path.startswith("/v1/"):
            self.calls.append(f"{request.method} {re.sub(r'_[0-9a-f]{24}', '_…', request.path)}")
        return super().answer(request)

    def _stall(self, request: Request) -> Answer:
        """Keep the caller waiting, `before` the work or `after` it, for longer than it will live."""
        if self.stalls == "after":
            super().answer(request)
        self.stalls = ""
        self.reached.set()
        time.sleep(1)
        return Answer(0, lost=True)


class Stage:
    """The processor, its account here, and what supporters, processors and the worker do."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        values = settings.BROADSHEET
        self.secrets = Secrets(values.sandbox_key, values.sandbox_webhook_secret)
        self.sandbox = Recorder(folder, self.secrets)
        self.server = Server(("127.0.0.1", 0), self.sandbox)
        self.port = self.server.server_address[1]
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        settings.BROADSHEET = dataclasses.replace(values, sandbox_port=self.port)
        self.web = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", trust_env=False, verify=NO_TLS
        )
        self.post = Client(raise_request_exception=False).post
        self.settled = 0
        self.account = self._connected()

    def _connected(self) -> ProcessorAccount:
        account = open_account(by="test")
        connect_account(account=account, webhook_url=f"http://testserver{EVENTS}", by="test")
        account.refresh_from_db()
        self.sandbox.calls.clear()
        return account

    def close(self) -> None:
        """Take the stage down."""
        self.web.close()
        self.server.shutdown()
        self.server.server_close()
        self.sandbox.close()

    # The supporter ------------------------------------------------------------------------------

    def begin(self, minor: int = 2500, **more: Any) -> Donation:
        """A donation that was begun and whose checkout is not open yet."""
        currency = more.pop("currency", "USD")
        nonce = more.pop("nonce", tokens.reference(30))
        gift = Gift(
            **{"amount": Money(minor, currency), "email": "sam@example.org", "name": "Sam"} | more
        )
        return begin_donation(gift=gift, nonce=nonce, by="supporter")

    def open(self, donation: Donation) -> Attempt:
        """Its attempt, with the checkout open. Raises what `open_checkout` raises."""
        return open_checkout(donation=donation, by="supporter")

    def press(self, attempt: Attempt, *buttons: str) -> None:
        """Press buttons of the attempt's hosted checkout page."""
        for button in buttons:
            answer = self.web.post(f"/checkout/{attempt.checkout_id}/", data={"outcome": button})
            assert answer.status_code == 303, (button, answer.status_code)

    def give(self, minor: int = 2500, *buttons: str, **more: Any) -> Donation:
        """A gift that was begun and brought to its end at the checkout; nobody has told us yet."""
        donation = self.begin(minor, **more)
        self.press(self.open(donation), *(buttons or ("pay",)))
        return donation

    def thanks(self, donation: Donation) -> str:
        """What the thank-you page says now: its heading."""
        page = Client().get(f"/give/thanks/{donation.reference}/").content.decode()
        found = re.search(r"<h1>(.*?)</h1>", page)
        assert found, page
        return found[1]

    # The processor ------------------------------------------------------------------------------

    def switch(self, path: str, **wish: object) -> None:
        """Use a switch of the sandbox: faults, its clock, a bank's decision."""
        headers = {"Authorization": f"Bearer {self.secrets.key}"}
        answer = self.web.post(f"/admin/{path}", json=wish, headers=headers)
        assert answer.status_code == 200, answer.text

    def faults(self, **times: int) -> None:
        """Let each named fault happen so many times from now on."""
        self.switch(f"faults/{SLUG}", **times)

    def events(self, after: int = 0) -> list[Event]:
        """The events that the processor has made so far, oldest first."""
        return self.sandbox.processor.events(SLUG, "", 500)[after:]

    def deliver(
        self,
        event: Event | bytes,
        *,
        secrets: list[str] | None = None,
        at: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        """Send an event to the newsroom's address as the processor would; return the answer."""
        raw = event if isinstance(event, bytes) else json.dumps(event).encode()
        now = int(clock.now().timestamp()) if at is None else at
        signature = signature_header(raw, secrets or [self.secret], now)
        sent = {"Sandbox-Signature": signature} if headers is None else headers
        response = self.post(EVENTS, raw, content_type="application/json", headers=dict(sent))
        assert isinstance(response, HttpResponse)
        return response

    @property
    def secret(self) -> str:
        """What the account's webhooks are signed with."""
        return webhook_secret(SLUG, self.secrets.webhook_secret)

    # The worker ---------------------------------------------------------------------------------

    def work(self) -> None:
        """Do about stored events and receipts what is to be done; ask the processor for nothing more."""
        tasks.drain_inbox()
        tasks.send_receipts()

    def settle(self) -> None:
        """Deliver in order every event that this has not delivered yet, and work."""
        for event in self.events(self.settled):
            assert self.deliver(event).status_code == 200
            self.settled += 1
        self.work()

    # What is true now ---------------------------------------------------------------------------

    def campaign(self, slug: str = "floods", currency: str = "USD", **when: Any) -> Campaign:
        """A campaign that runs, or one between the given instants."""
        now = clock.now()
        return create_campaign(
            slug=slug,
            goal=Money(1_000_000, currency),
            starts_at=when.get("starts_at", now - dt.timedelta(days=1)),
            ends_at=when.get("ends_at", now + dt.timedelta(days=1)),
            texts={"en": Words("Flood reporting", "Boats and time.")},
            by="test",
        )

    @property
    def gateway(self) -> Any:
        return gateway_of(self.account)

    def facts(self, donation: Donation) -> dict[str, object]:
        """Everything that somebody could see of a gift and of the books, after the doctor found no fault."""
        assert [*checks.books(), *checks.gifts()] == []
        donation.refresh_from_db()
        total = donation.campaign.total if donation.campaign else None
        if total:
            total.refresh_from_db()
        return {
            "donation": donation.state,
            "attempts": [attempt.state for attempt in donation.attempts.order_by("pk")],
            "booked": sorted(LedgerTransaction.objects.values_list("kind", flat=True)),
            "gifts": -ledger_sum(LedgerAccount.GIFTS).get(donation.currency, 0),
            "to_return": -ledger_sum(LedgerAccount.TO_RETURN).get(donation.currency, 0),
            "total": (total.gifts, total.gifts_minor) if total else None,
            "receipts": Receipt.objects.count(),
            "mails": [message.to[0] for message in mail.outbox],
            "page": self.thanks(donation),
        }


PAID: dict[str, object] = {
    "donation": "settled",
    "attempts": ["succeeded"],
    "booked": ["gift"],
    "gifts": 2500,
    "to_return": 0,
    "total": None,
    "receipts": 1,
    "mails": ["sam@example.org"],
    "page": "Thank you",
}
"""The facts of a gift of 25 dollars that came, once."""
