"""Paying the next gift of a pledge ahead at a checkout, whose card then takes the place of the present one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from broadsheet.funding.actions.accounts import open_account
from broadsheet.funding.actions.altering import held_pledge
from broadsheet.funding.actions.giving import begin_attempt
from broadsheet.funding.actions.guarding import Asker
from broadsheet.funding.actions.pledging import next_gift
from broadsheet.funding.choices import OccurrenceState, PledgeState
from broadsheet.funding.errors import PledgeRefused
from broadsheet.funding.models import Donation, Occurrence, Pledge
from broadsheet.funding.rules.folding import OPEN
from broadsheet.kit import audit, clock


@transaction.atomic
def advance_gift(*, pledge: Pledge, asker: Asker, by: audit.Actor) -> Donation:
    """The next gift of a pledge, to be paid now: whoever calls `open_checkout` for it gets the same one again.

    Where nobody pays there it is taken on its day as ever, from the card that the pledge has then. Raises
    PledgeRefused while a gift is being taken, or where none comes by itself; what `admit` raises.
    """
    with held_pledge(pledge, (PledgeState.ACTIVE,)) as held:
        if held.held_at:
            raise PledgeRefused("Nothing is taken as long as the bank asks about a gift.")
        taking = held.occurrences.select_related("donation")
        occurrence = taking.filter(state=OccurrenceState.TAKING).first()
        if occurrence is None:
            return _begin(held, asker, by)
        gift = occurrence.donation
        if gift is None or gift.attempts.filter(state__in=OPEN).exclude(charges=None).exists():
            raise PledgeRefused("A gift is just being taken. Please try again in a moment.")
        return gift


def _begin(pledge: Pledge, asker: Asker, by: audit.Actor) -> Donation:
    now = clock.now()
    due = pledge.next_on or clock.day_of(now)
    occurrence = Occurrence(
        pledge=pledge,
        period=pledge.rhythm.period_of(due),
        due_on=due,
        state=OccurrenceState.TAKING,
        try_at=dt.datetime.combine(due, dt.time(), clock.newsroom_zone()),
    )
    occurrence.donation = next_gift(pledge, occurrence, now)
    occurrence.save()
    pledge.next_on = pledge.rhythm.next_due(due, occurrence.period)
    pledge.save(update_fields=["next_on"])
    attempt = begin_attempt(occurrence.donation, open_account(by=by), now, asker=asker)
    audit.record("pledge.advanced", pledge, by=by, occurrence=occurrence.pk, attempt=attempt.pk)
    return occurrence.donation
