"""Triggers that make the ledger append-only and balanced, on SQLite and PostgreSQL: the only SQL of one database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

ENTRY, TRANSACTION = "funding_ledgerentry", "funding_ledgertransaction"
PERIOD = "funding_ledgerperiod"

_UNBALANCED = f"""
    (SELECT count(*) FROM {ENTRY} WHERE transaction_id = NEW.id) < 2
    OR EXISTS (SELECT 1 FROM {ENTRY} WHERE transaction_id = NEW.id
               GROUP BY currency HAVING sum(minor) <> 0)"""  # noqa: S608 - names of ours
_BOOKED = f"EXISTS (SELECT 1 FROM {TRANSACTION} WHERE id = NEW.transaction_id)"  # noqa: S608
_KNOWN = f"""EXISTS (SELECT 1 FROM {TRANSACTION} WHERE id = NEW.id OR number = NEW.number
    OR (account_id = NEW.account_id AND processor_ref = NEW.processor_ref))"""  # noqa: S608

_THERE = f"EXISTS (SELECT 1 FROM {ENTRY} WHERE id = NEW.id)"  # noqa: S608

_FIXED = "the ledger is append-only"
_RULES = {
    "funding_entry_fixed": ("UPDATE", ENTRY, "true", _FIXED),
    "funding_entry_kept": ("DELETE", ENTRY, "true", _FIXED),
    "funding_entry_in_time": ("INSERT", ENTRY, _BOOKED, "its transaction is booked already"),
    "funding_entry_once": ("INSERT", ENTRY, _THERE, _FIXED),  # SQLite's REPLACE deletes in silence
    "funding_transaction_fixed": ("UPDATE", TRANSACTION, "true", _FIXED),
    "funding_transaction_kept": ("DELETE", TRANSACTION, "true", _FIXED),
    "funding_period_fixed": ("UPDATE", PERIOD, "true", _FIXED),
    "funding_period_kept": ("DELETE", PERIOD, "true", _FIXED),
    "funding_transaction_balanced": ("INSERT", TRANSACTION, _UNBALANCED, "it does not balance"),
    "funding_transaction_once": ("INSERT", TRANSACTION, _KNOWN, "it is booked already"),
}
"""Each trigger with the statement it refuses, where, on which condition, and what it says."""

_TRUNCATE = {"funding_entry_whole": ENTRY, "funding_transaction_whole": TRANSACTION}
"""PostgreSQL's triggers against emptying a table at once; SQLite has no such statement."""

_RUN = "EXECUTE FUNCTION"

_THERE_NOW = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


def install(alias: str = "default") -> None:
    """Make every trigger anew. Must follow every migration: SQLite loses them when a table is rebuilt."""
    lift(alias)
    connection = connections[alias]
    with connection.cursor() as cursor:
        for statement in _statements(connection):
            cursor.execute(statement)


def lift(alias: str = "default") -> None:
    """Take every trigger away: before a test empties the database, never on a newsroom's."""
    connection = connections[alias]
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for name, table in _tables(connection).items():
            where = f" ON {table} CASCADE" if postgres else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{where}")


def missing(alias: str = "default") -> list[str]:
    """The triggers that are not there, by name."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(_THERE_NOW[connection.vendor])
        there = {row[0] for row in cursor.fetchall()}
    return sorted(set(_tables(connection)) - there)


def on_migrating(using: str = "default", plan: Sequence[Any] = (), **_: Any) -> None:
    """Take the triggers away before a migration of ours: SQLite rebuilds no table that one of them names."""
    if any(migration.app_label == "funding" for migration, _backwards in plan):
        tables = set(connections[using].introspection.table_names())
        if {ENTRY, TRANSACTION} <= tables:
            lift(using)


def on_migrated(using: str = "default", **_: Any) -> None:
    """Install the triggers once the tables are there."""
    if {ENTRY, TRANSACTION, PERIOD} <= set(connections[using].introspection.table_names()):
        install(using)


def _tables(connection: BaseDatabaseWrapper) -> dict[str, str]:
    tables = {name: table for name, (_, table, _, _) in _RULES.items()}
    return tables | (_TRUNCATE if connection.vendor == "postgresql" else {})


def _statements(connection: BaseDatabaseWrapper) -> Iterator[str]:
    return _postgresql() if connection.vendor == "postgresql" else _sqlite()


def _sqlite() -> Iterator[str]:
    for name, (event, table, condition, said) in _RULES.items():
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'ledger: {said}'); END"
        )


def _postgresql() -> Iterator[str]:
    for name, (event, table, condition, said) in _RULES.items():
        yield _function(name, condition, said)
        yield f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {_RUN} {name}()"
    for name, table in _TRUNCATE.items():
        yield _function(name, "true", _FIXED)
        yield f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} {_RUN} {name}()"


def _function(name: str, condition: str, said: str) -> str:
    """A function of PostgreSQL that refuses."""
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION 'ledger: {said}' USING ERRCODE = '23514'; END IF; "
        "RETURN NEW; END $$"
    )
