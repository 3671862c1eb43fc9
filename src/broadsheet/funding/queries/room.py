"""What a supporter's own room shows: who it is, what they gave, what they promised."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet, Sum

from broadsheet.funding.choices import DonationState, OccurrenceState
from broadsheet.funding.models import Donation, Pledge, RoomSession, Supporter
from broadsheet.kit import clock
from broadsheet.kit.money import Money

SHOWN = 50
"""So many gifts are shown at a time."""


def supporter_at(email: str) -> Supporter | None:
    """Who has this address, or whoever that one was found to be; None for nobody, and for no address."""
    rows = Supporter.objects.select_related("merged_into").exclude(email="")
    found = rows.filter(email=email.strip().lower()).first()
    return (found.merged_into or found) if found else None


def session_of(mark: str) -> RoomSession | None:
    """Who is in their room by this mark, as long as it is good; whoever was merged is whom they were found to be."""
    rows = RoomSession.objects.select_related("supporter__merged_into")
    session = rows.filter(mark=mark, expires_at__gt=clock.now()).first()
    if session and session.supporter.merged_into:
        session.supporter = session.supporter.merged_into
    return session


def gifts_of(supporter: Supporter, before: str = "") -> list[Donation]:
    """What somebody gave, the latest first; so many that one more says there are more. `before` is a reference."""
    rows = Donation.objects.filter(supporter=supporter).select_related("campaign")
    last = rows.filter(reference=before).first() if before else None
    rows = rows.filter(pk__lt=last.pk) if last else rows
    return list(rows.prefetch_related("receipts__series", "attempts").order_by("-pk")[: SHOWN + 1])


def pledges_of(supporter: Supporter) -> QuerySet[Pledge]:
    """What somebody promised, the latest first."""
    return Pledge.objects.filter(supporter=supporter).select_related("method", "supporter")


def given_by(supporter: Supporter) -> list[Money]:
    """What arrived of somebody, by currency."""
    settled = Donation.objects.filter(supporter=supporter, state=DonationState.SETTLED)
    sums = (
        settled.order_by().values("currency").annotate(minor=Sum("gift_minor") + Sum("cover_minor"))
    )
    return [Money(each["minor"], each["currency"]) for each in sums.order_by("currency")]


def shows_name(supporter: Supporter) -> bool:
    """Whether a name is shown beside anything that somebody gave or promised."""
    return any(
        model._default_manager.filter(supporter=supporter, is_anonymous=False).exists()
        for model in (Donation, Pledge)
    )


def next_day(pledge: Pledge) -> dt.date | None:
    """The day of the next gift: of one that can be paid ahead and was not, else the next that is planned.

    None where none is taken for now.
    """
    if pledge.held_at:
        return None
    ahead = pledge.occurrences.filter(
        state=OccurrenceState.TAKING, due_on__gte=clock.day_of(clock.now()), declines=0
    ).first()
    return ahead.due_on if ahead else pledge.next_on
