"""What guarding asks: whether the breaker is raised, which cards were tried, by how many a card was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.conf import settings
from django.db.models import Count, Max, Q

from broadsheet.funding.models import Breaker, Pace, TriedCard
from broadsheet.funding.rules.guarding import Answer, limits
from broadsheet.kit import clock


def raised_breaker() -> Breaker | None:
    """The breaker as long as it is raised."""
    return Breaker.objects.filter(is_raised=True).first()


def declined_tries(since: dt.datetime) -> int:
    """How often a card was declined since then: at least as often as there are cards that were."""
    return TriedCard.objects.filter(is_declined=True, at__gt=since).count()


def tried_cards(since: dt.datetime) -> tuple[int, int]:
    """How many cards were tried since then, or since the last release, and how many of them paid nothing."""
    released = Breaker.objects.aggregate(last=Max("released_at"))["last"]
    rows = TriedCard.objects.filter(at__gt=max(since, released or since))
    found = (
        rows.values("card")
        .annotate(paid=Count("pk", filter=Q(is_declined=False)))
        .aggregate(cards=Count("card"), declined=Count("card", filter=Q(paid=0)))
    )
    return found["cards"], found["declined"]


def holders_of(card: str, since: dt.datetime) -> int:
    """How many supporters tried a card since then."""
    rows = TriedCard.objects.filter(card=card, at__gt=since)
    return rows.values("attempt__donation__supporter").distinct().count()


def would_have_to_prove(marks: Mapping[str, str]) -> bool:
    """Whether who has these marks begins so much that one more has to be proven. Holds nothing."""
    rules, now = limits(settings.BROADSHEET.challenge_after), clock.now()
    kept = {pace.kind: pace for pace in Pace.objects.filter(mark__in=marks.values())}
    return any(
        rules[kind].answer(kept[kind].free_at if kind in kept else None, now) > Answer.WELCOME
        for kind in marks
    )
