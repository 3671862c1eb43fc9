"""The ledger refuses whatever is not a balanced addition to it (B7), on both databases and after migrations."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from broadsheet.funding import checks, ledger
from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.errors import Unbalanced
from broadsheet.funding.models import (
    CampaignTotal,
    Donation,
    LedgerEntry,
    LedgerTransaction,
    triggers,
)
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from stage import PAID, Stage

GIFTS, FEES, PROCESSOR = LedgerAccount.GIFTS, LedgerAccount.FEES, LedgerAccount.PROCESSOR


def line(account: LedgerAccount, minor: int, currency: str = "USD") -> ledger.Line:
    return ledger.Line(account, Money(minor, currency))


def book(stage: Stage, donation: Donation, *lines: ledger.Line, ref: str = "txn_1") -> None:
    with transaction.atomic():
        ledger.book(
            kind="gift",
            account=stage.account,
            processor_ref=ref,
            donation=donation,
            occurred_at=clock.now(),
            lines=lines,
        )


def refused(work: Callable[[], object], said: str) -> None:
    with pytest.raises(DatabaseError, match=said), transaction.atomic():
        work()


def sql(statement: str, *values: object) -> Callable[[], object]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return run


@pytest.fixture
def booked(stage: Stage) -> Donation:
    donation = stage.give(2500, covers_fees=True, campaign=stage.campaign())
    stage.settle()
    return donation


def test_b7_update_and_delete_are_refused_by_the_database(booked: Donation) -> None:
    refused(sql("UPDATE funding_ledgerentry SET minor = minor + 1"), "append-only")
    refused(sql("UPDATE funding_ledgertransaction SET kind = 'x'"), "append-only")
    refused(sql("DELETE FROM funding_ledgerentry"), "append-only")
    refused(lambda: LedgerEntry.objects.update(minor=1), "append-only")
    refused(LedgerEntry.objects.all()[0].save, "append-only")
    refused(sql("DELETE FROM funding_ledgertransaction"), "append-only")
    assert list(checks.books()) == []


def test_b7_emptying_or_replacing_is_refused_by_the_database(booked: Donation) -> None:
    entry = LedgerEntry.objects.all()[0]
    if connection.vendor == "postgresql":
        connection.check_constraints()
        refused(sql("TRUNCATE funding_ledgerentry"), "append-only")
        refused(sql("TRUNCATE funding_ledgertransaction CASCADE"), "append-only")
        return
    fresh = uuid.uuid4().hex
    replace = (
        "INSERT OR REPLACE INTO funding_ledgerentry (id, transaction_id, account, minor, currency)"
        " VALUES (%s, %s, 'gifts', 1, 'USD')"
    )
    refused(sql(replace, entry.pk, fresh), "append-only")
    refused(sql(replace, entry.pk, entry.transaction_id.hex), "booked already|append-only")
    upsert = replace.replace(" OR REPLACE", "") + " ON CONFLICT (id) DO UPDATE SET minor = 1"
    refused(sql(upsert, entry.pk, fresh), "append-only")
    again = (
        "INSERT OR REPLACE INTO funding_ledgertransaction SELECT * FROM funding_ledgertransaction"
    )
    refused(sql(again), "booked already")


def test_b7_line_added_to_a_booked_transaction_is_refused(booked: Donation) -> None:
    made = LedgerTransaction.objects.get()
    refused(
        lambda: LedgerEntry.objects.create(
            transaction=made, account=GIFTS, minor=1, currency="USD"
        ),
        "booked already",
    )


def test_b7_transaction_that_does_not_balance_is_refused(stage: Stage) -> None:
    donation = stage.begin()

    def half(*minors: tuple[int, str]) -> Callable[[], object]:
        def run() -> None:
            ident = uuid.uuid4()
            for minor, currency in minors:
                LedgerEntry.objects.create(
                    transaction_id=ident, account=GIFTS, minor=minor, currency=currency
                )
            LedgerTransaction.objects.create(
                id=ident, kind="gift", account=stage.account, processor_ref="t",
                donation=donation, occurred_at=clock.now(), booked_at=clock.now(),
                number=1, hash="x",
            )  # fmt: skip

        return run

    refused(half(), "does not balance")
    refused(half((5, "USD")), "does not balance")
    refused(half((5, "USD"), (-4, "USD")), "does not balance")
    refused(half((5, "USD"), (-5, "EUR")), "does not balance")
    refused(half((0, "USD"), (0, "USD")), "not_zero")
    half((5, "USD"), (-5, "USD"), (7, "EUR"), (-7, "EUR"))()


def test_b7_line_without_its_transaction_cannot_be_committed(stage: Stage) -> None:
    LedgerEntry.objects.create(transaction_id=uuid.uuid4(), account=GIFTS, minor=1, currency="USD")
    with pytest.raises(IntegrityError):
        connection.check_constraints()
    transaction.set_rollback(True)


def test_ledger_refuses_lines_of_two_currencies_that_do_not_balance_each(stage: Stage) -> None:
    donation = stage.begin()
    with pytest.raises(Unbalanced):
        book(stage, donation, line(PROCESSOR, 5), line(GIFTS, -5, "EUR"))


def test_ledger_takes_a_transaction_of_the_processor_once(stage: Stage) -> None:
    donation = stage.begin()
    book(stage, donation, line(PROCESSOR, 5), line(GIFTS, -5))
    refused(lambda: book(stage, donation, line(PROCESSOR, 5), line(GIFTS, -5)), "booked already")
    book(stage, donation, line(PROCESSOR, 5), line(GIFTS, -5), ref="txn_2")
    assert LedgerTransaction.objects.count() == 2


def test_ledger_of_a_gift_says_gift_cover_fee_and_what_is_at_the_processor(
    booked: Donation,
) -> None:
    lines = dict(LedgerEntry.objects.values_list("account", "minor"))
    assert lines == {"gifts": -2500, "cover": -106, "fees": 106, "processor": 2500}
    with_campaign = LedgerEntry.objects.filter(campaign=booked.campaign)
    assert with_campaign.get().account == "gifts"


# The triggers themselves ----------------------------------------------------------------------


def test_b7_triggers_survive_migrations_that_rebuild_the_tables(open_stage: Stage) -> None:
    """SQLite makes a table anew for such a change, drops its triggers in silence, and stumbles over
    those of other tables that name it."""
    donation = open_stage.give()
    open_stage.settle()
    plan = [(_Migration(), False)]
    for model, name in ((LedgerEntry, "currency"), (LedgerTransaction, "kind")):
        field = model._meta.get_field(name)
        wider = models.CharField(max_length=30)
        wider.set_attributes_from_name(name)
        triggers.on_migrating(using="default", plan=plan)
        with connection.schema_editor() as editor:
            editor.alter_field(model, field, wider)
            editor.alter_field(model, wider, field)
        triggers.on_migrated(using="default")
        assert triggers.missing() == []
    refused(sql("UPDATE funding_ledgerentry SET minor = 1"), "append-only")
    refused(sql("DELETE FROM funding_ledgertransaction"), "append-only")
    assert open_stage.facts(donation) == PAID


class _Migration:
    app_label = "funding"


def test_b7_migration_of_another_app_leaves_the_triggers_alone(db: None) -> None:
    other = _Migration()
    other.app_label = "newsroom"
    triggers.on_migrating(using="default", plan=[(other, False)])
    assert triggers.missing() == []


def test_b7_database_without_our_tables_is_left_alone(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when another app is migrated first, or ours were taken away."""
    monkeypatch.setattr(connection.introspection, "table_names", lambda *_: [])
    triggers.lift()
    triggers.on_migrating(plan=[(_Migration(), False)])
    triggers.on_migrated()
    assert triggers.missing()


