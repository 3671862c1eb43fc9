"""Receipts: numbered without gaps inside a series, sent from their own row."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.choices import ReceiptState
from broadsheet.funding.models.donations import Donation


class ReceiptSeries(models.Model):
    """A run of numbers, such as a year's. `last` is taken by an update in the transaction of the receipt."""

    name = models.CharField(max_length=20, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Receipt(models.Model):
    """What a supporter gets for a donation. A corrected receipt keeps its number and raises the version."""

    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT, related_name="receipts")
    number = models.PositiveIntegerField(_("number"))
    version = models.PositiveIntegerField(_("version"), default=1)
    donation = models.ForeignKey(Donation, on_delete=models.PROTECT, related_name="receipts")
    returned_minor = models.BigIntegerField(_("given back since"), default=0)
    issued_at = models.DateTimeField(_("issued"))
    state = models.CharField(
        _("state"), max_length=10, choices=ReceiptState.pairs(), default=ReceiptState.PENDING.value
    )
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("series", "number", "version")
        indexes = (models.Index(fields=("state", "due_at"), name="funding_receipt_by_state"),)
        constraints = (
            models.UniqueConstraint(
                fields=("series", "number", "version"), name="funding_receipt_number_once"
            ),
            models.UniqueConstraint(
                fields=("donation", "version"), name="funding_receipt_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(number__gt=0, version__gt=0),
                name="funding_receipt_numbers_from_one",
            ),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number as people write it: `2026-00042`, with the version where it was corrected."""
        base = f"{self.series.name}-{self.number:05d}"
        return base if self.version == 1 else f"{base}/{self.version}"
