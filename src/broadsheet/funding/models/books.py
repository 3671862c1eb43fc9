"""The ledger's tables: append-only and balanced by triggers of the database; only `ledger` writes them."""

from __future__ import annotations

import uuid

from django.db import models

from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.models.accounts import ProcessorAccount
from broadsheet.funding.models.campaigns import Campaign
from broadsheet.funding.models.donations import Donation
from broadsheet.funding.rules.chaining import FIRST
from broadsheet.kit.money import Money


class LedgerTransaction(models.Model):
    """A business fact whose entries sum to zero in each currency. It is inserted after its entries."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    account = models.ForeignKey(ProcessorAccount, on_delete=models.PROTECT, related_name="+")
    processor_ref = models.CharField(max_length=100)
    donation = models.ForeignKey(
        Donation, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings"
    )
    occurred_at = models.DateTimeField()
    booked_at = models.DateTimeField()
    number = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("number",), name="funding_ledger_number_once"),
            models.UniqueConstraint(
                fields=("account", "processor_ref"), name="funding_ledger_once_a_processor_txn"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.processor_ref}"


class LedgerEntry(models.Model):
    """One line: debits positive, credits negative, in minor units."""

    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="entries"
    )
    account = models.CharField(max_length=20, choices=LedgerAccount.pairs())
    minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~models.Q(minor=0), name="funding_entry_not_zero"),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="funding_entry_currency_is_a_code",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} {self.minor} {self.currency}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


class LedgerHead(models.Model):
    """The one row that says where the chain ends; whoever books holds it, so that numbers have no gaps."""

    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=FIRST)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(pk=1), name="funding_ledger_head_is_one"),
        )

    def __str__(self) -> str:
        return f"{self.number}"


class LedgerPeriod(models.Model):
    """A closed stretch of the ledger: the numbers it holds, the hash of its last, the sum of each account."""

    name = models.CharField(max_length=40, unique=True)
    begins = models.PositiveBigIntegerField()
    ends = models.PositiveBigIntegerField(unique=True)
    hash = models.CharField(max_length=64)
    sums = models.JSONField()
    closed_at = models.DateTimeField()

    class Meta:
        ordering = ("-ends",)

    def __str__(self) -> str:
        return self.name


class Payout(models.Model):
    """Money that a processor sent to the newsroom's bank. What became of it is in the ledger."""

    account = models.ForeignKey(ProcessorAccount, on_delete=models.PROTECT, related_name="payouts")
    ident = models.CharField(max_length=100)
    minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()
    failed = models.BooleanField(default=False)

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("account", "ident"), name="funding_payout_once"),
        )

    def __str__(self) -> str:
        return self.ident
