"""Matching gifts: what a sponsor promised to add to a campaign's gifts, and what was added to each."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.choices import Phase
from broadsheet.funding.models.banking import BankMatch
from broadsheet.funding.models.campaigns import Campaign
from broadsheet.funding.models.donations import Donation
from broadsheet.kit.money import Money


class MatchingFund(models.Model):
    """A sponsor's promise: `adds` for every `per` given, until `cap_minor` is used up, for gifts begun in its window.

    `claimed_minor` is what its claims hold now; the database lets it go neither below zero nor above the cap.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="funds")
    sponsor = models.CharField(_("sponsor, as shown"), max_length=120)
    cap_minor = models.BigIntegerField(_("at most"))
    adds = models.PositiveIntegerField(_("adds"), default=1)
    per = models.PositiveIntegerField(_("for every"), default=1)
    most_minor = models.BigIntegerField(_("at most a gift"), null=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    phase = models.CharField(_("phase"), max_length=10, choices=Phase.pairs())
    claimed_minor = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(claimed_minor__gte=0, claimed_minor__lte=models.F("cap_minor")),
                name="funding_fund_is_not_overdrawn",
            ),
            models.CheckConstraint(
                condition=models.Q(cap_minor__gt=0, adds__gt=0, per__gt=0)
                & (models.Q(most_minor=None) | models.Q(most_minor__gt=0)),
                name="funding_fund_adds_something",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("starts_at")),
                name="funding_fund_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return self.sponsor

    @property
    def cap(self) -> Money:
        return Money(self.cap_minor, self.campaign.currency)

    @property
    def claimed(self) -> Money:
        return Money(self.claimed_minor, self.campaign.currency)

    @property
    def left(self) -> Money:
        return self.cap - self.claimed

    @property
    def most(self) -> Money | None:
        return None if self.most_minor is None else Money(self.most_minor, self.campaign.currency)

    @property
    def paid(self) -> Money:
        """What the sponsor has transferred, by the bank's lines."""
        paid = BankMatch.objects.filter(fund_id=self.pk).aggregate(sum=models.Sum("minor"))["sum"]
        return Money(paid or 0, self.campaign.currency)


class MatchingClaim(models.Model):
    """What a fund adds to one gift: `minor` now, `promised_minor` when it arrived, which it never exceeds."""

    fund = models.ForeignKey(MatchingFund, on_delete=models.PROTECT, related_name="claims")
    donation = models.ForeignKey(Donation, on_delete=models.PROTECT, related_name="claims")
    minor = models.BigIntegerField()
    promised_minor = models.BigIntegerField()

    class Meta:
        ordering = ("fund_id",)
        constraints = (
            models.UniqueConstraint(fields=("fund", "donation"), name="funding_claim_once"),
            models.CheckConstraint(
                condition=models.Q(minor__gte=0, minor__lte=models.F("promised_minor")),
                name="funding_claim_keeps_to_its_promise",
            ),
        )

    def __str__(self) -> str:
        return f"{self.donation_id} {self.minor}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.fund.campaign.currency)
