"""What guards giving: counts that fade, cards that were tried, proofs that were spent, links sent, the breaker.

Whoever asks is known by marks alone (keyed hashes of an e-mail address, a network, a card), for three days at most.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.choices import Alarm, MailState
from broadsheet.funding.models.accounts import ProcessorAccount
from broadsheet.funding.models.donations import Attempt


class Pace(models.Model):
    """How much was begun by who has one mark: nothing of it counts any more at `free_at`."""

    kind = models.CharField(max_length=10)
    mark = models.CharField(max_length=64)
    free_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "mark"), name="funding_pace_once"),)


class Footprint(models.Model):
    """Where an attempt was begun from, by marks; what its declined cards are counted by, too."""

    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="footprint")
    email = models.CharField(max_length=64)
    line = models.CharField(max_length=64, blank=True)
    network = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(db_index=True)


class TriedCard(models.Model):
    """One try to pay by a card, as it was fetched from the processor; `card` is our mark of its mark."""

    account = models.ForeignKey(ProcessorAccount, on_delete=models.PROTECT, related_name="+")
    ident = models.CharField(max_length=100)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="cards")
    card = models.CharField(max_length=64)
    is_declined = models.BooleanField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account", "ident"), name="funding_tried_card_once"),
        )
        indexes = (models.Index(fields=("card", "at"), name="funding_tried_card"),)


class SpentProof(models.Model):
    """A challenge that was solved, or a link that was followed, and that is good for nothing more."""

    mark = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)


class GiftLink(models.Model):
    """A link by e-mail to somebody who wants to give and cannot solve the challenge; `said` is what they typed."""

    key = models.CharField(max_length=40, unique=True)
    email = models.EmailField()
    said = models.JSONField()
    language = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    state = models.CharField(
        max_length=10, choices=MailState.pairs(), default=MailState.PENDING.value
    )
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)


class Breaker(models.Model):
    """One time that every gift had to be proven: why, how many cards were declined of how many, until when.

    It is raised as long as it was not released; `holds_until` is when it may be released by itself.
    """

    why = models.CharField(_("why"), max_length=10, choices=Alarm.pairs())
    cards = models.PositiveIntegerField(_("cards"), default=0)
    declined = models.PositiveIntegerField(_("declined"), default=0)
    raised_at = models.DateTimeField(_("raised"))
    raised_by = models.CharField(max_length=100)
    holds_until = models.DateTimeField(_("stays until at least"))
    is_raised = models.BooleanField(default=True)
    released_at = models.DateTimeField(_("released"), null=True)
    released_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("is_raised",),
                condition=models.Q(is_raised=True),
                name="funding_breaker_one_raised",
            ),
        )
