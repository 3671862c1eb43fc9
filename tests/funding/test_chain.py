"""The ledger's chain and its closed periods: whatever is altered, added or taken away in between is found."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.funding import checks
from broadsheet.funding.actions import close_period
from broadsheet.funding.errors import PeriodRefused
from broadsheet.funding.models import (
    LedgerEntry,
    LedgerHead,
    LedgerPeriod,
    LedgerTransaction,
    triggers,
)
from broadsheet.funding.queries import chain_breaks
from broadsheet.funding.rules.chaining import FIRST, Entry, Fact, chain_hash
from broadsheet.readers.models import User
from stage import Stage, at_once


def gifts(stage: Stage, count: int = 4) -> None:
    for at in range(count):
        stage.give(1000 + at, email=f"s{at}@example.org")
    stage.settle()


def ann() -> User:
    return User.objects.get_or_create(email="ann@ledger.example")[0]


def test_chain_holds_over_all_that_is_booked_and_is_numbered_without_gaps(stage: Stage) -> None:
    gifts(stage)
    numbers = LedgerTransaction.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4]
    assert list(chain_breaks()) == []
    assert list(chain_breaks(since=3)) == []


@pytest.mark.parametrize("what", ["amount", "account", "time", "reference", "kind", "campaign"])
def test_chain_tells_whatever_was_altered(stage: Stage, what: str) -> None:
    campaign = stage.campaign()
    gifts(stage)
    triggers.lift()
    second = LedgerTransaction.objects.get(number=2)
    rows = LedgerTransaction.objects.filter(pk=second.pk)
    gift = second.entries.filter(account="gifts")
    {
        "amount": lambda: second.entries.filter(account="fees").update(minor=1),
        "account": lambda: gift.update(account="cover"),
        "time": lambda: rows.update(occurred_at=second.booked_at),
        "reference": lambda: rows.update(processor_ref="txn_other"),
        "kind": lambda: rows.update(kind="refund"),
        "campaign": lambda: gift.update(campaign=campaign),
    }[what]()
    assert list(chain_breaks()) == ["transaction 2 of the ledger was altered"]
    assert any("transaction 2" in problem for problem, _ in checks.books())


def test_chain_tells_what_was_taken_away_added_or_cut_off(stage: Stage) -> None:
    gifts(stage)
    triggers.lift()
    with transaction.atomic():
        LedgerEntry.objects.filter(transaction__number=2).delete()
        LedgerTransaction.objects.filter(number=2).delete()
        assert list(chain_breaks()) == ["transaction 2 of the ledger is not there"]
        transaction.set_rollback(True)
    with transaction.atomic():
        LedgerEntry.objects.filter(transaction__number=4).delete()
        LedgerTransaction.objects.filter(number=4).delete()
        assert list(chain_breaks()) == ["the ledger ends at transaction 3, and should at 4"]
        transaction.set_rollback(True)
    third = LedgerTransaction.objects.get(number=3)
    other = third.entries.all()[0]
    other.pk = None
    other.save()
    assert list(chain_breaks()) == ["transaction 3 of the ledger was altered"]


def test_chain_of_what_is_booked_at_once_has_no_gap_and_no_fork(open_stage: Stage) -> None:
    for at in range(16):
        open_stage.give(1000 + at, email=f"s{at}@example.org")
    for event in open_stage.events():
        open_stage.deliver(event)
    from broadsheet.funding import tasks

    at_once(*[tasks.drain_inbox] * 8)
    open_stage.work()
    assert sorted(LedgerTransaction.objects.values_list("number", flat=True)) == list(range(1, 17))
    assert list(chain_breaks()) == []


@pytest.mark.soak(minutes=1)  # it runs twenty migrations back and forth
def test_chain_is_made_for_what_was_booked_before_there_was_one(open_stage: Stage) -> None:
    gifts(open_stage)
    call_command("migrate", "funding", "0004", verbosity=0)
    call_command("migrate", "funding", verbosity=0)
    assert triggers.missing() == []
    assert LedgerHead.objects.get().number == 4
    assert list(chain_breaks()) == []


def test_period_holds_what_was_booked_since_the_last_one(stage: Stage) -> None:
    gifts(stage, 2)
    first = close_period(name="2026-11", by=ann())
    with pytest.raises(PeriodRefused, match="Nothing was booked"):
        close_period(name="2026-12", by=ann())
    stage.give(5000, email="late@example.org")
    stage.settle()
    with pytest.raises(PeriodRefused, match="needs a name"):
        close_period(name="2026-11", by=ann())
    second = close_period(name="2026-12", by=ann())
    assert [(one.begins, one.ends) for one in (first, second)] == [(1, 2), (3, 3)]
    assert ["gifts", "USD", -2001] in first.sums
    assert ["gifts", "USD", -5000] in second.sums
    assert sum(row[2] for row in first.sums) == 0
    assert second.hash == LedgerHead.objects.get().hash


def test_period_is_not_closed_over_books_that_were_altered(stage: Stage) -> None:
    gifts(stage)
    triggers.lift()
    LedgerTransaction.objects.filter(number=2).update(kind="x")
    with pytest.raises(PeriodRefused, match="transaction 2 of the ledger was altered"):
        close_period(name="2026-11", by=ann())


def test_b7_closed_period_is_fixed_by_the_database(stage: Stage) -> None:
    gifts(stage, 1)
    period = close_period(name="2026-11", by=ann())
    for work in (
        lambda: LedgerPeriod.objects.update(hash="x"),
        lambda: LedgerPeriod.objects.filter(pk=period.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            work()


entries = st.lists(
    st.builds(Entry, st.sampled_from(["gifts", "fees"]), st.integers(), st.just("USD"), st.integers(0, 9)),
    max_size=5,
)  # fmt: skip


@given(entries, entries, st.text(max_size=5))
def test_hash_is_of_the_lines_in_any_order_and_of_nothing_else(
    one: list[Entry], other: list[Entry], kind: str
) -> None:
    fact = Fact(1, "i", kind, "sandbox", "r", "", "2026-11-24T00:00:00+00:00")
    assert chain_hash(FIRST, fact, one) == chain_hash(FIRST, fact, reversed(one))
    if sorted(one) != sorted(other):
        assert chain_hash(FIRST, fact, one) != chain_hash(FIRST, fact, other)
    assert chain_hash("1" * 64, fact, one) != chain_hash(FIRST, fact, one)
