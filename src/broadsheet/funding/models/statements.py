"""Yearly statements: what a supporter gave in a year, as it was when it was written, and its corrections."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.choices import ReceiptState, StatementForm
from broadsheet.funding.models.donations import Supporter
from broadsheet.funding.models.receipts import ReceiptSeries
from broadsheet.funding.rules.yearly import Given, given_from, totals_of
from broadsheet.kit.money import Money

STATEMENTS = "S"
"""How series of yearly statements begin: `S2026`. Those of receipts are years alone."""


class YearlyStatement(models.Model):
    """A year of one supporter's gifts. A corrected one keeps its number and raises the version; none is changed.

    `gifts` are the lines as the ledger had them, `issuer` what the newsroom said of itself, `giver` whose gifts they
    are: all as it was written. It is sent from its own row, as a receipt is.
    """

    key = models.CharField(max_length=30, unique=True)
    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT, related_name="statements")
    number = models.PositiveIntegerField(_("number"))
    version = models.PositiveIntegerField(_("version"), default=1)
    supporter = models.ForeignKey(Supporter, on_delete=models.PROTECT, related_name="statements")
    year = models.PositiveSmallIntegerField(_("year"))
    form = models.CharField(_("form"), max_length=10, choices=StatementForm.pairs())
    language = models.CharField(_("language"), max_length=20)
    giver = models.CharField(max_length=120, blank=True)
    issuer = models.JSONField(default=dict)
    gifts = models.JSONField(default=list)
    issued_at = models.DateTimeField(_("issued"))
    state = models.CharField(
        _("state"), max_length=10, choices=ReceiptState.pairs(), default=ReceiptState.PENDING.value
    )
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-year", "number", "-version")
        constraints = (
            models.UniqueConstraint(
                fields=("series", "number", "version"), name="funding_statement_number_once"
            ),
            models.UniqueConstraint(
                fields=("supporter", "year", "version"), name="funding_statement_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(number__gt=0, version__gt=0),
                name="funding_statement_numbers_from_one",
            ),
        )
        indexes = (models.Index(fields=("state", "due_at"), name="funding_statement_by_state"),)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number as people write it: `S2026-00042`, with the version where it was corrected."""
        base = f"{self.series.name}-{self.number:05d}"
        return base if self.version == 1 else f"{base}/{self.version}"

    @property
    def lines(self) -> list[Given]:
        """The gifts, the first one first."""
        return [given_from(kept) for kept in self.gifts]

    @property
    def totals(self) -> list[Money]:
        """What remains of them, each currency by itself."""
        return totals_of(self.lines)
