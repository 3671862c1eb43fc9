"""Making campaigns, changing them, and turning their phase when an instant has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from broadsheet.funding.errors import BadCampaign
from broadsheet.funding.models import Campaign, CampaignText, CampaignTotal, MatchingFund
from broadsheet.funding.rules.giving import percent_passed, phase_of, problem_with
from broadsheet.kit import audit, changes, clock
from broadsheet.kit.money import Money


@dataclass(frozen=True, slots=True)
class Words:
    """A campaign's words in one language; `body` is plain text, empty lines part its paragraphs."""

    title: str
    summary: str
    body: str = ""


@transaction.atomic
def create_campaign(
    *,
    slug: str,
    goal: Money,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    texts: Mapping[str, Words],
    by: audit.Actor,
    supporters: int = 0,
    zone: str = "",
) -> Campaign:
    """A campaign for `goal`, or for so many `supporters` and none of the goal's currency.

    It runs from the instant `starts_at` until just before `ends_at`, aware both. `texts` by language code; `zone` is
    where its dates are shown, the newsroom's where none is named.
    Raises BadCampaign where it cannot be so.
    """
    zone = zone or str(clock.newsroom_zone())
    _check(slug, goal, supporters, (starts_at, ends_at), zone)
    _check_words(texts)
    if Campaign.objects.filter(slug=slug).exists():
        raise BadCampaign(f"There is a campaign “{slug}” already. Choose another slug.")
    campaign = Campaign.objects.create(
        slug=slug,
        currency=goal.currency,
        goal_minor=goal.minor,
        goal_supporters=supporters,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=zone,
        phase=phase_of(clock.now(), starts_at, ends_at),
    )
    CampaignTotal.objects.create(campaign=campaign)
    tell_time(campaign=campaign)
    _write(campaign, texts)
    said = {"goal": goal.minor, "currency": goal.currency, "supporters": supporters}
    audit.record("campaign.created", campaign, by=by, **said)
    return campaign


@transaction.atomic
def change_campaign(
    *,
    campaign: Campaign,
    goal: Money,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    by: audit.Actor,
    supporters: int = 0,
    texts: Mapping[str, Words] | None = None,
) -> None:
    """Another goal, other instants or words for a campaign; its currency stays: gifts are counted in it.

    `texts` are all its words from now on; None leaves them. Raises BadCampaign where it cannot be so.
    """
    current = Campaign.objects.get(pk=campaign.pk)
    _check(current.slug, goal, supporters, (starts_at, ends_at), current.zone)
    if goal.currency != current.currency:
        raise BadCampaign(
            f"This campaign is counted in {current.currency}. Begin another one for {goal.currency}."
        )
    Campaign.objects.filter(pk=campaign.pk).update(
        goal_minor=goal.minor,
        goal_supporters=supporters,
        starts_at=starts_at,
        ends_at=ends_at,
        phase=phase_of(clock.now(), starts_at, ends_at),
    )
    current.refresh_from_db()
    tell_time(campaign=current)
    if texts is not None:
        _check_words(texts)
        _write(campaign, texts)
    changes.mark(campaign)
    said = {"goal": goal.minor, "currency": goal.currency, "supporters": supporters}
    audit.record("campaign.changed", campaign, by=by, **said)


TURNED: dict[type[Campaign | MatchingFund], str] = {
    Campaign: "campaign.turned",
    MatchingFund: "fund.turned",
}
"""How what turned is written down."""


def turn_phase(*, row: Campaign | MatchingFund, by: audit.Actor) -> bool:
    """Move a campaign, or a sponsor's fund, to the phase of this instant; false where it is there already."""
    phase, rows = phase_of(clock.now(), row.starts_at, row.ends_at), type(row)._default_manager
    with transaction.atomic():
        moved = rows.filter(pk=row.pk).exclude(phase=phase).update(phase=phase)
        if moved:
            changes.mark(row)
            audit.record(TURNED[type(row)], row, by=by, phase=phase)
    return bool(moved)


@transaction.atomic
def tell_time(*, campaign: Campaign) -> None:
    """Have a campaign's pages say how much of its time has passed, where that is another percent than they say."""
    passed = percent_passed(clock.now(), campaign.starts_at, campaign.ends_at)
    rows = CampaignTotal.objects.filter(campaign=campaign).exclude(passed_percent=passed)
    if rows.update(passed_percent=passed):
        changes.mark(CampaignTotal.objects.get(campaign=campaign))


def _write(campaign: Campaign, texts: Mapping[str, Words]) -> None:
    """Let a campaign have these words and no others."""
    for gone in campaign.texts.exclude(language__in=texts):
        gone.delete()
    for language, words in texts.items():
        said = {"title": words.title, "summary": words.summary, "body": words.body}
        CampaignText.objects.update_or_create(campaign=campaign, language=language, defaults=said)


def _check_words(texts: Mapping[str, Words]) -> None:
    if not texts or any(not words.title.strip() for words in texts.values()):
        raise BadCampaign("A campaign needs a title in at least one language.")


def _check(
    slug: str, goal: Money, supporters: int, instants: tuple[dt.datetime, dt.datetime], zone: str
) -> None:
    """Raise BadCampaign for what cannot be."""
    try:
        validate_slug(slug)
        ZoneInfo(zone)
    except (ValidationError, ZoneInfoNotFoundError, ValueError) as error:
        message = f"“{slug}” is no slug, or “{zone}” no time zone such as Europe/Lisbon."
        raise BadCampaign(message) from error
    problem = problem_with(goal)
    is_one = min(goal.minor, supporters) == 0 < max(goal.minor, supporters)
    if not is_one or (problem and problem.kind == "currency"):
        raise BadCampaign(
            "The goal is an amount above zero in a currency that we take, or a number of supporters."
        )
    starts_at, ends_at = instants
    if starts_at.tzinfo is None or ends_at.tzinfo is None or ends_at <= starts_at:
        raise BadCampaign("A campaign ends after it starts, both with their time zone.")
