"""The demo's campaign and its supporters' gifts, made the way supporters make them."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from broadsheet.demo.actions.library import BY
from broadsheet.demo.rules import Campaign as Plan
from broadsheet.demo.rules import Gift as Planned
from broadsheet.demo.rules import gifts, read_campaign
from broadsheet.funding.actions import Gift, create_campaign, record_donation
from broadsheet.funding.actions.campaigns import Words
from broadsheet.funding.gateways.opening import in_process_sandbox
from broadsheet.funding.models import Campaign
from broadsheet.kit.money import Money, exponent


def run_campaign(*, now: dt.datetime) -> Campaign:
    """The campaign, opened some weeks before `now`, with every planned gift settled."""
    plan = read_campaign()
    campaign = _open(plan, now)
    _give(gifts(), campaign, campaign.starts_at + plan.opened)
    return campaign


def _open(plan: Plan, now: dt.datetime) -> Campaign:
    return create_campaign(
        slug=plan.slug,
        goal=_money(plan.goal, plan.currency),
        starts_at=now - plan.opened,
        ends_at=now + plan.runs,
        texts={
            language: Words(words.title, words.summary, words.story.strip())
            for language, words in plan.words.items()
        },
        by=BY,
    )


def _give(planned: tuple[Planned, ...], campaign: Campaign, anchor: dt.datetime) -> None:
    """Make the gifts; their ages count from `anchor`, the instant the campaign was dated from."""
    with _quietly(), in_process_sandbox() as sandbox:
        for gift in planned:
            record_donation(
                gift=Gift(
                    amount=_money(gift.amount, campaign.currency),
                    email=gift.email,
                    name=gift.name,
                    is_anonymous=gift.anonymous,
                    message=gift.message,
                    campaign=campaign,
                    language=gift.language,
                ),
                at=anchor - gift.age,
                sandbox=sandbox,
                by=BY,
            )


@contextmanager
def _quietly() -> Iterator[None]:
    """Without funding's notes of events that were fetched: here every event is."""
    logger = logging.getLogger("broadsheet.funding")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _money(major: int, currency: str) -> Money:
    return Money(major * 10 ** exponent(currency), currency)
