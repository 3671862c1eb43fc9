"""The bank's side: lines of its statements, and what each of them is explained by."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.models.books import Payout
from broadsheet.funding.models.donations import Attempt
from broadsheet.funding.models.returns import Refund
from broadsheet.kit.money import Money


class BankStatement(models.Model):
    """A file of the bank that was imported."""

    bank = models.SlugField(_("account at the bank"), max_length=40)
    name = models.CharField(_("file"), max_length=200)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    imported_at = models.DateTimeField(_("imported"))

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.bank} {self.name}"


class BankLine(models.Model):
    """What the bank says came (positive) or went. Never changed: `contested` is what a later statement says instead.

    `set_aside` says why a line is no business of gifts.
    """

    bank = models.SlugField(_("account at the bank"), max_length=40)
    ref = models.CharField(_("number"), max_length=100)
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    booked_on = models.DateField(_("day"), db_index=True)
    minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    words = models.CharField(_("words"), max_length=500, blank=True)
    set_aside = models.CharField(_("set aside because"), max_length=300, blank=True)
    contested = models.CharField(_("later said otherwise"), max_length=300, blank=True)

    class Meta:
        ordering = ("-booked_on", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("bank", "ref"), name="funding_bank_line_once"),
            models.CheckConstraint(
                condition=~models.Q(minor=0), name="funding_bank_line_is_of_something"
            ),
        )

    def __str__(self) -> str:
        return f"{self.bank} {self.ref}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


class BankMatch(models.Model):
    """What a line, or a part of it, is: an expected gift's attempt, a payout, a refund made by hand, or what a
    sponsor of matching gifts pays.
    """

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="matches")
    ref = models.CharField(max_length=40, unique=True)
    minor = models.BigIntegerField()
    attempt = models.OneToOneField(
        Attempt, null=True, on_delete=models.PROTECT, related_name="bank_match"
    )
    payout = models.ForeignKey(
        Payout, null=True, on_delete=models.PROTECT, related_name="bank_matches"
    )
    refund = models.OneToOneField(
        Refund, null=True, on_delete=models.PROTECT, related_name="bank_match"
    )
    fund = models.ForeignKey(
        "funding.MatchingFund", null=True, on_delete=models.PROTECT, related_name="bank_matches"
    )

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(attempt__isnull=False, payout=None, refund=None, fund=None)
                | models.Q(attempt=None, payout__isnull=False, refund=None, fund=None)
                | models.Q(attempt=None, payout=None, refund__isnull=False, fund=None)
                | models.Q(attempt=None, payout=None, refund=None, fund__isnull=False),
                name="funding_bank_match_is_one_thing",
            ),
        )

    def __str__(self) -> str:
        return self.ref

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.line.currency)
