"""Processors: our accounts with them, the objects of theirs that are ours, the events they told us of."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.choices import AccountState, EventState, ProcessorKind, Verdict


class ProcessorAccount(models.Model):
    """An account with a processor. Its secrets are files of the newsroom, never rows."""

    slug = models.SlugField(_("slug"), unique=True)
    kind = models.CharField(_("processor"), max_length=20, choices=ProcessorKind.pairs())
    state = models.CharField(
        _("state"), max_length=10, choices=AccountState.pairs(), default=AccountState.ACTIVE.value
    )
    livemode = models.BooleanField(_("takes real money"), default=False)
    fee_rate_bp = models.PositiveIntegerField(_("fee in basis points"), default=0)
    fee_fixed = models.JSONField(_("fixed fee by currency, minor units"), default=dict)
    webhook_url = models.CharField(_("where it sends events"), max_length=500, blank=True)
    ident = models.CharField(_("the processor's name for it"), max_length=100, blank=True)
    endpoint = models.CharField(max_length=100, blank=True)
    methods_off = models.JSONField(_("ways to pay that are switched off"), default=list)
    listed_at = models.DateTimeField(_("events last listed"), null=True)
    last_event = models.CharField(_("last event listed"), max_length=100, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(kind=ProcessorKind.SANDBOX.value, livemode=True),
                name="funding_account_sandbox_is_not_live",
            ),
        )

    def __str__(self) -> str:
        return self.slug


class ProcessorObject(models.Model):
    """An object at a processor and the attempt that it belongs to."""

    account = models.ForeignKey(ProcessorAccount, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=40)
    ident = models.CharField(max_length=100)
    attempt = models.ForeignKey(
        "funding.Attempt", on_delete=models.PROTECT, related_name="processor_objects"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "type", "ident"), name="funding_processor_object_once"
            ),
        )

    def __str__(self) -> str:
        return self.ident


class InboxEvent(models.Model):
    """An event as a processor sent or listed it, kept before anything is done about it."""

    account = models.ForeignKey(ProcessorAccount, on_delete=models.PROTECT, related_name="events")
    event_id = models.CharField(_("event"), max_length=100)
    type = models.CharField(_("type"), max_length=100)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(_("about"), max_length=100)
    claimed_minor = models.BigIntegerField(null=True)
    claimed_currency = models.CharField(max_length=3, blank=True)
    livemode = models.BooleanField(default=False)
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    received_at = models.DateTimeField(_("received"), db_index=True)
    state = models.CharField(
        _("state"), max_length=12, choices=EventState.pairs(), default=EventState.RECEIVED.value
    )
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.pairs(), blank=True)
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField()
    error = models.TextField(_("error"), blank=True)

    class Meta:
        ordering = ("-received_at", "-pk")
        verbose_name = _("processor event")
        constraints = (
            models.UniqueConstraint(fields=("account", "event_id"), name="funding_event_once"),
        )
        indexes = (
            # Not of those alone that wait: SQLite finds no such index by states that a query is given.
            models.Index(fields=("state", "due_at"), name="funding_event_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
