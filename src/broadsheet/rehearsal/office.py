"""The staff of a rehearsal: they give gifts back, agree to what others propose, and decide about what came too late."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from broadsheet.funding.actions import (
    approve_refund,
    cancel_pledge,
    decline_refund,
    propose_refund,
    release_pledge,
)
from broadsheet.funding.choices import AccountState, DonationState, RefundState
from broadsheet.funding.errors import GatewayError, PledgeRefused, RefundRefused
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.models import Donation, Pledge, Refund
from broadsheet.funding.rules.currencies import processor_step
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from broadsheet.readers.models import User
from broadsheet.rehearsal.plan import Plan
from broadsheet.rehearsal.stage import Stage


class Office:
    """Two people who look after gifts."""

    def __init__(self, plan: Plan, stage: Stage) -> None:
        self.stage = stage
        self.chance = plan.chance("office")
        self.share = 60 + min(plan.supporters, 600)
        self.ann, self.bo = (
            User.objects.get_or_create(email=f"{name}@rehearsal.example")[0]
            for name in ("ann", "bo")
        )

    def live(self) -> bool:
        """What the staff do on a day; whether they did anything."""
        if self.stage.is_down:
            return False
        has_acted = self.chance.happens(self.share)
        if has_acted:
            self._give_back()
        for refund in Refund.objects.filter(state=RefundState.PROPOSED).order_by("pk"):
            agrees = self.chance.happens(800)
            (approve_refund if agrees else decline_refund)(refund=refund, by=self.bo)
            has_acted = True
        return self._look_at_held() or has_acted

    def _look_at_held(self) -> bool:
        """Ask those whose banks dispute a gift, sooner or later: some know it after all, some want to end it."""
        has_acted = False
        for pledge in Pledge.objects.filter(held_at__isnull=False).order_by("pk"):
            if not self.chance.happens(200):
                continue
            with suppress(PledgeRefused):
                if self.chance.happens(700):
                    release_pledge(pledge=pledge, by=self.ann)
                else:
                    cancel_pledge(pledge=pledge, reason="It was not them", by=self.ann)
                has_acted = True
        return has_acted

    def _give_back(self) -> None:
        """Give one gift back, wholly or in part; now and then at the processor's own pages."""
        lately = clock.now() - dt.timedelta(days=90)
        gifts = Donation.objects.filter(
            state=DonationState.SETTLED,
            settled_at__gte=lately,
            attempts__account__state__in=[AccountState.ACTIVE, AccountState.DRAINING],
        ).distinct()
        count = gifts.count()
        if not count:
            return
        donation = gifts.order_by("pk")[self.chance.whole(0, count - 1)]
        amount = None if self.chance.happens(500) else _half(donation.gross)
        if self.chance.happens(200):
            self._give_back_elsewhere(donation, amount or donation.gross)
            return
        with suppress(RefundRefused):
            propose_refund(donation=donation, amount=amount, reason="Rehearsed", by=self.ann)

    def _give_back_elsewhere(self, donation: Donation, amount: Money) -> None:
        paid = donation.attempts.filter(captured_minor__gt=0).select_related("account").first()
        if paid is None or paid.account.state == AccountState.CLOSED:
            return
        with suppress(GatewayError):
            # The reference of nobody: as somebody does at the processor's own pages.
            reference = f"elsewhere {donation.pk} {clock.now():%Y%m%d}"
            gateway_of(paid.account).refund(paid.payment_id, amount, reference)


def _half(amount: Money) -> Money:
    """Half of an amount, as processors count it; at least the least of it."""
    step = processor_step(amount.currency)
    return Money(max(amount.minor // 2 // step * step, step), amount.currency)
