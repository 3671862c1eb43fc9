"""Taking what pledges promised: many are planned in a transaction, each is taken outside any."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from broadsheet.funding.actions.accounts import open_account
from broadsheet.funding.actions.checkout import KEY_LIFE, UNOPENED, order_of
from broadsheet.funding.actions.giving import begin_attempt
from broadsheet.funding.actions.keeping import (
    lapse_pledge,
    let_go,
    refuse,
    refuse_charge,
)
from broadsheet.funding.actions.pledging import next_gift
from broadsheet.funding.actions.resolving import resolve_attempt
from broadsheet.funding.actions.settling import settle_donation
from broadsheet.funding.choices import (
    AccountState,
    AttemptState,
    Decline,
    DonationState,
    OccurrenceState,
    PledgeState,
)
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Gateway, Instrument
from broadsheet.funding.models import Attempt, Donation, Occurrence, PaymentMethod, Pledge
from broadsheet.funding.models.pledges import RUNNING
from broadsheet.funding.rules.folding import OPEN
from broadsheet.funding.rules.giving import pause_before_try
from broadsheet.funding.rules.promising import LATEST, Plan, plan
from broadsheet.kit import audit, clock

TOGETHER = 500
"""How many pledges are planned in one transaction."""


def plan_renewals(*, by: audit.Actor) -> int:
    """Make the occurrences of at most TOGETHER pledges whose day has come, and note their next days; return how many.

    However long nobody planned, a pledge has one gift to take at most (`rules.promising.plan`). Where one is still
    being taken, or waits for its supporter, none begins beside it. Two that plan at once plan different ones.
    """
    now = clock.now()
    today = clock.day_of(now)
    with transaction.atomic():
        due = Pledge.objects.select_for_update(skip_locked=True).filter(
            state__in=RUNNING, next_on__lte=today, held_at=None
        )
        pledges = list(due.order_by("next_on", "pk")[:TOGETHER])
        taking = Occurrence.objects.filter(pledge__in=pledges, state=OccurrenceState.TAKING)
        busy = set(taking.values_list("pledge_id", flat=True))
        made: list[Occurrence] = []
        following: dict[dt.date, list[int]] = {}
        for pledge in pledges:
            planned = plan(pledge.rhythm, pledge.next_on or today, today)
            made += _occurrences(pledge, planned, now, is_busy=pledge.pk in busy)
            following.setdefault(planned.following, []).append(pledge.pk)
        Occurrence.objects.bulk_create(made)
        # Many share their next day, and a statement for each day is far less work than one with a case for each row.
        for day, keys in following.items():
            Pledge.objects.filter(pk__in=keys).update(next_on=day)
        if pledges:
            counts = {"pledges": len(pledges), "occurrences": len(made)}
            audit.record("pledges.planned", "funding.pledge", by=by, **counts)
    return len(pledges)


def charge_occurrence(
    *, occurrence: Occurrence, by: audit.Actor, gateway: Gateway | None = None
) -> None:
    """Take the gift of an occurrence whose time has come, or find out what became of it.

    A key that was sent is looked up before it is sent again, as it was. Raises GatewayError; what is in doubt then
    is `unknown`, and the occurrence is looked at again later, whatever happens here.
    """
    if not _claim(occurrence):
        return
    attempt = _attempt_to_charge(occurrence, by)
    if attempt is None or attempt.charges is None:
        return
    instrument = Instrument(attempt.charges.customer, attempt.charges.method)
    gateway = gateway or gateway_of(attempt.account)
    if attempt.submitted_at:
        attempt = resolve_attempt(attempt=attempt, by=by, gateway=gateway)
    if attempt.state not in UNOPENED or attempt.checkout_id or not _mark_sent(occurrence, attempt):
        return
    order = order_of(attempt.donation, attempt)
    try:
        charge = gateway.charge(order, instrument, attempt.idempotency_key)
    except GatewayError as error:
        _note_failure(attempt, error, by)
        raise
    settle_donation(attempt=attempt, checkout=charge, by=by)


def wake_pledge(*, pledge: Pledge, by: audit.Actor) -> None:
    """Let a pledge go on whose pause is over."""
    with transaction.atomic():
        rows = Pledge.objects.filter(
            pk=pledge.pk, state=PledgeState.PAUSED, paused_until__lte=clock.day_of(clock.now())
        )
        if rows.update(state=PledgeState.ACTIVE, paused_until=None):
            audit.record("pledge.woken", pledge, by=by)


def end_waiting(*, occurrence: Occurrence, by: audit.Actor) -> None:
    """Let a pledge lapse whose supporter was waited for long enough."""
    with transaction.atomic():
        pledge = Pledge.objects.select_for_update().get(pk=occurrence.pledge_id)
        occurrence = Occurrence.objects.get(pk=occurrence.pk)
        is_over = occurrence.ends_at is not None and occurrence.ends_at <= clock.now()
        if occurrence.state == OccurrenceState.TAKING and is_over:
            lapse_pledge(pledge, occurrence, by)


def _occurrences(
    pledge: Pledge, planned: Plan, now: dt.datetime, *, is_busy: bool
) -> list[Occurrence]:
    """The periods that passed: those that are let go, and the one that is taken."""
    take = None if is_busy else planned.take
    gone = [*planned.missed, *([planned.take] if planned.take and is_busy else [])]
    period_of = pledge.rhythm.period_of
    made = [
        Occurrence(pledge=pledge, period=period_of(day), due_on=day, state=OccurrenceState.MISSED)
        for day in gone
    ]
    if take:
        taking = OccurrenceState.TAKING
        made.append(
            Occurrence(pledge=pledge, period=period_of(take), due_on=take, state=taking, try_at=now)
        )
    return made


def _claim(occurrence: Occurrence) -> bool:
    """Take an occurrence for this worker; should it die, another looks at it again after a while."""
    now = clock.now()
    gift = occurrence.donation_id
    tries = Attempt.objects.filter(donation=gift).count() if gift else 0
    rows = Occurrence.objects.filter(
        pk=occurrence.pk, state=OccurrenceState.TAKING, try_at__lte=now
    )
    return bool(rows.update(try_at=now + pause_before_try(tries + 5)))


def _attempt_to_charge(occurrence: Occurrence, by: audit.Actor) -> Attempt | None:
    """The open attempt of an occurrence's gift; a new one, with the gift if need be, where it is still to be taken."""
    with transaction.atomic():
        # Without joins: whoever waits for the row is told no method by one if it moves meanwhile.
        pledge = Pledge.objects.select_for_update().get(pk=occurrence.pledge_id)
        occurrence = Occurrence.objects.get(pk=occurrence.pk)
        if occurrence.state != OccurrenceState.TAKING:
            return None
        occurrence.pledge = pledge
        if occurrence.donation_id and (latest := _open_attempt(occurrence.donation_id)):
            return latest
        now = clock.now()
        is_late = clock.day_of(now) - occurrence.due_on > LATEST and not occurrence.declines
        if pledge.held_at and not is_late:
            return None
        if pledge.state not in RUNNING or is_late:
            let_go(occurrence, OccurrenceState.MISSED)
            audit.record("pledge.let_go", pledge, by=by, occurrence=occurrence.pk)
            return None
        donation = _gift_of(pledge, occurrence, now)
        method = _usable(pledge)
        account = method.account if method else open_account(by=by)
        attempt = begin_attempt(donation, account, now, charges=method)
        audit.record("attempt.begun", donation, by=by, attempt=attempt.pk)
        if method is None:
            refuse(occurrence, Decline.CARD, by)
        return attempt


