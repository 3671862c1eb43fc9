"""What the ledger says, and whether its chain holds."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Sum

from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.models import Campaign, LedgerEntry, LedgerHead, LedgerTransaction
from broadsheet.funding.rules.chaining import FIRST, Entry, Fact, chain_hash

TOGETHER = 500
"""Transactions that are read at once."""


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
    for fact, entries, kept in _links(since):
        number += 1
        if fact.number != number:
            yield f"transaction {number} of the ledger is not there"
            number = fact.number
        elif chain_hash(previous, fact, entries) != kept:
            yield f"transaction {number} of the ledger was altered"
        previous = kept
    head = LedgerHead.objects.get()
    if (head.number, head.hash) != (number, previous):
        yield f"the ledger ends at transaction {number}, and should at {head.number}"


def _links(since: int) -> Iterator[tuple[Fact, list[Entry], str]]:
    """What each transaction's hash is made of and the hash that it has, by number. A million are not made objects."""
    rows = LedgerTransaction.objects.order_by("number").values_list(
        "number", "pk", "kind", "account__slug", "processor_ref", "donation__reference", "occurred_at", "hash"
    )  # fmt: skip
    while found := list(rows.filter(number__gte=since)[:TOGETHER]):
        entries = defaultdict[Any, list[Entry]](list)
        lines = LedgerEntry.objects.filter(transaction__in=[row[1] for row in found])
        fields = ("transaction", "account", "minor", "currency", "campaign")
        for of, account, minor, currency, campaign in lines.values_list(*fields):
            entries[of].append(Entry(account, minor, currency, campaign or 0))
        for number, pk, kind, account, processor_ref, reference, at, kept in found:
            at_utc = at.astimezone(dt.UTC).isoformat()
            fact = Fact(number, str(pk), kind, account, processor_ref, reference or "", at_utc)
            yield fact, entries[pk], kept
        since = found[-1][0] + 1
