"""A million invented gifts, written by the database itself: supporters, gifts, attempts, receipts, ledger, the same
movements at the sandbox, and pledges that are due."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, Model

GIFTS_EACH = 4
"""Gifts of one supporter; the first has one of every two thousand besides."""

BALANCED = 3
"""Entries of one booking."""

PERIODS = 6
"""How many periods of a pledge there were before the one that is due."""


def fill(gifts: int, entries: int) -> None:
    """Write so many gifts, of which the first are booked with so many entries."""
    from broadsheet.funding.actions import open_account
    from broadsheet.funding.models import (
        Attempt,
        CampaignTotal,
        Donation,
        LedgerEntry,
        LedgerHead,
        ProcessorObject,
        Receipt,
        ReceiptSeries,
        Supporter,
    )

    account = open_account(by="bench").pk
    campaign = _campaign()
    series = ReceiptSeries.objects.create(name="2026", last=gifts).pk
    people, booked = gifts // GIFTS_EACH, entries // BALANCED
    whose = f"CASE WHEN i % 2000 = 0 THEN 1 ELSE i % {people} + 1 END"
    _rows(
        Supporter, people, key="'k' || i", email="'s' || i || '@example.org'",
        name="CASE WHEN i % 1000 = 7 THEN 'Zebulon Rare ' ELSE 'Sam Field ' END || i",
        language="'en'", created_at=_at("i"),
    )  # fmt: skip
    _rows(
        Donation, gifts, reference="'ref' || i", nonce="'n' || i", supporter_id=whose,
        campaign_id=str(campaign), gift_minor="2500", currency="'GBP'", language="'en'",
        receipt_language="'en'", organisation="CASE WHEN i % 5000 = 9 THEN 'Bell Works ' || i ELSE '' END",
        state="CASE WHEN i % 1000 = 3 THEN 'lapsed' ELSE 'settled' END", created_at=_at("i"),
        settled_at=f"CASE WHEN i % 1000 = 3 THEN NULL ELSE {_at('i + 1')} END",
    )  # fmt: skip
    _rows(
        Attempt, gifts, donation_id="i", account_id=str(account), idempotency_key="'key' || i",
        state="CASE WHEN i % 1000 = 3 THEN 'failed' ELSE 'succeeded' END", created_at=_at("i"),
        look_at=_at("i"), payment_id="'pay_' || i", captured_minor="2500", checkout_id="'cs_' || i",
    )  # fmt: skip
    _rows(
        ProcessorObject, gifts, account_id=str(account), type="'payment'", ident="'pay_' || i",
        attempt_id="i",
    )  # fmt: skip
    _rows(
        Receipt, gifts, series_id=str(series), number="i", donation_id="i", issued_at=_at("i"),
        state="'sent'", due_at=_at("i"), sent_at=_at("i"),
    )  # fmt: skip
    _book(booked, account, campaign)
    LedgerHead.objects.update(number=booked)
    CampaignTotal.objects.update(gifts_minor=2500 * booked, gifts=booked)
    with connection.cursor() as cursor:
        models = [Supporter, Donation, Attempt, Receipt, LedgerEntry]
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")


def fill_done(gifts: int) -> None:
    """Write what so many gifts left behind, all of it done: three events of each, a letter about every tenth."""
    from broadsheet.funding.models import InboxEvent, Pledge, PledgeMail, ProcessorAccount

    account = ProcessorAccount.objects.earliest("pk").pk
    _rows(
        InboxEvent, 3 * gifts, account_id=str(account), event_id="'evt_' || i", type="'payment.succeeded'",
        object_type="'payment'", object_id="'pay_' || i", body=_bytes("'{}'"), headers="'{}'",
        received_at=_at("i"), due_at=_at("i"), state="'done'", verdict="'unchanged'",
    )  # fmt: skip
    pledge = Pledge.objects.order_by("pk").values_list("pk", flat=True).first()
    if pledge is not None:
        _rows(
            PledgeMail, gifts // 10, pledge_id=str(pledge), name="'letter ' || i", news="'upcoming'",
            facts="'{}'", made_at=_at("i"), state="'sent'", due_at=_at("i"),
        )  # fmt: skip
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [InboxEvent, PledgeMail]):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")


def fill_pledges(pledges: int, supporters: int, today: dt.date) -> None:
    """Write so many monthly pledges, due today and on the four days before, each with the periods that it had."""
    from broadsheet.funding.models import Occurrence, PaymentMethod, Pledge, ProcessorAccount

    account = ProcessorAccount.objects.earliest("pk").pk
    noon, first = f"'{today} 12:00:00'", today.replace(day=1)
    _rows(
        PaymentMethod, pledges, account_id=str(account), customer="'cus_' || i", method="'pm_' || i",
        kept_at=noon,
    )  # fmt: skip
    _rows(
        Pledge, pledges, key="'pledge' || i", supporter_id=f"i % {supporters} + 1", method_id="i",
        state="'active'", cadence="'monthly'", anchor_day=_recent(today, lambda day: str(day.day)), anchor_month="1",
        next_on=_recent(today, _day), gift_minor="2500", currency="'GBP'", language="'en'",
        receipt_language="'en'", created_at=noon,
    )  # fmt: skip
    months = [first := (first - dt.timedelta(days=1)).replace(day=1) for _ in range(PERIODS)]
    for number, month in enumerate(months):
        _rows(
            Occurrence, pledges, id=f"i + {number * pledges}", pledge_id="i", period=f"'{month}'",
            due_on=f"'{month}'", state="'missed'",
        )  # fmt: skip
    with connection.cursor() as cursor:
        models = [PaymentMethod, Pledge, Occurrence]
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")


def _campaign() -> int:
    """The campaign that all of it is given to."""
    from broadsheet.funding.actions import create_campaign
    from broadsheet.funding.actions.campaigns import Words
    from broadsheet.kit import clock
    from broadsheet.kit.money import Money

    now = clock.now()
    made = create_campaign(
        slug="floods",
        goal=Money(10**10, "GBP"),
        starts_at=now.replace(year=2020),
        ends_at=now.replace(year=now.year + 1),
        texts={"en": Words("Flood reporting", "Boats.")},
        by="bench",
    )
    return int(made.pk)


def _book(booked: int, account: int, campaign: int) -> None:
    """Book the first gifts, each with three entries; their chain is none, which only `verify` would mind."""
    from broadsheet.funding.models import LedgerEntry, LedgerTransaction, triggers

    triggers.lift()
    minors = "CASE (i - 1) % 3 WHEN 0 THEN 2427 WHEN 1 THEN 73 ELSE -2500 END"
    accounts = "CASE (i - 1) % 3 WHEN 0 THEN 'processor' WHEN 1 THEN 'fees' ELSE 'gifts' END"
    _rows(
        LedgerTransaction, booked, id=_uuid("i"), kind="'gift'", account_id=str(account),
        processor_ref="'txn_' || i", donation_id="i", occurred_at=_at("i"), booked_at=_at("i"),
        number="i", hash="'not a chain'",
    )  # fmt: skip
    _rows(
        LedgerEntry, booked * BALANCED, transaction_id=_uuid("(i - 1) / 3 + 1"), account=accounts,
        minor=minors, currency="'GBP'", campaign_id=f"CASE (i - 1) % 3 WHEN 2 THEN {campaign} END",
    )  # fmt: skip
    triggers.install()


def fill_sandbox(database: Path, movements: int) -> None:
    """The same bookings as movements at the sandbox, whose database has to be there."""
    store = sqlite3.connect(database)
    body = {
        "object": "balance_transaction", "type": "payment", "amount": 2500, "fee": 73, "net": 2427,
        "currency": "GBP", "account": "sandbox", "reference": "", "source": "pay", "created": 1_700_000_000,
    }  # fmt: skip
    rows = (
        (f"txn_{i}", "sandbox", "balance_transaction", "", json.dumps({"id": f"txn_{i}", **body}))
        for i in range(1, movements + 1)
    )
    with store:
        store.executemany(
            "INSERT INTO object (id, account, type, reference, body) VALUES (?, ?, ?, ?, ?)", rows
        )
    store.close()


def _rows(model: type[Model], count: int, **made: str) -> None:
    """Insert so many rows, `i` from 1 on; what is not `made` by an expression has its default."""
    if "id" not in made:
        made["id"] = "i"
    fields = model._meta.concrete_fields
    columns = ", ".join(field.column for field in fields)
    values = ", ".join(made.get(field.attname, "") or _default(field) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({columns}) WITH RECURSIVE n(i) AS "  # noqa: S608
            f"(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT {values} FROM n"
        )


def _default(field: Field[Any, Any]) -> str:
    value = field.get_default()
    if value is None:
        return "NULL"
    return str(value).upper() if isinstance(value, bool | int) else f"'{value}'"


def _day(day: dt.date) -> str:
    return f"'{day}'" if connection.vendor == "sqlite" else f"date '{day}'"


def _recent(today: dt.date, tell: Callable[[dt.date], str]) -> str:
    """What is told of today or of one of the four days before."""
    days = (f"WHEN {back} THEN {tell(today - dt.timedelta(days=back))}" for back in range(5))
    return f"(CASE i % 5 {' '.join(days)} END)"


def _at(minutes: str) -> str:
    """An instant so many minutes after the beginning of 2024."""
    if connection.vendor == "sqlite":
        return f"datetime('2024-01-01', '+' || ({minutes}) || ' minutes')"
    return f"timestamptz '2024-01-01 00:00:00+00' + ({minutes}) * interval '1 minute'"


def _bytes(text: str) -> str:
    return f"CAST({text} AS BLOB)" if connection.vendor == "sqlite" else f"{text}::bytea"


def _uuid(number: str) -> str:
    if connection.vendor == "sqlite":
        return f"printf('%032x', {number})"
    return f"lpad(to_hex({number}), 32, '0')::uuid"
