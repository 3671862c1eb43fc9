"""Campaigns as staff see them: what came in, and sponsors who match gifts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from broadsheet.funding.actions import close_fund, open_fund
from broadsheet.funding.forms import FundForm
from broadsheet.funding.models import Campaign, MatchingFund
from broadsheet.funding.queries import matching_funds, progress
from broadsheet.funding.views.staff.screens import act, need, person, screen

RIGHTS = ("view_campaign", "see_amounts")


@need(*RIGHTS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    rows = Campaign.objects.prefetch_related("texts").order_by("-starts_at", "pk")
    return screen(request, "campaigns", "Campaigns", rows=[(row, progress(row)) for row in rows])


@need(*RIGHTS)
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    return _screen(request, get_object_or_404(Campaign, slug=slug), None)


@need("change_campaign", *RIGHTS)
@require_POST
def fund(request: HttpRequest, slug: str) -> HttpResponse:
    campaign = get_object_or_404(Campaign, slug=slug)
    form = FundForm(request.POST, campaign=campaign)
    if not form.is_valid():
        return _screen(request, campaign, form, status=422)
    return act(
        request,
        "Gifts are matched as you said.",
        lambda: open_fund(campaign=campaign, by=person(request), **form.terms()),
        _page(campaign),
    )


@need("change_campaign", *RIGHTS)
@require_POST
def end_fund(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(MatchingFund.objects.select_related("campaign"), pk=number)
    return act(
        request,
        "It matches no gift that begins from now on.",
        lambda: close_fund(fund=found, by=person(request)),
        _page(found.campaign),
    )


def _page(campaign: Campaign) -> str:
    return reverse("funding_staff:campaign", args=[campaign.slug])


def _screen(
    request: HttpRequest, campaign: Campaign, form: FundForm | None, *, status: int = 200
) -> HttpResponse:
    response = screen(
        request,
        "campaign",
        str(campaign.texts.first() or campaign.slug),
        campaign=campaign,
        progress=progress(campaign),
        funds=matching_funds(campaign),
        form=form or FundForm(campaign=campaign),
    )
    response.status_code = status
    return response
