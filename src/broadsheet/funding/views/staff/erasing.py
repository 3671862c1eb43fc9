"""Erasing who asked for it by letter, and the one page that shows what the law makes us keep of them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.funding.actions import erase_supporter
from broadsheet.funding.choices import Asked, PledgeState
from broadsheet.funding.models import Supporter
from broadsheet.funding.rules.erasing import kept_until
from broadsheet.funding.views.staff.screens import act, need, person, screen
from broadsheet.funding.views.staff.supporters import name_of
from broadsheet.kit import audit, clock


@need("view_supporter", "delete_supporter")
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, key: str) -> HttpResponse:
    """Say what goes and what stays, and do it once somebody says that the letter is from them."""
    supporter = get_object_or_404(Supporter, key=key, merged_into=None, erased_at=None)
    if request.method == "POST":
        return _erase(request, supporter)
    audit.record("supporter.seen", supporter, by=person(request))
    until = kept_until(clock.day_of(clock.now()), settings.BROADSHEET.statement_form)
    return screen(
        request,
        "erase",
        f"Erase {name_of(supporter)}",
        supporter=supporter,
        gifts=supporter.donations.count(),
        pledges=supporter.pledges.exclude(state=PledgeState.CANCELED).count(),
        year=str(until.year),
    )


@need("view_supporter", "see_amounts")
@require_safe
def kept(request: HttpRequest, key: str) -> HttpResponse:
    """What is kept of somebody who was erased, and until when."""
    supporter = get_object_or_404(Supporter, key=key, erased_at__isnull=False)
    rows = supporter.kept_words.select_related("donation", "statement__series", "line")
    audit.record("kept-words.seen", supporter, by=person(request), rows=len(rows))
    return screen(request, "kept", "What the law makes us keep", supporter=supporter, rows=rows)


def _erase(request: HttpRequest, supporter: Supporter) -> HttpResponse:
    if request.POST.get("is_theirs") != "yes":
        messages.error(request, "Say that you made sure the letter is from them.")
        back = reverse("funding_staff:supporter-erase", args=[supporter.key])
        return HttpResponseRedirect(back)
    return act(
        request,
        "They are erased.",
        lambda: erase_supporter(supporter=supporter, asked=Asked.LETTER, by=person(request)),
        reverse("funding_staff:supporter", args=[supporter.key]),
    )
