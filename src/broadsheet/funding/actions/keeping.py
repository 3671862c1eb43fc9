"""What follows for a pledge when one of its gifts came or was refused, in the transaction that settles it."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction

from broadsheet.funding.actions.returning import propose_return
from broadsheet.funding.actions.telling import tell
from broadsheet.funding.choices import (
    AttemptState,
    Decline,
    DonationState,
    OccurrenceState,
    PledgeNews,
    PledgeState,
)
from broadsheet.funding.gateways.protocol import Instrument, Payment
from broadsheet.funding.models import (
    Attempt,
    Donation,
    Incident,
    Occurrence,
    PaymentMethod,
    Pledge,
    ProcessorAccount,
)
from broadsheet.funding.models.pledges import RUNNING
from broadsheet.funding.queries import last_period
from broadsheet.funding.rules.declining import decline_of, next_step
from broadsheet.funding.rules.promising import SPACING
from broadsheet.kit import audit, clock

logger = logging.getLogger(__name__)

LATE = dt.timedelta(days=1)
"""After so long a gift came late, and its supporter is told."""


def hold_occurrence_of(donation: Donation) -> Occurrence | None:
    """What a gift of a pledge is made for, and the pledge with its row held: it is taken before the attempt's."""
    pledges = Pledge.objects.select_for_update(of=("self",)).filter(occurrences__donation=donation)
    if pledges.only("pk").first() is None:
        return None
    return Occurrence.objects.select_related("pledge").get(donation=donation)


def gift_came(
    attempt: Attempt, occurrence: Occurrence, payment: Payment, at: dt.datetime, by: audit.Actor
) -> None:
    """Keep what a first payment of a gift means for its pledge, whose row the caller holds."""
    pledge = occurrence.pledge
    occurrence.state, occurrence.try_at, occurrence.ends_at = OccurrenceState.PAID, None, None
    occurrence.save(update_fields=["state", "try_at", "ends_at"])
    if payment.instrument and not attempt.charges_id and pledge.state != PledgeState.CANCELED:
        pledge.method = keep_method(attempt.account, payment.instrument)
    if pledge.state == PledgeState.CANCELED:
        _open_incident(pledge, attempt, by)
    elif pledge.state == PledgeState.PENDING:
        _activate(pledge, occurrence, clock.day_of(at), by)
    elif pledge.state in (PledgeState.PAST_DUE, PledgeState.LAPSED):
        if pledge.state == PledgeState.LAPSED:
            behind = clock.day_of(at) + SPACING
            pledge.next_on = pledge.rhythm.next_due(behind, last_period(pledge))
        pledge.state = PledgeState.ACTIVE
        audit.record("pledge.recovered", pledge, by=by, occurrence=occurrence.pk)
    pledge.save(update_fields=["state", "method", "next_on", "anchor_day", "anchor_month"])
    came_late = clock.day_of(at) - occurrence.due_on > LATE
    if came_late and attempt.charges_id and not occurrence.declines:
        tell(pledge, PledgeNews.LATE, f"late.{occurrence.pk}", due_on=occurrence.due_on.isoformat())


def charge_ended(
    attempt: Attempt, occurrence: Occurrence, payment: Payment | None, by: audit.Actor
) -> None:
    """Keep what the end of an attempt without money means for its pledge, whose row the caller holds.

    A checkout that its supporter left ends nothing; a charge was refused.
    """
    if not attempt.charges_id:
        return
    asks = payment is not None and payment.state == "requires_action"
    code = payment.decline if payment else ""
    refuse(occurrence, Decline.AUTHENTICATION if asks else decline_of(code), by)


def refuse(occurrence: Occurrence, kind: Decline, by: audit.Actor) -> None:
    """Note that a gift could not be taken, and what is done next. The caller holds the pledge's row."""
    pledge, now = occurrence.pledge, clock.now()
    occurrence.declines += 1
    occurrence.decline = kind
    occurrence.first_declined_at = occurrence.first_declined_at or now
    step = next_step(kind, occurrence.first_declined_at, now)
    occurrence.try_at, occurrence.ends_at = step.retry_at, step.ends_at
    audit.record("pledge.declined", pledge, by=by, occurrence=occurrence.pk, kind=kind)
    if pledge.state not in RUNNING:
        let_go(occurrence, OccurrenceState.MISSED)
        return
    occurrence.save()
    if step.lapses:
        lapse_pledge(pledge, occurrence, by)
        return
    Pledge.objects.filter(pk=pledge.pk).update(state=PledgeState.PAST_DUE)
    if step.ends_at:
        tell(pledge, PledgeNews.LINK, f"link.{occurrence.pk}", kind=kind)
    elif occurrence.declines == 1:
        retry_on = clock.day_of(step.retry_at or now).isoformat()
        tell(pledge, PledgeNews.DECLINED, f"declined.{occurrence.pk}", retry_on=retry_on)


