"""What supporters and staff change about a pledge; each holds its row, so that a charge is before it or after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from broadsheet.funding.actions.giving import fee_schedule
from broadsheet.funding.actions.keeping import lapse_gift, let_go
from broadsheet.funding.actions.pledging import keep_consent
from broadsheet.funding.actions.telling import tell
from broadsheet.funding.choices import (
    AttemptState,
    OccurrenceState,
    PledgeNews,
    PledgeOwner,
    PledgeState,
)
from broadsheet.funding.errors import BadAmount, PledgeRefused
from broadsheet.funding.models import Attempt, Occurrence, Pledge, Supporter
from broadsheet.funding.models.pledges import RUNNING
from broadsheet.funding.queries import last_period, taking_account
from broadsheet.funding.rules.fees import cover_for
from broadsheet.funding.rules.folding import OPEN
from broadsheet.funding.rules.giving import problem_with
from broadsheet.funding.rules.promising import LONGEST_PAUSE, problem_with_date
from broadsheet.kit import audit, clock
from broadsheet.kit.money import Money

LIVING = (*RUNNING, PledgeState.PAUSED)


def pause_pledge(*, pledge: Pledge, until: dt.date, by: audit.Actor) -> None:
    """Take nothing before a day, up to a year away; a gift that could not be taken is let go.

    Raises PledgeRefused for a day that is not to come, or a pledge that takes nothing anyway.
    """
    today = clock.day_of(clock.now())
    if not today < until <= today + LONGEST_PAUSE:
        raise PledgeRefused("A pause ends on a day to come, within a year.")
    with held_pledge(pledge, LIVING) as held:
        _withdraw(held, OccurrenceState.SKIPPED)
        held.state, held.paused_until = PledgeState.PAUSED, until
        held.next_on = held.rhythm.next_due(until - dt.timedelta(days=1), last_period(held))
        held.save(update_fields=["state", "paused_until", "next_on"])
        audit.record("pledge.paused", held, by=by, until=until.isoformat())


def resume_pledge(*, pledge: Pledge, by: audit.Actor) -> None:
    """End a pause now. Raises PledgeRefused where there is none."""
    with held_pledge(pledge, (PledgeState.PAUSED,)) as held:
        held.state, held.paused_until = PledgeState.ACTIVE, None
        held.next_on = held.rhythm.next_due(clock.day_of(clock.now()), last_period(held))
        held.save(update_fields=["state", "paused_until", "next_on"])
        audit.record("pledge.resumed", held, by=by)


def release_pledge(*, pledge: Pledge, by: audit.Actor) -> None:
    """Let a pledge be charged again that was held for a dispute. Raises PledgeRefused where it is not.

    What became due meanwhile is taken as after downtime: once, and nothing that is late.
    """
    with held_pledge(pledge, (*LIVING, PledgeState.PENDING, PledgeState.LAPSED)) as held:
        if held.held_at is None:
            raise PledgeRefused("Nothing holds it.")
        held.held_at = None
        held.save(update_fields=["held_at"])
        audit.record("pledge.released", held, by=by)


def skip_gift(*, pledge: Pledge, by: audit.Actor) -> None:
    """Leave out one gift: the one that could not be taken yet, else the next. Raises PledgeRefused."""
    with held_pledge(pledge, LIVING) as held:
        if not _withdraw(held, OccurrenceState.SKIPPED):
            due = held.next_on or clock.day_of(clock.now())
            period = held.rhythm.period_of(due)
            Occurrence.objects.create(
                pledge=held, period=period, due_on=due, state=OccurrenceState.SKIPPED
            )
            held.next_on = held.rhythm.next_due(due, period)
        if held.state == PledgeState.PAST_DUE:
            held.state = PledgeState.ACTIVE
        held.save(update_fields=["state", "next_on"])
        audit.record("pledge.skipped", held, by=by)


def change_amount(
    *, pledge: Pledge, amount: Money, covers_fees: bool, code: str, by: audit.Actor
) -> None:
    """Give another amount from the next gift on; what was agreed to is kept anew, in the language it was read in.

    Raises BadAmount for one that cannot be taken, PledgeRefused for a pledge that has ended.
    """
    problem = problem_with(amount)
    if problem or amount.currency != pledge.currency:
        raise BadAmount(f"This amount cannot be taken ({problem.kind if problem else 'currency'}).")
    with held_pledge(pledge, LIVING) as held:
        account = held.method.account if held.method else taking_account()
        covered = account is not None and covers_fees
        schedule = fee_schedule(account, amount.currency) if account else None
        cover = cover_for(amount.minor, schedule, amount.currency) if covered and schedule else 0
        held.gift_minor, held.cover_minor = amount.minor, cover
        held.save(update_fields=["gift_minor", "cover_minor"])
        consent = keep_consent(held, code, clock.now())
        audit.record("pledge.amount_changed", held, by=by, minor=amount.minor, consent=consent.pk)
        tell(held, PledgeNews.CHANGED, f"changed.{consent.pk}")


def change_date(*, pledge: Pledge, next_on: dt.date, by: audit.Actor) -> None:
    """Take the next gift on a day, and those after it on the same day of the month or year.

    Raises PledgeRefused for a day that is past or too far, or in a period that has its gift.
    """
    with held_pledge(pledge, RUNNING) as held:
        today = clock.day_of(clock.now())
        rhythm = held.rhythm.beginning_on(next_on)
        problem = problem_with_date(rhythm, next_on, today, last_period(held))
        if problem:
            raise PledgeRefused(
                {
                    "past": "Please choose a day that is still to come.",
                    "taken": "There is a gift already in that month or year. Please choose a later day.",
                    "far": "Please choose an earlier day. To wait longer, pause instead.",
                }[problem]
            )
        held.anchor_day, held.anchor_month, held.next_on = rhythm.day, rhythm.month, next_on
        held.save(update_fields=["anchor_day", "anchor_month", "next_on"])
        audit.record("pledge.date_changed", held, by=by, next_on=next_on.isoformat())


def cancel_pledge(*, pledge: Pledge, reason: str, by: audit.Actor) -> None:
    """End a pledge for good. What was sent to the processor before cannot be called back: if it comes, that is an
    incident, and its refund is proposed. Raises PledgeRefused where it has ended already, or has not begun."""
    with held_pledge(pledge, (*LIVING, PledgeState.LAPSED)) as held:
        _cancel(held, " ".join(reason.split())[:300], by)
        tell(held, PledgeNews.CANCELED, "canceled")


def end_pledges(supporter: Supporter, by: audit.Actor) -> None:
    """End every pledge of somebody who is erased, those too that have not begun; nobody is told.

    In the caller's transaction. Raises PledgeRefused where a processor decides when one is charged.
    """
    rows = Pledge.objects.filter(supporter=supporter).exclude(state=PledgeState.CANCELED)
    for pledge in rows.order_by("pk"):
        with held_pledge(pledge, tuple(PledgeState)) as held:
            _cancel(held, "", by)


def _cancel(held: Pledge, reason: str, by: audit.Actor) -> None:
    """End the pledge whose row is held."""
    held.state, held.next_on, held.paused_until = PledgeState.CANCELED, None, None
    held.reason, held.ended_at = reason, clock.now()
    held.save(update_fields=["state", "next_on", "paused_until", "reason", "ended_at"])
    _withdraw(held, OccurrenceState.MISSED)
    at_checkout = Attempt.objects.filter(donation__occurrence__pledge=held, state__in=OPEN)
    at_checkout.update(look_at=clock.now())
    audit.record("pledge.canceled", held, by=by)


@contextmanager
def held_pledge(pledge: Pledge, states: tuple[PledgeState, ...]) -> Iterator[Pledge]:
    """The pledge as it is, its row held to the end of the block.

    Raises PledgeRefused in another state than these, or where a processor decides when it is charged.
    """
    with transaction.atomic():
        held = Pledge.objects.select_for_update(of=("self",)).get(pk=pledge.pk)
        if held.state not in states or held.owner != PledgeOwner.APP:
            raise PledgeRefused("This cannot be done any more as things are now.")
        yield held


def _withdraw(pledge: Pledge, state: OccurrenceState) -> bool:
    """Let the gift go that is being taken, unless a charge was sent and nobody knows its end; whether there was one."""
    occurrence = pledge.occurrences.filter(state=OccurrenceState.TAKING).first()
    if occurrence is None:
        return False
    open_ = Attempt.objects.select_for_update().filter(
        donation=occurrence.donation_id, state__in=OPEN
    )
    attempt = open_.first()
    if attempt is not None and attempt.charges_id and attempt.state != AttemptState.CREATED:
        return False
    if attempt is not None and attempt.state == AttemptState.CREATED:
        attempt.state = AttemptState.CANCELED
        attempt.save(update_fields=["state"])
    if occurrence.donation is not None:
        lapse_gift(occurrence.donation)
    let_go(occurrence, state)
    return True
