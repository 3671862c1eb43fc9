"""Pledges: what supporters promise to give every month or year, its periods, and what they agreed to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.choices import (
    Cadence,
    Decline,
    MailState,
    OccurrenceState,
    PledgeNews,
    PledgeOwner,
    PledgeState,
)
from broadsheet.funding.models.donations import Donation, Supporter
from broadsheet.funding.models.methods import PaymentMethod
from broadsheet.funding.models.returns import Refund
from broadsheet.funding.rules.promising import Rhythm
from broadsheet.kit.money import Money

RUNNING = (PledgeState.ACTIVE, PledgeState.PAST_DUE)
"""States of a pledge that is charged when its day comes."""


class Pledge(models.Model):
    """A standing promise. `next_on` is the day of its next gift in the newsroom's zone, None where none is to come.

    `held_at` is since when nothing is charged because a gift of it is disputed, until somebody looked at that.

    `cover_minor` is what was agreed to beside the gift, and is not reckoned anew. Names are as in a donation.
    """

    key = models.CharField(max_length=30, unique=True)
    supporter = models.ForeignKey(
        Supporter, verbose_name=_("supporter"), on_delete=models.PROTECT, related_name="pledges"
    )
    method = models.ForeignKey(
        PaymentMethod, null=True, blank=True, on_delete=models.PROTECT, related_name="pledges"
    )
    owner = models.CharField(
        max_length=10, choices=PledgeOwner.pairs(), default=PledgeOwner.APP.value
    )
    owner_ref = models.CharField(max_length=100, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=PledgeState.pairs(), default=PledgeState.PENDING.value
    )
    cadence = models.CharField(_("how often"), max_length=10, choices=Cadence.pairs()[1:])
    anchor_day = models.PositiveSmallIntegerField()
    anchor_month = models.PositiveSmallIntegerField()
    next_on = models.DateField(_("next gift"), null=True, blank=True)
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    held_at = models.DateTimeField(_("held"), null=True, blank=True)
    gift_minor = models.BigIntegerField(_("gift"))
    cover_minor = models.BigIntegerField(_("cover for fees"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    name = models.CharField(max_length=120, blank=True)
    organisation = models.CharField(max_length=120, blank=True)
    shown_name = models.CharField(max_length=120, blank=True)
    is_anonymous = models.BooleanField(default=True)
    language = models.CharField(max_length=20)
    receipt_language = models.CharField(max_length=20)
    origin = models.CharField(max_length=300, blank=True)
    reason = models.CharField(_("why it was cancelled"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("begun"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(owner=PledgeOwner.APP.value, owner_ref="")
                | (
                    models.Q(owner=PledgeOwner.PROCESSOR.value, next_on__isnull=True)
                    & ~models.Q(owner_ref="")
                ),
                name="funding_pledge_has_one_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(is_anonymous=False) | models.Q(shown_name=""),
                name="funding_pledge_anonymous_shows_no_name",
            ),
            models.UniqueConstraint(
                fields=("owner_ref",),
                condition=~models.Q(owner_ref=""),
                name="funding_pledge_owner_ref_once",
            ),
            models.CheckConstraint(
                condition=models.Q(gift_minor__gt=0, cover_minor__gte=0),
                name="funding_pledge_of_something",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    anchor_day__gte=1,
                    anchor_day__lte=31,
                    anchor_month__gte=1,
                    anchor_month__lte=12,
                ),
                name="funding_pledge_anchor_is_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(state=PledgeState.PAUSED.value)
                | models.Q(paused_until__isnull=True),
                name="funding_pledge_paused_until_only_when_paused",
            ),
            models.CheckConstraint(
                condition=models.Q(next_on__isnull=True)
                | models.Q(state__in=[*(each.value for each in RUNNING), PledgeState.PAUSED.value]),
                name="funding_pledge_ended_has_no_next_day",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_on",),
                condition=models.Q(next_on__isnull=False),
                name="funding_pledge_next",
            ),
            models.Index(
                fields=("paused_until",),
                condition=models.Q(paused_until__isnull=False),
                name="funding_pledge_paused_until",
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def gift(self) -> Money:
        return Money(self.gift_minor, self.currency)

    @property
    def gross(self) -> Money:
        """What is taken each time."""
        return Money(self.gift_minor + self.cover_minor, self.currency)

    @property
    def rhythm(self) -> Rhythm:
        cadence = Cadence(self.cadence)  # type: ignore[call-arg]
        return Rhythm(cadence, self.anchor_day, self.anchor_month)


class Occurrence(models.Model):
    """One period of a pledge: paid, on its way, skipped or let go; one alone in each period.

    `try_at` is when something is done about it next, None where nothing is. `first_declined_at` and `declines` tell of
    refusals so far; where a link is waited for, `ends_at` is how long.
    """

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="occurrences")
    period = models.DateField()
    due_on = models.DateField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=OccurrenceState.pairs())
    donation = models.OneToOneField(
        Donation, null=True, blank=True, on_delete=models.PROTECT, related_name="occurrence"
    )
    try_at = models.DateTimeField(null=True, blank=True)
    declines = models.PositiveIntegerField(default=0)
    first_declined_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    decline = models.CharField(
        _("refused because"), max_length=20, choices=Decline.pairs(), blank=True
    )

    class Meta:
        ordering = ("pledge", "period")
        constraints = (
            models.UniqueConstraint(fields=("pledge", "period"), name="funding_occurrence_once"),
            models.CheckConstraint(
                condition=~models.Q(state=OccurrenceState.PAID.value)
                | models.Q(donation__isnull=False),
                name="funding_occurrence_paid_by_a_gift",
            ),
        )
        indexes = (
            models.Index(
                fields=("try_at",),
                condition=models.Q(try_at__isnull=False),
                name="funding_occurrence_to_try",
            ),
            models.Index(fields=("state", "ends_at"), name="funding_occurrence_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.pledge_id} {self.period}"


class Consent(models.Model):
    """What a supporter agreed to, word by word, with the amount it was about; never changed."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="consents")
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=20)
    text = models.TextField()
    minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    cadence = models.CharField(max_length=10, choices=Cadence.pairs()[1:])
    given_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.pledge_id} {self.version}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


class Incident(models.Model):
    """Money that came for a pledge that had been cancelled; open as long as nobody decided about its refund."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="incidents")
    donation = models.OneToOneField(Donation, on_delete=models.PROTECT, related_name="incident")
    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="incident")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.pledge_id} {self.donation_id}"


class PledgeMail(models.Model):
    """A message about a pledge. `name` says what about, so that nothing is said twice; `facts` what was true then."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="mails")
    name = models.CharField(max_length=60)
    news = models.CharField(max_length=10, choices=PledgeNews.pairs())
    facts = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=MailState.pairs(), default=MailState.PENDING.value
    )
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("pledge", "name"), name="funding_pledge_mail_once"),
        )
        indexes = (models.Index(fields=("state", "due_at"), name="funding_pledge_mail_by_state"),)

    def __str__(self) -> str:
        return f"{self.pledge_id} {self.name}"
