"""Updates: what a campaign tells those who gave to it, on its page and by e-mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.choices import MailState
from broadsheet.funding.models.campaigns import Campaign
from broadsheet.funding.models.donations import Supporter


class CampaignUpdate(models.Model):
    """What was written in one language; never changed, since it was sent."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="updates")
    language = models.CharField(_("language"), max_length=20)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"))
    published_at = models.DateTimeField(_("published"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("-published_at", "-pk")

    def __str__(self) -> str:
        return self.title


class UpdateMail(models.Model):
    """That one supporter gets one update by e-mail, once."""

    update = models.ForeignKey(CampaignUpdate, on_delete=models.PROTECT, related_name="mails")
    supporter = models.ForeignKey(Supporter, on_delete=models.PROTECT, related_name="updates")
    state = models.CharField(
        max_length=10, choices=MailState.pairs(), default=MailState.PENDING.value
    )
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("update", "supporter"), name="funding_update_mail_once"
            ),
        )
        indexes = (models.Index(fields=("state", "due_at"), name="funding_update_mail_by_state"),)

    def __str__(self) -> str:
        return f"{self.update_id} {self.supporter_id}"
