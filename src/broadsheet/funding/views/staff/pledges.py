"""Pledges: how they are, what went wrong with one, and what is done about it when a supporter calls."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from broadsheet.funding.actions import (
    cancel_pledge,
    pause_pledge,
    release_pledge,
    resume_pledge,
    skip_gift,
)
from broadsheet.funding.choices import PledgeState
from broadsheet.funding.errors import PledgeRefused
from broadsheet.funding.models import Pledge
from broadsheet.funding.queries.staff import HELD, found_pledges, health_of_pledges
from broadsheet.funding.views.staff.screens import ROWS, act, before, need, person, screen
from broadsheet.kit import audit
from broadsheet.kit.audit import trail_of

DONE = {
    "skip": "The gift is left out.",
    "pause": "It is paused.",
    "resume": "It goes on.",
    "release": "It is charged again from its next day on.",
    "cancel": "It is cancelled.",
}


@need("view_pledge", "view_supporter")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    asked, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    rows = found_pledges(asked, state, before(request), ROWS + 1)
    audit.record("pledges.listed", "funding.pledge", by=person(request), rows=len(rows))
    return screen(
        request,
        "pledges",
        "Monthly and yearly",
        asked=asked,
        state=state,
        states=[*PledgeState.pairs(), (HELD, "Held for a dispute")],
        rows=rows[:ROWS],
        more=rows[ROWS:],
        health=health_of_pledges(),
    )


@need("view_pledge", "view_supporter")
@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    rows = Pledge.objects.select_related("supporter", "method__account")
    pledge = get_object_or_404(rows, key=key)
    audit.record("pledge.seen", pledge, by=person(request))
    happened = [each for each in trail_of(pledge) if not each.action.endswith(".seen")]
    return screen(
        request,
        "pledge",
        "Every month" if pledge.cadence == "monthly" else "Every year",
        pledge=pledge,
        occurrences=pledge.occurrences.select_related("donation").order_by("-period")[:ROWS],
        incidents=pledge.incidents.select_related("refund", "donation"),
        consents=pledge.consents.order_by("-pk"),
        mails=pledge.mails.order_by("-pk")[:ROWS],
        trail=happened,
        can_go_on=pledge.state == PledgeState.PAUSED,
        can_end=pledge.state not in (PledgeState.CANCELED, PledgeState.PENDING),
    )


@need("change_pledge", "view_supporter")
@require_POST
def change(request: HttpRequest, key: str) -> HttpResponse:
    pledge = get_object_or_404(Pledge, key=key)
    wish = request.POST.get("do", "")
    return act(
        request,
        DONE.get(wish, ""),
        lambda: _do(wish, pledge, request),
        reverse("funding_staff:pledge", args=[key]),
    )


def _do(wish: str, pledge: Pledge, request: HttpRequest) -> None:
    """Do what was asked for. Raises PledgeRefused, for what there is not, too."""
    by = person(request)
    if wish == "skip":
        skip_gift(pledge=pledge, by=by)
    elif wish == "pause":
        pause_pledge(pledge=pledge, until=_day(request.POST.get("until", "")), by=by)
    elif wish == "resume":
        resume_pledge(pledge=pledge, by=by)
    elif wish == "release":
        release_pledge(pledge=pledge, by=by)
    elif wish == "cancel":
        cancel_pledge(pledge=pledge, reason=request.POST.get("reason", ""), by=by)
    else:
        raise PledgeRefused("There is no such thing to do.")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise PledgeRefused("Please choose the day on which the pause ends.") from error
