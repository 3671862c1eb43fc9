"""Campaigns: a goal with a deadline, its words in each language, and what has come in so far."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from broadsheet.funding.choices import Phase
from broadsheet.kit.money import Money


class Campaign(ClusterableModel):
    """A goal between two instants: an amount of money, else so many supporters (then `goal_minor` is none).

    `phase` is where it stands; the clock moves it, not a reader.
    """

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    currency = models.CharField(_("currency"), max_length=3)
    goal_minor = models.BigIntegerField(_("goal in minor units"))
    goal_supporters = models.IntegerField(_("goal in supporters"), default=0)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    zone = models.CharField(_("time zone of its dates"), max_length=60)
    phase = models.CharField(_("phase"), max_length=10, choices=Phase.pairs())

    class Meta:
        ordering = ("-starts_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(goal_minor__gt=0, goal_supporters=0)
                | models.Q(goal_minor=0, goal_supporters__gt=0),
                name="funding_campaign_goal_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="funding_campaign_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="funding_campaign_currency_is_a_code",
            ),
        )

    def __str__(self) -> str:
        return self.slug

    @property
    def title(self) -> str:
        """What the desk calls it: its title in the newsroom's own language, else in one that it has."""
        titles = {text.language: text.title for text in self.texts.all()}
        return titles.get(settings.LANGUAGE_CODE) or next(iter(titles.values()), self.slug)

    @property
    def goal(self) -> Money:
        return Money(self.goal_minor, self.currency)


class CampaignText(models.Model):
    """A campaign's words in one language."""

    campaign = ParentalKey(Campaign, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=20)
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300)
    body = models.TextField(_("why, and what the money is for"), blank=True)

    class Meta:
        ordering = ("language",)
        constraints = (
            models.UniqueConstraint(
                fields=("campaign", "language"), name="funding_campaign_text_once_a_language"
            ),
        )

    def __str__(self) -> str:
        return self.title


class CampaignTotal(models.Model):
    """How far a campaign is: what it received, moved by settlement and the same as the ledger's sum (a check compares
    them), and how much of its time has passed in whole percent, moved by the clock.
    """

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="total")
    gifts_minor = models.BigIntegerField(default=0)
    matched_minor = models.BigIntegerField(default=0)
    gifts = models.IntegerField(default=0)
    passed_percent = models.SmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(gifts__gte=0), name="funding_campaign_total_counts_up"
            ),
        )

    def __str__(self) -> str:
        return f"{self.gifts_minor}"