def refuse_charge(attempt: Attempt, why: str, by: audit.Actor) -> None:
    """End a charge that the processor refuses to try at all: what it would be taken from is of no use."""
    with transaction.atomic():
        occurrence = hold_occurrence_of(attempt.donation)
        rows = Attempt.objects.filter(pk=attempt.pk, state=AttemptState.SUBMITTED)
        if occurrence and rows.update(state=AttemptState.FAILED, error=why[:300]):
            lapse_gift(attempt.donation)
            refuse(occurrence, Decline.CARD, by)


def lapse_pledge(pledge: Pledge, occurrence: Occurrence, by: audit.Actor) -> None:
    """Ask no more: the supporter can go on by the link. The caller holds the pledge's row."""
    let_go(occurrence, OccurrenceState.MISSED)
    Pledge.objects.filter(pk=pledge.pk).update(
        state=PledgeState.LAPSED, next_on=None, paused_until=None
    )
    audit.record("pledge.lapsed", pledge, by=by, occurrence=occurrence.pk)
    tell(pledge, PledgeNews.LAPSED, f"lapsed.{occurrence.pk}")


def let_go(occurrence: Occurrence, state: OccurrenceState) -> None:
    """Do nothing more about an occurrence."""
    occurrence.state, occurrence.try_at, occurrence.ends_at = state, None, None
    occurrence.save()


def lapse_gift(donation: Donation) -> None:
    """Let a gift be over that nobody paid."""
    pending = Donation.objects.filter(pk=donation.pk, state=DonationState.PENDING)
    pending.update(state=DonationState.LAPSED)


def hold_disputed(donation: Donation, by: audit.Actor) -> None:
    """Charge nothing more of the pledge that a gift is of, if any, whose bank disputes it. Its row is held."""
    rows = Pledge.objects.filter(occurrences__donation=donation, held_at=None)
    for pledge in rows.exclude(state=PledgeState.CANCELED):
        Pledge.objects.filter(pk=pledge.pk).update(held_at=clock.now())
        audit.record("pledge.held", pledge, by=by, donation=donation.pk)


def keep_method(account: ProcessorAccount, instrument: Instrument) -> PaymentMethod:
    """Our row of what may be charged later."""
    kept, _is_new = PaymentMethod.objects.update_or_create(
        account=account,
        customer=instrument.customer,
        method=instrument.method,
        defaults={"label": instrument.label[:60], "expires_on": instrument.expires_on},
        create_defaults={
            "label": instrument.label[:60],
            "expires_on": instrument.expires_on,
            "kept_at": clock.now(),
        },
    )
    return kept


def _activate(pledge: Pledge, occurrence: Occurrence, day: dt.date, by: audit.Actor) -> None:
    """Begin: the day on which the first gift arrived is the anchor of all that follow."""
    rhythm = pledge.rhythm.beginning_on(day)
    pledge.anchor_day, pledge.anchor_month = rhythm.day, rhythm.month
    occurrence.period, occurrence.due_on = rhythm.period_of(day), day
    occurrence.save(update_fields=["period", "due_on"])
    pledge.state = PledgeState.ACTIVE
    pledge.next_on = rhythm.next_due(day, occurrence.period)
    audit.record("pledge.begun", pledge, by=by, cadence=pledge.cadence)
    agreed = pledge.consents.latest("pk").text
    tell(pledge, PledgeNews.BEGUN, "begun", next_on=pledge.next_on.isoformat(), agreed=agreed)


def _open_incident(pledge: Pledge, attempt: Attempt, by: audit.Actor) -> None:
    """Money came for what was cancelled: a person decides whether it goes back, which is proposed."""
    refund = propose_return(attempt, "It came after the pledge was cancelled", by)
    incident = Incident.objects.create(
        pledge=pledge, donation=attempt.donation, refund=refund, opened_at=clock.now()
    )
    logger.error("Pledge %s was cancelled and money came.", pledge.pk)
    audit.record("pledge.paid_after_end", pledge, by=by, incident=incident.pk)
