"""Supporters: looking for one, and what is known of one in the order it happened."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from broadsheet.funding.actions import add_note
from broadsheet.funding.models import Supporter
from broadsheet.funding.queries.staff import found_supporters, timeline
from broadsheet.funding.views.staff.screens import ROWS, act, before, need, person, screen
from broadsheet.kit import audit


@need("view_supporter")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()
    rows = found_supporters(asked, before(request), ROWS + 1)
    audit.record("supporters.listed", "funding.supporter", by=person(request), rows=len(rows))
    return screen(
        request, "supporters", "Supporters", asked=asked, rows=rows[:ROWS], more=rows[ROWS:]
    )


@need("view_supporter")
@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    supporter = get_object_or_404(Supporter, key=key)
    audit.record("supporter.seen", supporter, by=person(request))
    return screen(
        request,
        "supporter",
        supporter.name or supporter.email or "A supporter without a name",
        supporter=supporter,
        happenings=timeline(supporter),
        notes=supporter.notes.select_related("by"),
    )


@need("view_supporter", "add_supporternote")
@require_POST
def note(request: HttpRequest, key: str) -> HttpResponse:
    supporter = get_object_or_404(Supporter, key=key)
    return act(
        request,
        "The note is kept.",
        lambda: add_note(
            supporter=supporter, text=request.POST.get("text", ""), by=person(request)
        ),
        reverse("funding_staff:supporter", args=[key]),
    )
