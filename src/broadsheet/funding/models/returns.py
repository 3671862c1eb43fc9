"""Money that goes back: refunds by staff or at the processor, and disputes that supporters' banks open."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.choices import DisputeState, RefundSource, RefundState
from broadsheet.funding.models.donations import Attempt
from broadsheet.kit.money import Money


class Refund(models.Model):
    """Part or all of a payment given back. `key` is ours and private; `ident` is the processor's."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="refunds")
    minor = models.BigIntegerField(_("amount"))
    source = models.CharField(_("made by"), max_length=10, choices=RefundSource.pairs())
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=RefundState.pairs())
    key = models.CharField(max_length=64, unique=True)
    ident = models.CharField(max_length=100, blank=True)
    lost_minor = models.BigIntegerField(default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("asked for"))
    submitted_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveIntegerField(default=0)
    look_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-pk",)
        indexes = (models.Index(fields=("state", "look_at"), name="funding_refund_by_state"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(minor__gt=0), name="funding_refund_is_of_something"
            ),
            models.CheckConstraint(
                condition=models.Q(asked_by__isnull=True)
                | models.Q(agreed_by__isnull=True)
                | ~models.Q(asked_by=models.F("agreed_by")),
                name="funding_refund_two_are_two",
            ),
            models.UniqueConstraint(
                fields=("attempt", "ident"),
                condition=~models.Q(ident=""),
                name="funding_refund_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.attempt.donation.currency)


class Dispute(models.Model):
    """A payment that its payer's bank took back or wants to. What it took and brought is in the ledger."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="disputes")
    ident = models.CharField(max_length=100)
    minor = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=DisputeState.pairs())
    lost_minor = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField(_("opened"))
    evidence_due_at = models.DateTimeField(_("evidence is due"), null=True, blank=True)

    class Meta:
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("attempt", "ident"), name="funding_dispute_once"),
        )

    def __str__(self) -> str:
        return f"{self.ident} {self.state}"
