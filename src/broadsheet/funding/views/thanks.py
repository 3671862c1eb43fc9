"""The page a supporter comes back to: it says what is true of their gift now."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from broadsheet.funding.actions.telling import pledge_path
from broadsheet.funding.choices import AttemptState, DonationState, PledgeState, ProcessorKind
from broadsheet.funding.models import Attempt, CampaignText, Donation, Pledge
from broadsheet.funding.queries import pledge_of
from broadsheet.kit import clock
from broadsheet.theme.answers import page_answer
from broadsheet.theme.filters import day

PATIENCE = dt.timedelta(hours=1)
"""How long after its beginning the page of a pending gift looks again by itself."""

PAUSE = 5
"""Seconds between two looks."""


@gzip_page
@require_safe
def thanks(request: HttpRequest, reference: str) -> HttpResponse:
    donation = Donation.objects.select_related("campaign").filter(reference=reference).first()
    path = f"/give/thanks/{reference}/"
    if donation is None:
        title = _("There is no such gift")
        return page_answer("funding/thanks.html", title=title, path=path, status=404, kind="none")
    attempt = donation.attempts.select_related("account").latest("pk")
    kind, pledge = _kind(donation, attempt), pledge_of(donation)
    response = page_answer(
        "funding/thanks.html",
        title=_titles()[kind],
        path=path,
        kind=kind,
        donation=donation,
        amount=donation.gross.format(get_language() or "en"),
        returned=donation.returned.format(get_language() or "en")
        if donation.returned.minor
        else "",
        campaign=CampaignText.objects.filter(
            campaign=donation.campaign, language=get_language()
        ).first(),
        next_on=day(pledge.next_on) if pledge and pledge.next_on else "",
        checkout_url=attempt.checkout_url,
        again=_again(donation, pledge),
    )
    if kind in ("open", "pending", "unopened") and clock.now() - donation.created_at < PATIENCE:
        response["Refresh"] = str(PAUSE)
    return response


def _kind(donation: Donation, attempt: Attempt) -> str:
    if donation.state == DonationState.SETTLED:
        return "returned" if donation.returned == donation.gross else "settled"
    if donation.state == DonationState.LAPSED:
        return "lapsed"
    if not attempt.checkout_url:
        return "unopened"
    if attempt.account.kind == ProcessorKind.OFFLINE:
        return "expected"
    return "pending" if attempt.state == AttemptState.PROCESSING else "open"


def _titles() -> dict[str, str]:
    return {
        "settled": _("Thank you"),
        "returned": _("Your gift was given back"),
        "open": _("Your gift is not complete yet"),
        "expected": _("Your gift is expected"),
        "pending": _("Your gift is being confirmed"),
        "lapsed": _("Your gift was not completed"),
        "unopened": _("The checkout did not open"),
    }


def _again(donation: Donation, pledge: Pledge | None) -> str:
    """Where the same gift is begun anew; one of a pledge that goes on is paid from the pledge's own page."""
    if pledge and pledge.state != PledgeState.PENDING:
        return pledge_path(pledge)
    said = {
        "amount": str(donation.gift.decimal),
        "currency": donation.currency,
        "from": donation.origin,
    }
    if pledge:
        said["cadence"] = pledge.cadence
    if donation.campaign:
        said["campaign"] = donation.campaign.slug
    return f"{reverse('funding:gift-confirm')}?{urlencode(said)}"
