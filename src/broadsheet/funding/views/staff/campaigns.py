"""Campaigns as staff see them: what came in, sponsors who match gifts, updates to those who gave."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.funding.actions import (
    change_campaign,
    close_fund,
    create_campaign,
    open_fund,
    publish_update,
)
from broadsheet.funding.choices import MailState
from broadsheet.funding.errors import BadCampaign
from broadsheet.funding.forms import CampaignForm, FundForm, UpdateForm
from broadsheet.funding.models import Campaign, MatchingFund
from broadsheet.funding.queries import campaign_path, matching_funds, progress
from broadsheet.funding.views.staff.screens import act, need, person, screen
from broadsheet.theme.filters import absolute

RIGHTS = ("view_campaign", "see_amounts")


@need(*RIGHTS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    rows = Campaign.objects.prefetch_related("texts").order_by("-starts_at", "pk")
    return screen(request, "campaigns", "Campaigns", rows=[(row, progress(row)) for row in rows])


@need(*RIGHTS)
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    return _screen(request, get_object_or_404(Campaign, slug=slug))


@need("add_campaign", *RIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    form = CampaignForm(request.POST or None)
    return _ask(
        request, form, "A new campaign", lambda: create_campaign(by=person(request), **form.terms())
    )


@need("change_campaign", *RIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, slug: str) -> HttpResponse:
    campaign = get_object_or_404(Campaign, slug=slug)
    form = CampaignForm(request.POST or None, campaign=campaign)

    def work() -> Campaign:
        change_campaign(campaign=campaign, by=person(request), **form.terms())
        return campaign

    return _ask(request, form, "Change the campaign", work)


@need("change_campaign", *RIGHTS)
@require_POST
def fund(request: HttpRequest, slug: str) -> HttpResponse:
    campaign = get_object_or_404(Campaign, slug=slug)
    form = FundForm(request.POST, campaign=campaign)
    if not form.is_valid():
        return _screen(request, campaign, fund=form, status=422)
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


@need("change_campaign", *RIGHTS)
@require_POST
def update(request: HttpRequest, slug: str) -> HttpResponse:
    campaign = get_object_or_404(Campaign, slug=slug)
    form = UpdateForm(request.POST, campaign=campaign)
    if not form.is_valid():
        return _screen(request, campaign, update=form, status=422)
    return act(
        request,
        "The update is on the campaign's page.",
        lambda: publish_update(campaign=campaign, by=person(request), **form.cleaned_data),
        _page(campaign),
    )


def _ask(
    request: HttpRequest, form: CampaignForm, title: str, work: Callable[[], Campaign]
) -> HttpResponse:
    """Show the form of a campaign, and do what it says once it is sent; what was typed stays where it cannot be."""
    if form.is_valid():
        try:
            campaign = work()
        except BadCampaign as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The campaign is as you said; readers see it in a moment.")
            return HttpResponseRedirect(_page(campaign))
    response = screen(request, "campaign_form", title, form=form)
    response.status_code = 422 if form.is_bound else 200
    return response


def _page(campaign: Campaign) -> str:
    return reverse("funding_staff:campaign", args=[campaign.slug])


def _screen(
    request: HttpRequest,
    campaign: Campaign,
    *,
    fund: FundForm | None = None,
    update: UpdateForm | None = None,
    status: int = 200,
) -> HttpResponse:
    mails = campaign.updates.annotate(
        mailed=Count("mails"), sent=Count("mails", filter=Q(mails__state=MailState.SENT))
    )
    response = screen(
        request,
        "campaign",
        campaign.title,
        campaign=campaign,
        progress=progress(campaign),
        funds=matching_funds(campaign),
        fund_form=fund or FundForm(campaign=campaign),
        update_form=update or UpdateForm(campaign=campaign),
        updates=mails,
        meters=[
            (text.language, absolute(campaign_path(campaign.slug, text.language)))
            for text in campaign.texts.all()
        ],
    )
    response.status_code = status
    return response