def test_b7_every_rule_is_a_trigger_on_either_database() -> None:
    """That they work is what the other tests show, on whichever database they run."""
    lite, postgres = list(triggers._sqlite()), list(triggers._postgresql())
    names = {re.findall(r"TRIGGER (\w+)", each)[0] for each in lite}
    assert len(lite) == len(names) == len(triggers._RULES)
    made = {name for each in postgres for name in re.findall(r"CREATE TRIGGER (\w+)", each)}
    assert made == names | set(triggers._TRUNCATE)
    assert sum("CREATE OR REPLACE FUNCTION" in each for each in postgres) == len(made)


def test_b7_doctor_names_triggers_that_are_gone_and_upgrade_brings_them_back(db: None) -> None:
    assert list(checks.books()) == []
    triggers.lift()
    [(problem, mend)] = checks.books()
    assert "the ledger is not guarded" in problem
    assert "funding_entry_fixed" in problem
    assert mend == "broadsheet upgrade"
    call_command("migrate", verbosity=0)
    assert list(checks.books()) == []


def test_doctor_finds_books_that_are_out_of_balance(booked: Donation) -> None:
    triggers.lift()
    LedgerEntry.objects.filter(account=FEES).update(minor=1)
    problems = [problem for problem, _ in checks.books()]
    assert any("105 minor units of USD out of balance" in problem for problem in problems)


def test_doctor_finds_a_campaign_whose_total_is_not_the_ledgers(booked: Donation) -> None:
    CampaignTotal.objects.update(gifts_minor=2400)
    problems = [problem for problem, _ in checks.books()]
    assert problems == ["campaign floods shows 2400, the ledger says 2500"]


def test_doctor_finds_a_settled_gift_without_a_booking_and_a_receipt_without_its_number(
    booked: Donation, stage: Stage
) -> None:
    other = stage.begin(email="o@example.org")
    Donation.objects.filter(pk=other.pk).update(state="settled", settled_at=dt.datetime.now(dt.UTC))
    booked.receipts.update(number=2)
    problems = [problem for problem, _ in checks.gifts()]
    assert any("1 settled gifts have no booking" in problem for problem in problems)
    assert any("1 settled gifts have no receipt" in problem for problem in problems)
    assert any("numbered with gaps" in problem for problem in problems)
