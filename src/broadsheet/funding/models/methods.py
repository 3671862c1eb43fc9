"""Methods that may be charged without their owner: the processor's names, never the number of a card."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.models.accounts import ProcessorAccount


class PaymentMethod(models.Model):
    """A customer and their method at a processor. `label` is what its owner knows it by, `expires_on` its last day.

    `forget_at` is when the processor is asked (again) to forget them, for somebody who was erased; None once it has.
    """

    account = models.ForeignKey(ProcessorAccount, on_delete=models.PROTECT, related_name="methods")
    customer = models.CharField(max_length=100)
    method = models.CharField(max_length=100)
    label = models.CharField(_("method"), max_length=60, blank=True)
    expires_on = models.DateField(_("good until"), null=True, blank=True)
    kept_at = models.DateTimeField()
    forget_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "customer", "method"), name="funding_method_once"
            ),
        )
        indexes = (
            models.Index(
                fields=("forget_at",),
                condition=models.Q(forget_at__isnull=False),
                name="funding_method_to_forget",
            ),
        )

    def __str__(self) -> str:
        return self.label
