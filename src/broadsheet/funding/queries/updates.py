"""A campaign's updates: what its page shows, and who gets one by e-mail."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q, QuerySet

from broadsheet.funding.choices import DonationState
from broadsheet.funding.models import (
    Campaign,
    CampaignText,
    CampaignUpdate,
    Donation,
    Supporter,
)
from broadsheet.kit.reads import reader


@reader(lambda campaign, code: [f"list:campaign-updates/{campaign.pk}/{code}"])
def campaign_updates(campaign: Campaign, code: str) -> list[CampaignUpdate]:
    """What a campaign has told in a language, the newest first."""
    rows = CampaignUpdate.objects.filter(campaign=campaign, language=code)
    return list(rows.order_by("-published_at", "-pk"))


def told_of(campaign: Campaign, code: str) -> QuerySet[Supporter]:
    """Who gets a campaign's update in a language: who gave to it, has an address, and wants updates.

    Those whose own language the campaign has no words in get the one of its first language.
    """
    given = Donation.objects.filter(campaign=campaign, state=DonationState.SETTLED)
    has = set(CampaignText.objects.filter(campaign=campaign).values_list("language", flat=True))
    first = next((each for each, _name in settings.LANGUAGES if each in has), None)
    speaks = Q(language=code)
    if code == first:
        speaks |= ~Q(language__in=has)
    rows = Supporter.objects.filter(speaks, pk__in=given.values("supporter"))
    return rows.exclude(email="").filter(stopped_updates_at=None)
