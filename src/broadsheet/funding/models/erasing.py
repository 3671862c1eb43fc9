"""What the law makes us keep of somebody who was erased: shown on one page alone, gone after its day."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.models.banking import BankLine
from broadsheet.funding.models.donations import Donation, Supporter
from broadsheet.funding.models.statements import YearlyStatement


class KeptWords(models.Model):
    """Whom a receipt or statement was made out to, or what the bank wrote; deleted after the day `until`."""

    supporter = models.ForeignKey(Supporter, on_delete=models.PROTECT, related_name="kept_words")
    donation = models.OneToOneField(
        Donation, null=True, on_delete=models.PROTECT, related_name="kept_words"
    )
    statement = models.OneToOneField(
        YearlyStatement, null=True, on_delete=models.PROTECT, related_name="kept_words"
    )
    line = models.OneToOneField(
        BankLine, null=True, on_delete=models.PROTECT, related_name="kept_words"
    )
    words = models.TextField(_("words"))
    until = models.DateField(_("until"), db_index=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(donation__isnull=False, statement=None, line=None)
                | models.Q(donation=None, statement__isnull=False, line=None)
                | models.Q(donation=None, statement=None, line__isnull=False),
                name="funding_kept_words_of_one_thing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.supporter_id} until {self.until}"
