"""The stage of a rehearsal: the sandbox in this process, one clock for both sides, the worker's steps, webhooks."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q

from broadsheet.funding import tasks
from broadsheet.funding.actions import receive_event, tell_what_comes
from broadsheet.funding.choices import TO_SEND, WAITING, AttemptState, RefundState
from broadsheet.funding.errors import BadWebhook
from broadsheet.funding.gateways.in_process import InProcessSandbox
from broadsheet.funding.gateways.opening import on_stage
from broadsheet.funding.gateways.sandbox.application import Secrets
from broadsheet.funding.gateways.sandbox.deliveries import HEADER
from broadsheet.funding.models import (
    Attempt,
    InboxEvent,
    PledgeMail,
    ProcessorAccount,
    Receipt,
    Refund,
)
from broadsheet.kit import clock
from broadsheet.rehearsal.crashes import Crashes
from broadsheet.rehearsal.diary import Diary
from broadsheet.rehearsal.letters import letters
from broadsheet.rehearsal.plan import Plan
from broadsheet.rehearsal.troubles import TroubledSandbox, Troubles

STEPS = 4
"""How many steps the worker takes at most at one time of day."""

BETWEEN = dt.timedelta(minutes=6)
"""How long the clock goes on between them: after it, a worker that died has lost what it held."""


class Stage:
    """What moves: the clock, the worker, the processor, the webhooks between them. Made by `stage`."""

    def __init__(self, plan: Plan, folder: Path, diary: Diary) -> None:
        self.plan = plan
        self.diary = diary
        self.is_down = False
        self._accounts: dict[str, ProcessorAccount] = {}
        self.crashes = Crashes(plan.chance("crashes"), plan.weather.crashes)
        self.troubles = Troubles(
            plan.weather, plan.chance("troubles"), diary.note, self.crashes.reach
        )
        values = settings.BROADSHEET
        secrets = Secrets(values.sandbox_key, values.sandbox_webhook_secret)
        make = partial(TroubledSandbox, carry=self._carry, troubles=self.troubles)
        self.sandbox = InProcessSandbox(folder, secrets, clock.now(), make)

    def to(self, moment: dt.datetime) -> None:
        """Let it be this instant, here and at the processor."""
        clock.stand(moment)
        self.sandbox.at = moment

    def wait(self, span: dt.timedelta) -> None:
        self.to(clock.now() + span)

    def work(self) -> None:
        """What the newsroom does by itself at one time of day: webhooks come in, the worker takes its steps."""
        for _ in range(STEPS):
            self.sandbox.sandbox.deliveries.send_due()
            if self.is_down:
                return
            with self.crashes.perhaps(self._crashed):
                tasks.tick()
            if not self.is_unfinished():
                return
            self.wait(BETWEEN)

    def tell(self) -> None:
        """What the worker tells supporters days before it comes; here once a day."""
        if not self.is_down:
            with self.crashes.perhaps(self._crashed):
                tell_what_comes()

    def is_unfinished(self) -> bool:
        """Whether something waits whose worker died or whose answer got lost."""
        in_doubt = Q(state=AttemptState.UNKNOWN) | Q(
            state__in=[AttemptState.CREATED, AttemptState.SUBMITTED], charges__isnull=False
        )
        return (
            InboxEvent.objects.filter(state__in=WAITING).exists()
            or Attempt.objects.filter(in_doubt).exists()
            or Receipt.objects.filter(state__in=TO_SEND).exists()
            or PledgeMail.objects.filter(state__in=TO_SEND).exists()
            or Refund.objects.filter(
                state__in=[RefundState.APPROVED, RefundState.SUBMITTED, RefundState.UNKNOWN]
            ).exists()
        )

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """Everything of a kind at the processor, the oldest first."""
        store = self.sandbox.sandbox.store
        rows = store.rows("SELECT id FROM object WHERE type = ? ORDER BY seq", kind)
        found = (store.get(row["id"], kind) for row in rows)
        return [body for body in found if body]

    def _crashed(self, where: str) -> None:
        self.diary.note(f"crashes: {where}")

    def _carry(self, address: str, body: bytes, signature: str) -> int:
        """What the newsroom answers to a webhook, as its view does."""
        if self.is_down:
            raise ConnectionRefusedError("the newsroom is down")
        slug = urlsplit(address).path.strip("/").split("/")[1]
        account = self._accounts.get(slug) or ProcessorAccount.objects.get(slug=slug)
        self._accounts[slug] = account  # what its webhooks are read by never changes
        self.diary.note("webhooks: received")
        try:
            receive_event(account=account, raw=body, headers={HEADER: signature})
        except BadWebhook:
            self.diary.note("webhooks: refused")
            return 400
        return 200


@contextmanager
def stage(plan: Plan, folder: Path, diary: Diary) -> Iterator[Stage]:
    """A stage over an empty `folder`, on which the clock stands; all is as before after the block."""
    clock.stand(plan.day(0))
    letters.sent.clear()
    noisy = logging.getLogger("broadsheet")
    level = noisy.level
    noisy.setLevel(logging.CRITICAL)
    try:
        made = Stage(plan, folder, diary)
        letters.reach = made.crashes.reach
        with made.sandbox, on_stage(made.sandbox):
            yield made
    finally:
        letters.reach = lambda _point: None
        noisy.setLevel(level)
        clock.stand(None)
