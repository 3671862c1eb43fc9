"""What the course of gifts (`test_state_machine`) can do with pledges, and what is true of them all along."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from typing import Any

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from broadsheet.funding import tasks
from broadsheet.funding.actions import (
    cancel_pledge,
    change_amount,
    change_date,
    open_checkout,
    pause_pledge,
    resume_pledge,
    skip_gift,
    tell_what_comes,
)
from broadsheet.funding.choices import Cadence
from broadsheet.funding.errors import GatewayError, PledgeRefused
from broadsheet.funding.models import Attempt, Donation, Pledge
from broadsheet.funding.queries import unpaid_gift
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from stage import Stage

CARDS = ("pay", "delay", "insufficient_funds", "authentication_required", "stolen_card")


class PledgeMoves:
    """Up to two pledges beside the gifts of the machine that this is mixed into."""

    stage: Stage
    clock: time_machine.Coordinates
    donations: list[Donation]

    @precondition(lambda self: Pledge.objects.count() < 2)
    @rule(cadence=st.sampled_from([Cadence.MONTHLY, Cadence.MONTHLY, Cadence.YEARLY]))
    def promise(self, cadence: Cadence) -> None:
        """Begin a pledge and pay its first gift, as far as the processor is there."""
        email = f"p{Pledge.objects.count()}@example.org"
        donation = self.stage.begin(1500, email=email, cadence=cadence)
        self.donations.append(donation)
        with contextlib.suppress(GatewayError):
            self._pay(donation)

    @rule()
    def renew(self) -> None:
        tasks.look_at_pledges()
        tell_what_comes()
        tasks.take_gifts()

    @precondition(lambda self: Pledge.objects.exists())
    @rule(days=st.sampled_from([1, 3, 8, 28, 45, 100]))
    def days_of_downtime(self, days: int) -> None:
        self.clock.shift(dt.timedelta(days=days))

    @precondition(lambda self: Pledge.objects.exclude(method=None).exists())
    @rule(outcome=st.sampled_from(CARDS))
    def switch_cards(self, outcome: str) -> None:
        for pledge in Pledge.objects.exclude(method=None).select_related("method"):
            assert pledge.method
            self.stage.switch(f"methods/{pledge.method.method}", outcome=outcome)

    @precondition(lambda self: Pledge.objects.exists())
    @rule(
        data=st.data(), what=st.sampled_from("pause pause skip amount date resume cancel".split())
    )
    def change(self, data: st.DataObject, what: str) -> None:
        pledge = data.draw(st.sampled_from(list(Pledge.objects.order_by("pk"))))
        day = clock.day_of(clock.now()) + dt.timedelta(days=data.draw(st.sampled_from([1, 20, 50])))
        with contextlib.suppress(PledgeRefused):
            if what == "pause":
                pause_pledge(pledge=pledge, until=day, by="supporter")
            elif what == "skip":
                skip_gift(pledge=pledge, by="supporter")
            elif what == "amount":
                minor = pledge.gift_minor + 100
                change_amount(
                    pledge=pledge, amount=Money(minor, "USD"), covers_fees=True, code="en", by="s"
                )
            elif what == "date":
                change_date(pledge=pledge, next_on=day, by="supporter")
            elif what == "resume":
                resume_pledge(pledge=pledge, by="supporter")
            else:
                cancel_pledge(pledge=pledge, reason="", by="supporter")

    @precondition(lambda self: Pledge.objects.filter(state__in=["past_due", "lapsed"]).exists())
    @rule()
    def pay_by_link(self) -> None:
        for pledge in Pledge.objects.filter(state__in=["past_due", "lapsed"]):
            donation = unpaid_gift(pledge)
            if donation:
                with contextlib.suppress(GatewayError):
                    self._pay(donation)

    @rule()
    def clear_slow_charges(self) -> None:
        for payment in self._charges():
            if payment["state"] == "processing":
                self.stage.switch(f"charges/{payment['id']}", outcome="clear")

    # What is true -------------------------------------------------------------------------------

    @invariant()
    def nobody_is_charged_twice_for_a_period_or_after_the_end(self) -> None:
        if not hasattr(self, "stage"):
            return
        keys = [each["reference"] for each in self._charges() if each["state"] == "succeeded"]
        gifts = Attempt.objects.filter(idempotency_key__in=keys)
        counted = Counter(gifts.values_list("donation", flat=True))
        assert len(gifts) == len(keys), "a charge that nobody knows"
        assert [gift for gift, count in counted.items() if count > 1] == []
        for pledge in Pledge.objects.filter(state="canceled"):
            sent = Attempt.objects.filter(
                donation__occurrence__pledge=pledge, submitted_at__gt=pledge.ended_at
            )
            assert not sent.exclude(charges=None).exists(), "sent after it was cancelled"
        taking = Counter(
            Pledge.objects.filter(occurrences__state="taking").values_list("pk", flat=True)
        )
        assert max(taking.values(), default=0) <= 1, "two gifts of one pledge at a time"

    def pledges_are_true(self) -> None:
        """What holds when all is quiet: a period is paid if its gift came, and what goes on has its next day."""
        for pledge in Pledge.objects.all():
            for each in pledge.occurrences.select_related("donation"):
                is_settled = each.donation is not None and each.donation.state == "settled"
                assert (each.state == "paid") is is_settled, (each, each.state)
            assert (pledge.next_on is not None) is (
                pledge.state in ("active", "past_due", "paused")
            )
            if pledge.state == "active":
                assert pledge.method is not None

    def _charges(self) -> list[dict[str, Any]]:
        rows = self.stage.sandbox.store.rows("SELECT id FROM object WHERE type = 'payment'")
        found = [self.stage.sandbox.store.get(row["id"], "payment") for row in rows]
        return [body for body in found if body and not body["session"]]

    def _pay(self, donation: Donation) -> None:
        attempt = open_checkout(donation=donation, by="supporter")
        if attempt.checkout_url:
            self.stage.web.post(f"/checkout/{attempt.checkout_id}/", data={"outcome": "pay"})
