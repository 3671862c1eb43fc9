"""What the ledger says, and whether its chain holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Sum

from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.models import Campaign, LedgerEntry, LedgerHead, LedgerTransaction
from broadsheet.funding.rules.chaining import FIRST, Entry, Fact, chain_hash


def ledger_sum(account: LedgerAccount, *, campaign: Campaign | None = None) -> dict[str, int]:
    """The sum of an account's lines by currency, in minor units, of one campaign or of all."""
    lines = LedgerEntry.objects.filter(account=account)
    if campaign is not None:
        lines = lines.filter(campaign=campaign)
    return dict(lines.values_list("currency").annotate(total=Sum("minor")).order_by())


def chain_breaks(*, since: int = 1) -> Iterator[str]:
    """Where the ledger's chain does not hold from a transaction's number on, in words; nothing where it does."""
    before = LedgerTransaction.objects.filter(number=since - 1).first()
    number, previous = since - 1, before.hash if before else FIRST
    rows = LedgerTransaction.objects.filter(number__gte=since).order_by("number")
    rows = rows.select_related("account", "donation").prefetch_related("entries")
    for row in rows.iterator(500):
        number += 1
        if row.number != number:
            yield f"transaction {number} of the ledger is not there"
            number = row.number
        elif chain_hash(previous, _fact(row), map(_entry, row.entries.all())) != row.hash:
            yield f"transaction {number} of the ledger was altered"
        previous = row.hash
    head = LedgerHead.objects.get()
    if (head.number, head.hash) != (number, previous):
        yield f"the ledger ends at transaction {number}, and should at {head.number}"


def _fact(row: LedgerTransaction) -> Fact:
    return Fact(
        row.number, str(row.pk), row.kind, row.account.slug, row.processor_ref,
        row.donation.reference if row.donation else "", row.occurred_at.astimezone(dt.UTC).isoformat(),
    )  # fmt: skip


def _entry(entry: LedgerEntry) -> Entry:
    return Entry(entry.account, entry.minor, entry.currency, entry.campaign_id or 0)
