"""What pages of giving and campaigns show; what public ones show is read through readers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F

from broadsheet.funding.choices import AccountState, AttemptState, Phase, ProcessorKind
from broadsheet.funding.models import (
    Attempt,
    Campaign,
    CampaignText,
    CampaignTotal,
    MatchingFund,
    ProcessorAccount,
)
from broadsheet.funding.rules.giving import percent_reached, suggested_gifts
from broadsheet.kit import clock
from broadsheet.kit.money import Money, parse_money
from broadsheet.kit.public import language_prefix
from broadsheet.kit.reads import reader


def taking_account() -> ProcessorAccount | None:
    """The account that new gifts go through: active and of the processor that the settings name, or None."""
    return (
        ProcessorAccount.objects.filter(
            kind=settings.BROADSHEET.processor, state=AccountState.ACTIVE
        )
        .order_by("pk")
        .first()
    )


def takes_gifts() -> bool:
    """Whether a gift may be begun now. The sandbox's account is opened by the first one, if not before."""
    if taking_account() is not None:
        return True
    is_new = not ProcessorAccount.objects.exclude(kind=ProcessorKind.OFFLINE).exists()
    return settings.BROADSHEET.processor == ProcessorKind.SANDBOX and is_new


def accepted_currencies() -> tuple[str, ...]:
    """The currencies that gifts may be made in, the newsroom's own first."""
    values = settings.BROADSHEET
    return tuple(dict.fromkeys((values.currency, *values.currencies)))


def gifts_to_choose(currency: str) -> list[Money]:
    """Amounts to choose from: those that the newsroom names for a currency, else usual ones; least first."""
    for line in settings.BROADSHEET.suggested_gifts:
        code, *amounts = line.split()
        if code == currency:
            return [parse_money(amount, currency) for amount in amounts]
    return suggested_gifts(currency)


def running_campaign(slug: str) -> Campaign | None:
    """The campaign of this slug if it takes gifts at this instant, else None."""
    if not re.fullmatch(r"[-\w]{1,80}", slug, re.ASCII):
        return None
    now = clock.now()
    return Campaign.objects.filter(slug=slug, starts_at__lte=now, ends_at__gt=now).first()


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign in one language, as pages show it. `languages` are those it has words in."""

    campaign: Campaign
    text: CampaignText
    languages: Sequence[str]

    @property
    def path(self) -> str:
        return campaign_path(self.campaign.slug, self.text.language)

    @property
    def meter_path(self) -> str:
        return f"{self.path}meter.svg"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a campaign has received, `matched` of it from sponsors. `percent` is rounded down.

    `supporters` are counted where they are the goal: `wanted` is how many, 0 where the goal is an amount.
    `passed` is how much of its time has passed, in percent and rounded down, as long as it runs.
    """

    total: Money
    matched: Money
    goal: Money
    gifts: int
    percent: int
    supporters: int = 0
    wanted: int = 0
    passed: int | None = None

    @property
    def is_on_track(self) -> bool:
        """Whether as much of the goal is reached as of the time has passed."""
        return self.percent >= (self.passed or 0)


def campaign_path(slug: str, code: str) -> str:
    """Where a campaign's page is found."""
    return f"{language_prefix(code)}/campaigns/{slug}/"


@reader(lambda pk, code: [f"list:campaign-texts/{pk}"])
def campaign_view(pk: int, code: str) -> CampaignView | None:
    """A campaign in a language, None where it is not or has no words in it."""
    texts = {text.language: text for text in CampaignText.objects.filter(campaign_id=pk)}
    if code not in texts:
        return None
    return CampaignView(Campaign.objects.get(pk=pk), texts[code], sorted(texts))


@reader(lambda code: [f"list:campaigns-open/{code}"], shared=True)
def open_campaigns(code: str) -> list[CampaignView]:
    """Campaigns that run now and have words in a language, the newest first."""
    texts = (
        CampaignText.objects.filter(language=code, campaign__phase=Phase.OPEN)
        .select_related("campaign")
        .order_by("-campaign__starts_at", "campaign_id")
    )
    return [CampaignView(text.campaign, text, [code]) for text in texts]


@reader(lambda campaign: [])
def progress(campaign: Campaign) -> Progress:
    """What a campaign has received so far."""
    total = CampaignTotal.objects.get(campaign=campaign)
    together, wanted = total.gifts_minor + total.matched_minor, campaign.goal_supporters
    supporters = _supporters(campaign) if wanted else 0
    return Progress(
        Money(together, campaign.currency),
        Money(total.matched_minor, campaign.currency),
        campaign.goal,
        total.gifts,
        percent_reached(supporters, wanted)
        if wanted
        else percent_reached(together, campaign.goal_minor),
        supporters,
        wanted,
        total.passed_percent if campaign.phase == Phase.OPEN else None,
    )


def _supporters(campaign: Campaign) -> int:
    """How many gave to a campaign, each once; whose gifts all went back in full are none of them."""
    paid = Attempt.objects.filter(
        donation__campaign=campaign,
        state=AttemptState.SUCCEEDED,
        is_extra=False,
        returned_minor__lt=F("captured_minor"),
    )
    return paid.values("donation__supporter").distinct().count()


@reader(lambda campaign: [f"list:campaign-funds/{campaign.pk}"])
def matching_funds(campaign: Campaign) -> list[MatchingFund]:
    """Sponsors who match a campaign's gifts, those that begin later too, in the line they stand in."""
    return list(
        MatchingFund.objects.filter(campaign=campaign).select_related("campaign").order_by("pk")
    )
