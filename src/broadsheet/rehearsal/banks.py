"""Banks and the processor in a rehearsal: refused cards, slow debits, disputes, payouts, an account that closes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.conf import settings

from broadsheet.funding.actions import change_account, left_behind, open_sandbox_account
from broadsheet.funding.choices import AccountState, AttemptState, DisputeState, PledgeState
from broadsheet.funding.errors import NotTaken
from broadsheet.funding.models import Attempt, Dispute, Pledge, ProcessorAccount
from broadsheet.funding.models.pledges import RUNNING
from broadsheet.kit import clock
from broadsheet.rehearsal.plan import Plan
from broadsheet.rehearsal.stage import Stage

BY = "rehearsal"

CARDS = {
    "pay": 870,
    "insufficient_funds": 45,
    "do_not_honor": 15,
    "authentication_required": 20,
    "expired_card": 20,
    "stolen_card": 8,
    "revocation_of_authorization": 7,
    "delay": 15,
}
"""What a card does on the day of a gift, and how often."""

PASSING = ("insufficient_funds", "do_not_honor")
SECOND = "sandbox-2"
DRAINS = 14
"""For so many days at least the first account drains before it closes."""

LASTS = dt.timedelta(days=10)
"""How long a dispute is open at least."""


class Banks:
    """What happens at the processor and behind it, by chance, each day."""

    def __init__(self, plan: Plan, stage: Stage) -> None:
        self.plan = plan
        self.stage = stage
        self.chance = plan.chance("banks")
        self.cards: dict[str, str] = {}
        self.share = 40 + min(plan.supporters, 600)
        self.failing: list[tuple[str, str]] = []

    def live(self, day: int) -> None:
        """What happens on day `day`."""
        self._switch_cards()
        self.end_slow(self.chance.whole(1, 4))
        self._dispute()
        self._end_disputes()
        self._pay_out(day)
        self._close(day)

    def end_slow(self, days: int) -> None:
        """Let debits and refunds come to their end that were begun so many days ago, or earlier."""
        until = int((clock.now() - dt.timedelta(days=days)).timestamp())
        for payment in self._in_state("payment", "processing", until):
            is_good = self.chance.happens(850)
            if payment["session"]:
                outcome = "clear" if is_good else "bounce"
                self.stage.sandbox.switch(f"checkouts/{payment['session']}", outcome=outcome)
            else:
                outcome = "clear" if is_good else "insufficient_funds"
                self.stage.sandbox.switch(f"charges/{payment['id']}", outcome=outcome)
        for refund in self._in_state("refund", "pending", until):
            outcome = "succeeded" if self.chance.happens(800) else "failed"
            self.stage.sandbox.switch(f"refunds/{refund['id']}", outcome=outcome)

    def carry_card(self, old: str, new: str) -> None:
        """Let a card that is known by a new name, at another processor, do what it did by its old one."""
        self._switch(new, self.cards.get(old, "pay"))

    def _in_state(self, kind: str, state: str, until: int) -> list[dict[str, Any]]:
        rows = self.stage.sandbox.sandbox.store.rows(
            "SELECT body FROM object WHERE type = ? AND json_extract(body, '$.state') = ?"
            " AND json_extract(body, '$.created') <= ? ORDER BY seq",
            *(kind, state, until),
        )
        return [json.loads(row["body"]) for row in rows]

    def _switch_cards(self) -> None:
        """Cards of gifts that are due, by chance; those of gifts that wait may be good again."""
        today = clock.day_of(clock.now())
        due = Pledge.objects.filter(next_on__lte=today, state__in=RUNNING, method__isnull=False)
        for method in due.order_by("pk").values_list("method__method", flat=True):
            self._switch(method, self.chance.of(CARDS))
        late = Pledge.objects.filter(state=PledgeState.PAST_DUE, method__isnull=False)
        for method in late.order_by("pk").values_list("method__method", flat=True):
            if self.cards.get(method) in PASSING and self.chance.happens(200):
                self._switch(method, "pay")

    def _switch(self, method: str, outcome: str) -> None:
        if self.cards.get(method, "pay") != outcome:
            self.stage.sandbox.switch(f"methods/{method}", outcome=outcome)
        self.cards[method] = outcome

    def _dispute(self) -> None:
        """Some day the bank of a supporter takes a payment back."""
        if not self.chance.happens(self.share):
            return
        since = clock.now() - dt.timedelta(days=60)
        paid = Attempt.objects.filter(
            state=AttemptState.SUCCEEDED, donation__settled_at__gte=since, disputes=None
        ).exclude(account__state=AccountState.CLOSED)
        if count := paid.count():
            attempt = paid.order_by("pk")[self.chance.whole(0, count - 1)]
            outcome = self.chance.of({"dispute": 9, "late_failure": 1})
            self.stage.sandbox.switch(f"payments/{attempt.payment_id}", outcome=outcome)

    def _end_disputes(self) -> None:
        over = Dispute.objects.filter(
            state=DisputeState.OPEN, opened_at__lte=clock.now() - LASTS
        ).select_related("attempt")
        for dispute in over.order_by("pk"):
            if self.chance.happens(150):
                self._end(dispute)

    def _end(self, dispute: Dispute) -> None:
        ends = {"dispute_won": 4, "dispute_lost": 5, "dispute_withdrawn": 1}
        path = f"payments/{dispute.attempt.payment_id}"
        self.stage.sandbox.switch(path, outcome=self.chance.of(ends))

    def _pay_out(self, day: int) -> None:
        """Each week; now and then our bank sends a payout back."""
        for slug, payout in self.failing:
            self.stage.sandbox.switch(f"payouts/{slug}/{payout}", outcome="failed")
        self.failing = []
        if day % 7:
            return
        for account in ProcessorAccount.objects.exclude(state=AccountState.CLOSED).order_by("pk"):
            self._pay_out_of(account.slug)
        paid = self.stage.objects("payout")
        if paid and self.chance.happens(100):
            last = paid[-1]
            self.failing = [(last["account"], last["id"])]

    def _pay_out_of(self, slug: str) -> None:
        self.stage.sandbox.switch(f"payouts/{slug}", currency=settings.BROADSHEET.currency)

    def _close(self, day: int) -> None:
        """The first account drains from the eighth month on, and closes once nothing is open there."""
        closing = self.plan.closing
        if closing is None or day < closing:
            return
        account = ProcessorAccount.objects.earliest("pk")
        if day == closing:
            open_sandbox_account(slug=SECOND, by=BY)
            change_account(account=account, state=AccountState.DRAINING, by=BY)
            self.stage.diary.note("processors: the first one drains, a second one takes new gifts")
        if account.state == AccountState.CLOSED or day < closing + DRAINS:
            return
        if not self._has_ended(account):
            return
        try:
            change_account(account=account, state=AccountState.CLOSED, by=BY)
        except NotTaken:
            return
        self.stage.diary.note("processors: the first one closed")
        self.stage.diary.note("pledges: left at the closed processor", left_behind(account))

    def _has_ended(self, account: ProcessorAccount) -> bool:
        """Whether nothing is on its way at an account any more; what can be ended is, and the rest is paid out."""
        open_ = Dispute.objects.filter(state=DisputeState.OPEN, attempt__account=account)
        for dispute in open_.select_related("attempt"):
            self._end(dispute)
        now = int(clock.now().timestamp())
        slow = self._in_state("payment", "processing", now) + self._in_state(
            "refund", "pending", now
        )
        if open_ or any(body["account"] == account.slug for body in slow):
            return False
        self._pay_out_of(account.slug)
        self.stage.work()
        return True
