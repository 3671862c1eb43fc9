"""Questions about pledges asked more than once."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from broadsheet.funding.choices import (
    Cadence,
    DonationState,
    OccurrenceState,
    PledgeNews,
    PledgeState,
)
from broadsheet.funding.models import Donation, Occurrence, Pledge, PledgeMail
from broadsheet.funding.rules.declining import REMINDER
from broadsheet.funding.rules.promising import NOTICE, QUIET
from broadsheet.kit import clock

WAITING = (PledgeState.PAST_DUE, PledgeState.LAPSED)
GOING_ON = (PledgeState.ACTIVE, PledgeState.PAUSED)
"""States in which a next gift comes by itself."""


def pledge_of(donation: Donation) -> Pledge | None:
    """The pledge that a gift was made for, None for a single gift."""
    return Pledge.objects.filter(occurrences__donation=donation).first()


def is_of_pledge(donation: Donation) -> bool:
    """Whether a gift was made for a pledge."""
    return Occurrence.objects.filter(donation=donation).exists()


def last_period(pledge: Pledge) -> dt.date:
    """The last period of a pledge that has its occurrence, or, of one that was brought over, was taken elsewhere."""
    last = pledge.occurrences.order_by("-period").first()
    if last is not None:
        return last.period
    begins = pledge.rhythm.period_of(pledge.next_on or clock.day_of(pledge.created_at))
    return pledge.rhythm.period_of(begins - dt.timedelta(days=1))


def unpaid_gift(pledge: Pledge) -> Donation | None:
    """The gift that its supporter can pay at a checkout to make up for a charge that was refused; None for none."""
    if pledge.state not in WAITING:
        return None
    last = Occurrence.objects.filter(pledge=pledge, donation__isnull=False).latest("period")
    is_open = last.donation is not None and last.donation.state != DonationState.SETTLED
    return last.donation if is_open else None


def to_announce(now: dt.datetime) -> QuerySet[Pledge]:
    """Pledges whose next gift is announced now and was not yet: a yearly one, or one after a time without any."""
    today = clock.day_of(now)
    lately = Occurrence.objects.filter(
        pledge=OuterRef("pk"),
        state=OccurrenceState.PAID,
        due_on__gte=today + NOTICE[Cadence.MONTHLY] - QUIET,
    )
    rare = Q(cadence=Cadence.YEARLY, next_on__lte=today + NOTICE[Cadence.YEARLY])
    after_a_while = Q(cadence=Cadence.MONTHLY, next_on__lte=today + NOTICE[Cadence.MONTHLY])
    rows = Pledge.objects.filter(
        rare | (after_a_while & ~Exists(lately)),
        ~Exists(_told(PledgeNews.UPCOMING, now - NOTICE[Cadence.YEARLY])),
        state__in=GOING_ON,
        next_on__gt=today,
        held_at=None,
    )
    return rows.order_by("next_on", "pk")


def to_remind(now: dt.datetime) -> QuerySet[Occurrence]:
    """Gifts that wait for their supporters for a while, who were not reminded yet."""
    reminded = PledgeMail.objects.filter(
        pledge=OuterRef("pledge"),
        news=PledgeNews.REMINDER,
        made_at__gte=OuterRef("first_declined_at"),
    )
    return Occurrence.objects.select_related("pledge").filter(
        ~Exists(reminded),
        state=OccurrenceState.TAKING,
        ends_at__isnull=False,
        first_declined_at__lte=now - REMINDER,
    )


def whose_card_ends(now: dt.datetime) -> QuerySet[Pledge]:
    """Pledges whose card ends before their next gift, within two weeks of it, who were not told yet."""
    soon = clock.day_of(now) + NOTICE[Cadence.YEARLY]
    told = PledgeMail.objects.filter(pledge=OuterRef("pk"), news=PledgeNews.EXPIRING)
    rows = Pledge.objects.select_related("method").filter(
        ~Exists(told.filter(made_at__gte=OuterRef("method__kept_at"))),
        state__in=GOING_ON,
        next_on__lte=soon,
        method__expires_on__lt=F("next_on"),
    )
    return rows.order_by("next_on", "pk")


def _told(news: PledgeNews, since: dt.datetime) -> QuerySet[PledgeMail]:
    return PledgeMail.objects.filter(pledge=OuterRef("pk"), news=news, made_at__gte=since)