def _open_attempt(gift: int) -> Attempt | None:
    found = Attempt.objects.select_related("account", "donation", "charges")
    return found.filter(donation=gift, state__in=OPEN).first()


def _gift_of(pledge: Pledge, occurrence: Occurrence, now: dt.datetime) -> Donation:
    """The gift of an occurrence, pending; its row is held, so that nobody begins another attempt beside ours."""
    if occurrence.donation is None or _is_outdated(pledge, occurrence.donation):
        occurrence.donation = next_gift(pledge, occurrence, now)
        occurrence.save(update_fields=["donation"])
        return occurrence.donation
    donation = Donation.objects.select_for_update().get(pk=occurrence.donation.pk)
    Donation.objects.filter(pk=donation.pk, state=DonationState.LAPSED).update(
        state=DonationState.PENDING
    )
    return donation


def _is_outdated(pledge: Pledge, donation: Donation) -> bool:
    """Whether a gift was to be paid ahead, nobody paid it, and the amount has been changed since."""
    is_charged = donation.attempts.exclude(charges=None).exists()
    return donation.gross != pledge.gross and not is_charged


def _usable(pledge: Pledge) -> PaymentMethod | None:
    """What a pledge is taken from, None where that cannot be."""
    if pledge.method_id is None:
        return None
    method = PaymentMethod.objects.select_related("account").get(pk=pledge.method_id)
    return None if method.account.state == AccountState.CLOSED else method


def _mark_sent(occurrence: Occurrence, attempt: Attempt) -> bool:
    """Note that the key is sent now; false where it must not be: cancelled, paused or held meanwhile, ended, too old.

    Whoever stops a pledge holds the same row: before this mark, and nothing is sent, or after it.
    """
    now = clock.now()
    with transaction.atomic():
        held = Pledge.objects.select_for_update().only("state", "held_at")
        pledge = held.get(pk=occurrence.pledge_id)
        taking = Occurrence.objects.filter(pk=occurrence.pk, state=OccurrenceState.TAKING)
        if pledge.state not in RUNNING or pledge.held_at or not taking.exists():
            return False
        is_young = Q(submitted_at=None) | Q(submitted_at__gte=now - KEY_LIFE)
        rows = Attempt.objects.filter(is_young, pk=attempt.pk, state__in=UNOPENED)
        sent = Coalesce(F("submitted_at"), now)
        return bool(rows.update(state=AttemptState.SUBMITTED, submitted_at=sent, error=""))


def _note_failure(attempt: Attempt, error: GatewayError, by: audit.Actor) -> None:
    """Keep what an error means: refused, perhaps done, or certainly not done."""
    if error.permanent:
        refuse_charge(attempt, str(error), by)
        return
    rows = Attempt.objects.filter(pk=attempt.pk, state=AttemptState.SUBMITTED)
    if error.ambiguous or attempt.submitted_at:
        rows.update(state=AttemptState.UNKNOWN, error=str(error)[:300])
    else:
        rows.update(state=AttemptState.CREATED, submitted_at=None, error=str(error)[:300])
