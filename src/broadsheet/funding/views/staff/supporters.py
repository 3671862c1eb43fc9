"""Supporters: looking for one, and what is known of one in the order it happened."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from broadsheet.funding.actions import add_note
from broadsheet.funding.models import Supporter, YearlyStatement
from broadsheet.funding.queries import kept_giver, statements_of
from broadsheet.funding.queries.staff import found_supporters, timeline
from broadsheet.funding.views.staff.screens import ROWS, act, before, need, person, screen
from broadsheet.funding.views.statements import pdf_answer
from broadsheet.kit import audit

LATEST = 100
"""How much of what happened is shown at first: who gave for years would be long in coming."""


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
    supporter = get_object_or_404(Supporter.objects.select_related("merged_into"), key=key)
    if supporter.merged_into:
        return HttpResponseRedirect(
            reverse("funding_staff:supporter", args=[supporter.merged_into.key])
        )
    audit.record("supporter.seen", supporter, by=person(request))
    happenings = timeline(supporter)
    shown = happenings if "all" in request.GET else happenings[:LATEST]
    return screen(
        request,
        "supporter",
        name_of(supporter),
        supporter=supporter,
        happenings=shown,
        earlier=len(happenings) - len(shown),
        pledges=supporter.pledges.all(),
        statements=statements_of(supporter),
        merges=supporter.merges.filter(undone_at=None).select_related("duplicate", "by"),
        notes=supporter.notes.select_related("by"),
    )


def name_of(supporter: Supporter) -> str:
    """What the desk calls somebody."""
    nameless = "Somebody who was erased" if supporter.erased_at else "A supporter without a name"
    return supporter.name or supporter.email or nameless


@need("view_supporter", "see_amounts")
@require_safe
def statement(request: HttpRequest, key: str) -> HttpResponse:
    """A yearly statement as its supporter gets it, in the language it was written in."""
    rows = YearlyStatement.objects.select_related("series", "supporter")
    found = get_object_or_404(rows, key=key)
    audit.record("statement.seen", found, by=person(request))
    found.giver = found.giver or kept_giver(found)
    with translation.override(found.language):
        return pdf_answer(found, found.language)


@need("view_supporter", "add_supporternote")
@require_POST
def note(request: HttpRequest, key: str) -> HttpResponse:
    supporter = get_object_or_404(Supporter, key=key, merged_into=None)
    return act(
        request,
        "The note is kept.",
        lambda: add_note(
            supporter=supporter, text=request.POST.get("text", ""), by=person(request)
        ),
        reverse("funding_staff:supporter", args=[key]),
    )
