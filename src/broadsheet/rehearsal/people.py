"""Supporters of a rehearsal: they give, go on by links, change their minds; each through the actions of the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings

from broadsheet.funding.actions import (
    Gift,
    begin_donation,
    cancel_pledge,
    change_amount,
    change_date,
    open_checkout,
    pause_pledge,
    resume_pledge,
    skip_gift,
)
from broadsheet.funding.choices import Cadence, PledgeState
from broadsheet.funding.errors import FundingError, PledgeRefused
from broadsheet.funding.models import Donation, Pledge
from broadsheet.funding.queries import gifts_to_choose, unpaid_gift
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from broadsheet.rehearsal.plan import Plan
from broadsheet.rehearsal.stage import Stage

BY = "supporter"

CADENCES = {Cadence.MONTHLY: 60, Cadence.YEARLY: 10, Cadence.ONCE: 30}

AT_CHECKOUT = {
    "pay": 760,
    "decline pay": 70,
    "decline": 25,
    "authenticate confirm": 70,
    "authenticate fail pay": 20,
    "delay": 30,
    "abandon": 25,
}
"""What somebody does at a checkout: the buttons they press, and how often it goes so."""

TOLD = {
    "decline": "the card was declined",
    "confirm": "confirmed by 3-D Secure",
    "fail": "3-D Secure refused",
    "delay": "paid by a slow debit",
    "abandon": "left without paying",
}

CHANGES = {"pause": 3, "skip": 3, "amount": 4, "date": 3, "resume": 6, "cancel": 4}

WAITING = {PledgeState.PAST_DUE.value: 90, PledgeState.LAPSED.value: 15}
"""Of a thousand whose gift waits, how many pay by the link on a day."""

MINDS = 3
"""Of a thousand pledges, how many are changed on a day."""


class People:
    """All supporters; who begins on which day is known from the start."""

    def __init__(self, plan: Plan, stage: Stage) -> None:
        self.stage = stage
        self.chance = plan.chance("people")
        first = min(28, plan.days)
        days = [
            self.chance.whole(0, first - 1 if number % 5 < 2 else plan.days - 1)
            for number in range(plan.supporters)
        ]
        self.coming = sorted((day, number) for number, day in enumerate(days))
        self.amounts = self._amounts()

    def live(self, day: int) -> bool:
        """What supporters do on a day; whether they did anything."""
        coming = [number for begins, number in self.coming if begins <= day]
        self.coming = self.coming[len(coming) :]
        for number in coming:
            self._give(number, day)
        has_acted = bool(coming)
        for pk, state in self._living():
            share = WAITING.get(state, MINDS)
            if self.chance.happens(share):
                pledge = Pledge.objects.select_related("supporter").get(pk=pk)
                self._pay_by_link(pledge) if state in WAITING else self._change(pledge)
                has_acted = True
        return has_acted

    def _amounts(self) -> list[Money]:
        """Amounts that are suggested, and one above what one person of the staff may give back alone."""
        offered = list(gifts_to_choose(settings.BROADSHEET.currency))
        return [*offered, Money(offered[-1].minor * 2, offered[-1].currency)]

    def _living(self) -> list[tuple[int, str]]:
        rows = Pledge.objects.exclude(state__in=[PledgeState.PENDING, PledgeState.CANCELED])
        return list(rows.order_by("pk").values_list("pk", "state"))

    def _give(self, number: int, day: int) -> None:
        """Somebody begins; whom a fault of ours or the processor's sends away comes again on the next day."""
        chance, codes = self.chance, settings.BROADSHEET.languages
        gift = Gift(
            amount=self.amounts[chance.whole(0, len(self.amounts) - 1)],
            email=f"supporter-{number}@rehearsal.example",
            name=f"Supporter {number}",
            is_anonymous=chance.happens(500),
            language=codes[chance.whole(0, len(codes) - 1)],
            covers_fees=chance.happens(400),
            cadence=Cadence(chance.of({each.value: share for each, share in CADENCES.items()})),  # type: ignore[call-arg]
        )
        nonce = f"rehearsal {number} {day}"
        was_here = self._at_checkout(lambda: begin_donation(gift=gift, nonce=nonce, by=BY))
        if not was_here:
            self.coming.append((day + 1, number))
            self.coming.sort()

    def _pay_by_link(self, pledge: Pledge) -> None:
        donation = unpaid_gift(pledge)
        if donation is not None:
            self._at_checkout(lambda: donation)

    def _at_checkout(self, begin: Callable[[], Donation]) -> bool:
        """Begin, be led to the checkout, and do something there; false where somebody was not led there."""
        if self.stage.is_down:
            return False
        note, url = self.stage.diary.note, ""
        with self.stage.crashes.perhaps(lambda where: note(f"crashes: {where}")):
            try:
                attempt = open_checkout(donation=begin(), by=BY)
                url = attempt.checkout_url
            except FundingError:
                note("checkouts: could not be opened")
        if not url:
            return False
        for button in self.chance.of(AT_CHECKOUT).split():
            if button in TOLD:
                note(f"checkouts: {TOLD[button]}")
            self.stage.sandbox.press(attempt.checkout_id, button)
        return True

    def _change(self, pledge: Pledge) -> None:
        """Somebody changes their mind, as far as that can be done now."""
        if self.stage.is_down:
            return
        what = self.chance.of(CHANGES)
        day = clock.day_of(clock.now()) + dt.timedelta(days=self.chance.whole(1, 60))
        amount = self.amounts[self.chance.whole(0, len(self.amounts) - 1)]
        works: dict[str, Callable[[], None]] = {
            "pause": lambda: pause_pledge(pledge=pledge, until=day, by=BY),
            "skip": lambda: skip_gift(pledge=pledge, by=BY),
            "amount": lambda: change_amount(
                pledge=pledge, amount=amount, covers_fees=True, code=pledge.language, by=BY
            ),
            "date": lambda: change_date(pledge=pledge, next_on=day, by=BY),
            "resume": lambda: resume_pledge(pledge=pledge, by=BY),
            "cancel": lambda: cancel_pledge(pledge=pledge, reason="Rehearsed", by=BY),
        }
        with self.stage.crashes.perhaps(lambda where: self.stage.diary.note(f"crashes: {where}")):
            try:
                works[what]()
            except PledgeRefused:
                return
            self.stage.diary.note(f"changes: {what}")
