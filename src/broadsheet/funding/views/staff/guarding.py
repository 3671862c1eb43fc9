"""The guard as staff see it: whether every gift has to be proven, why and since when, and the cards of the last day."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from broadsheet.funding.actions import raise_breaker, release_breaker
from broadsheet.funding.choices import Alarm
from broadsheet.funding.models import Attempt, Breaker
from broadsheet.funding.queries.guarding import raised_breaker, tried_cards
from broadsheet.funding.rules.guarding import STAFF_HOLD, WATCHED, WINDOW
from broadsheet.funding.views.staff.screens import act, need, person, screen
from broadsheet.kit import clock

SHOWN = 20


@need("view_breaker")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    times = [("hour", now - WINDOW), ("day", now - WATCHED)]
    return screen(
        request,
        "guard",
        "Guard",
        breaker=raised_breaker(),
        tried=[(name, *tried_cards(since)) for name, since in times],
        stopped=Attempt.objects.filter(stopped_at__gt=now - WATCHED).count(),
        alarm=settings.BROADSHEET.decline_alarm,
        hours=STAFF_HOLD.days * 24,
        before=Breaker.objects.filter(is_raised=False)[:SHOWN],
    )


@need("change_breaker")
@require_POST
def trip(request: HttpRequest) -> HttpResponse:
    by = person(request)
    return act(
        request,
        "Every gift has to be proven from now on.",
        lambda: raise_breaker(why=Alarm.STAFF, by=by),
        reverse("funding_staff:guard"),
    )


@need("change_breaker")
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    by, raised = person(request), raised_breaker()
    return act(
        request,
        "Gifts go on as usual.",
        lambda: raised and release_breaker(breaker=raised, by=by),
        reverse("funding_staff:guard"),
    )
