"""The sandbox's own SQLite database: accounts, objects, keys, events, deliveries; no rule of what they mean."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (slug TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, account TEXT NOT NULL, type TEXT NOT NULL,
    reference TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_reference ON object (account, type, reference);
CREATE INDEX IF NOT EXISTS object_order ON object (account, type, seq);
CREATE TABLE IF NOT EXISTS idempotency (
    account TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, account TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY, event INTEGER NOT NULL REFERENCES event (seq), due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'waiting',
    forged INTEGER NOT NULL DEFAULT 0, answer TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due);
CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), ahead INTEGER NOT NULL);
"""


def unwritable(error: sqlite3.Error) -> str:
    """What to tell whoever runs the sandbox about its database."""
    return (
        f"its database in data/sandbox cannot be used ({error}). "
        "Make room on the disk, and see that this account may write there."
    )


class Store:
    """One connection, used by one thread at a time."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=20)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA cache_size=-512")
        # At once, or each table would be waited for until it is on the disk.
        self._db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it; a block inside another is part of it."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                # A full disk leaves a transaction open at its commit, or has ended it by itself.
                with suppress(sqlite3.OperationalError):
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """What a statement returns."""
        with self._lock:
            return [dict(row) for row in self._db.execute(sql, values).fetchall()]

    def run(self, sql: str, *values: Any) -> int:
        """Run a statement; return how many rows it changed."""
        with self._lock:
            return self._db.execute(sql, values).rowcount

    # Objects are JSON documents with an id, an owner, a type and our customer's reference. ----------

    def put(self, body: Row) -> None:
        """Insert an object or replace the one with its id."""
        self.run(
            "INSERT INTO object (id, account, type, reference, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            *(body["id"], body["account"], body["object"], body["reference"]),
            json.dumps(body),
        )

    def get(self, ident: str, kind: str, account: str | None = None) -> Row | None:
        """An object by its id, of this kind and, where one is named, of this account."""
        found = self.rows("SELECT account, body FROM object WHERE id = ? AND type = ?", ident, kind)
        if not found or account not in (None, found[0]["account"]):
            return None
        body: Row = json.loads(found[0]["body"])
        return body

    def find(self, account: str, kind: str, reference: str) -> list[Row]:
        """An account's objects of a kind with a reference, oldest first."""
        found = self.rows(
            "SELECT body FROM object WHERE account = ? AND type = ? AND reference = ? ORDER BY seq",
            *(account, kind, reference),
        )
        return [json.loads(row["body"]) for row in found]

    def account(self, slug: str) -> Row:
        """An account's settings; it comes into being when it is first asked for."""
        found = self.rows("SELECT body FROM account WHERE slug = ?", slug)
        if found:
            return {**self._fresh(slug), **json.loads(found[0]["body"])}
        fresh = self._fresh(slug)
        self.keep_account(fresh)
        return fresh

    def _fresh(self, slug: str) -> Row:
        return {
            "id": slug, "object": "account", "livemode": False, "webhook_url": "",
            "rate_bp": 290, "fixed": {"USD": 30, "EUR": 30, "GBP": 20},
            "dispute_fee": {"USD": 1500, "EUR": 2000, "GBP": 2000}, "more_secrets": [],
            "faults": {},
        }  # fmt: skip

    def keep_account(self, body: Row) -> None:
        """Store an account's settings."""
        self.run(
            "INSERT INTO account (slug, body) VALUES (?, ?)"
            " ON CONFLICT (slug) DO UPDATE SET body = excluded.body",
            *(body["id"], json.dumps(body)),
        )

    def ahead(self) -> int:
        """By how many seconds the sandbox's clock has been moved."""
        found = self.rows("SELECT ahead FROM clock")
        return int(found[0]["ahead"]) if found else 0

    def move_clock(self, seconds: int) -> None:
        """Move the sandbox's clock on by so many seconds."""
        self.run(
            "INSERT INTO clock (one, ahead) VALUES (1, ?)"
            " ON CONFLICT (one) DO UPDATE SET ahead = ahead + excluded.ahead",
            seconds,
        )
