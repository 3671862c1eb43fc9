"""What has to hold in a rehearsal, each as a sentence where it does not: in the books, at the processor, in letters."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from django.db.models import F

from broadsheet.funding import checks
from broadsheet.funding.choices import (
    AttemptState,
    DonationState,
    OccurrenceState,
    PledgeState,
    ReceiptState,
)
from broadsheet.funding.models import Attempt, Occurrence, Pledge, Receipt
from broadsheet.funding.models.pledges import RUNNING
from broadsheet.funding.queries import chain_breaks
from broadsheet.funding.rules.folding import OPEN
from broadsheet.kit import clock
from broadsheet.rehearsal.letters import letters
from broadsheet.rehearsal.stage import Stage


def always() -> Iterator[str]:
    """What is wrong though it has to hold at every moment."""
    for finding, _mend in (*checks.books(), *checks.gifts()):
        yield finding
    taking = Occurrence.objects.filter(state=OccurrenceState.TAKING)
    twice = [
        pledge
        for pledge, count in Counter(taking.values_list("pledge", flat=True)).items()
        if count > 1
    ]
    if twice:
        yield f"{len(twice)} pledges have two gifts on their way at a time"
    charged = Attempt.objects.exclude(charges=None).filter(
        donation__occurrence__pledge__state=PledgeState.CANCELED,
        submitted_at__gt=F("donation__occurrence__pledge__ended_at"),
    )
    for key in charged.values_list("donation__occurrence__pledge__key", flat=True).distinct():
        yield f"pledge {key} was charged after it was cancelled"
    yield from (f"two different letters have the name {name}" for name in letters.differing())


def in_the_end(stage: Stage) -> Iterator[str]:
    """What is wrong though all is quiet again."""
    yield from always()
    yield from chain_breaks()
    for finding, _mend in (*checks.waiting(), *checks.promises(), *checks.processors()):
        yield finding
    yield from _charges(stage)
    yield from _pledges()
    old = Attempt.objects.filter(state__in=OPEN, created_at__lt=clock.now() - dt.timedelta(days=2))
    if count := old.exclude(state=AttemptState.PROCESSING).count():
        yield f"of {count} attempts nobody knows what became"
    unsent = Receipt.objects.exclude(state__in=[ReceiptState.SENT, ReceiptState.BY_HAND])
    if count := unsent.count():
        yield f"{count} receipts were not sent"


def _charges(stage: Stage) -> Iterator[str]:
    """Nobody was charged without their doing twice for one gift, nor without our knowing."""
    paid = [each for each in stage.objects("payment") if each["state"] == "succeeded"]
    ours = dict(Attempt.objects.values_list("idempotency_key", "donation"))
    by_gift: Counter[int] = Counter()
    for payment in paid:
        if payment["reference"] not in ours:
            yield f"payment {payment['id']} is of nobody"
        elif not payment["session"]:
            by_gift[ours[payment["reference"]]] += 1
    for gift, count in by_gift.items():
        if count > 1:
            yield f"gift {gift} was charged {count} times"


def _pledges() -> Iterator[str]:
    for pledge in Pledge.objects.all():
        goes_on = pledge.state in (*RUNNING, PledgeState.PAUSED)
        if (pledge.next_on is not None) is not goes_on:
            yield f"pledge {pledge.key} is {pledge.state} and its next gift is on {pledge.next_on}"
    periods = Occurrence.objects.values_list("pledge__key", "period", "state", "donation__state")
    for key, period, state, gift in periods:
        if (state == OccurrenceState.PAID) is not (gift == DonationState.SETTLED):
            yield f"{period:%Y-%m} of pledge {key} is {state}, its gift says otherwise"
