"""Two supporters who are one: looked at side by side, merged, taken apart again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.funding.actions import merge_supporters, take_apart
from broadsheet.funding.models import Supporter, SupporterMerge
from broadsheet.funding.queries.staff import found_supporters
from broadsheet.funding.views.staff.screens import act, need, person, screen
from broadsheet.kit import audit

MOST = 10
"""How many are shown who could be the same."""


@need("view_supporter", "change_supporter")
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, key: str) -> HttpResponse:
    """Look for who is the same, and say which of the two is kept."""
    supporter = get_object_or_404(Supporter, key=key, merged_into=None, erased_at=None)
    if request.method == "POST":
        return _merge(request, supporter)
    asked = request.GET.get("q", "").strip() or supporter.name or supporter.email.partition("@")[0]
    found = found_supporters(asked, None, MOST + 1)
    others = [each for each in found if each != supporter][:MOST]
    audit.record("supporters.compared", supporter, by=person(request), others=len(others))
    shown = [(each, each.donations.count(), each.notes.count()) for each in (supporter, *others)]
    return screen(
        request,
        "merge",
        f"Who is the same as {supporter.name or supporter.email or supporter.key}?",
        supporter=supporter,
        asked=asked,
        own=shown[0],
        others=shown[1:],
    )


@need("view_supporter", "change_supporter")
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take two apart again."""
    found = get_object_or_404(SupporterMerge, pk=number)
    return act(
        request,
        "They are two again; what came through this address meanwhile stayed.",
        lambda: take_apart(merge=found, by=person(request)),
        reverse("funding_staff:supporter", args=[found.duplicate.key]),
    )


def _merge(request: HttpRequest, supporter: Supporter) -> HttpResponse:
    other = Supporter.objects.filter(key=request.POST.get("other", "")).first()
    if other is None:
        messages.error(request, "Choose the other one.")
        return HttpResponseRedirect(reverse("funding_staff:supporter-merge", args=[supporter.key]))
    kept, gone = (supporter, other) if request.POST.get("keep") == "this" else (other, supporter)
    return act(
        request,
        "They are one now. It can be undone below.",
        lambda: merge_supporters(kept=kept, duplicate=gone, by=person(request)),
        reverse("funding_staff:supporter", args=[kept.key]),
    )
