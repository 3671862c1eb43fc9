"""What happened in each month of a rehearsal, from the newsroom's own rows and the processor's, and from the diary."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from broadsheet.funding.choices import (
    AttemptState,
    DonationState,
    OccurrenceState,
    PledgeState,
    RefundSource,
)
from broadsheet.funding.models import (
    Attempt,
    Dispute,
    Occurrence,
    Payout,
    Pledge,
    PledgeMail,
    Refund,
)
from broadsheet.funding.rules.declining import decline_of
from broadsheet.kit import clock
from broadsheet.rehearsal.diary import Diary
from broadsheet.rehearsal.stage import Stage

Months = dict[str, Counter[str]]
"""Counts by their names, for each month such as `2026-03`; those of `money:` are minor units."""


def facts_by_month(stage: Stage, diary: Diary) -> Months:
    """Everything that is told of a rehearsal, months and names in their order."""
    months: Months = {name: Counter(counts) for name, counts in diary.months.items()}
    for tell in (_gifts, _pledges, _letters, _returns):
        for at, what, count in tell():
            months.setdefault(_month(at), Counter())[what] += count
    for payment in stage.objects("payment"):
        if payment["state"] == "failed" and not payment["session"]:
            at = dt.datetime.fromtimestamp(payment["created"], dt.UTC)
            kind = decline_of(payment["decline_code"]).label.lower()
            months.setdefault(_month(at), Counter())[f"charges refused: {kind}"] += 1
    return {name: Counter(dict(sorted(months[name].items()))) for name in sorted(months)}


Told = list[tuple[dt.datetime, str, int]]


def _gifts() -> Told:
    paid = Attempt.objects.filter(
        state=AttemptState.SUCCEEDED, is_extra=False, donation__state=DonationState.SETTLED
    )
    rows = paid.values_list(
        *("donation__settled_at", "donation__gift_minor", "donation__cover_minor"),
        *("charges", "donation__occurrence__pledge", "donation"),
    )
    by_period = Occurrence.objects.exclude(donation=None).order_by("-period")
    first = dict(by_period.values_list("pledge", "donation"))
    told: Told = []
    for at, gift, cover, charges, pledge, donation in rows:
        kind = "by themselves" if charges else "single"
        if pledge and not charges:
            kind = "first of a pledge" if first[pledge] == donation else "paid by a link"
        told += [(at, f"gifts: {kind}", 1), (at, "money: gifts", gift), (at, "money: cover", cover)]
    return told


def _pledges() -> Told:
    told: Told = [
        (at, "pledges: begun", 1)
        for at in Pledge.objects.exclude(state=PledgeState.PENDING).values_list(
            "created_at", flat=True
        )
    ]
    ended = Pledge.objects.values_list("ended_at", flat=True)
    told += [(at, "pledges: cancelled", 1) for at in ended if at]
    gone = Occurrence.objects.filter(state__in=[OccurrenceState.MISSED, OccurrenceState.SKIPPED])
    for due_on, state in gone.values_list("due_on", "state"):
        at = dt.datetime.combine(due_on, dt.time(12), clock.newsroom_zone())
        told.append((at, f"periods: {OccurrenceState(state).label.lower()}", 1))  # type: ignore[call-arg]
    return told


def _letters() -> Told:
    rows = PledgeMail.objects.all()
    return [(mail.made_at, f"letters: {mail.get_news_display().lower()}", 1) for mail in rows]


def _returns() -> Told:
    told: Told = []
    for refund in Refund.objects.select_related("attempt__donation"):
        share = "whole" if refund.minor == refund.attempt.captured_minor else "in part"
        where = " at the processor" if refund.source == RefundSource.PROCESSOR else ""
        state = refund.get_state_display().lower()
        told.append((refund.created_at, f"refunds {share}{where}: {state}", 1))
    for dispute in Dispute.objects.all():
        told.append((dispute.opened_at, f"disputes: {dispute.get_state_display().lower()}", 1))
    for payout in Payout.objects.all():
        told.append((payout.made_at, "payouts: sent back" if payout.failed else "payouts: made", 1))
    return told


def _month(at: dt.datetime) -> str:
    return f"{clock.day_of(at):%Y-%m}"
