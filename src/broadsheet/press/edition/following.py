"""Moving the manifest to what another machine has pressed, inside a transaction that the caller holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from broadsheet.press.edition.entry import Form
from broadsheet.press.edition.history import SHOWER
from broadsheet.press.edition.stepping import exchange


class Told(NamedTuple):
    """What one resource is to readers, as another machine tells it; a path of None: it is gone."""

    resource: str
    path: str | None
    status: int
    content_type: str
    headers: str
    """As JSON, like in the manifest."""
    digest: str
    size: int
    forms: Mapping[str, Form]


class Followed(NamedTuple):
    """Up to where a manifest agrees with a register: which one, its number, and our own step then."""

    epoch: str
    number: int
    step: int


TOLD = """CREATE TEMP TABLE told (name TEXT PRIMARY KEY, path TEXT, status INTEGER, content_type TEXT,
    headers TEXT, digest TEXT, size INTEGER)"""

ARRIVING = """CREATE TEMP TABLE arriving AS
    SELECT names.id AS resource, told.*, told.name = told.path AS is_picture
    FROM told JOIN names USING (name) LEFT JOIN entries now ON now.resource = names.id AND until IS NULL
    WHERE told.path IS NOT NULL AND (now.path, now.status, now.content_type, now.headers, now.digest)
        IS NOT (told.path, told.status, told.content_type, told.headers, told.digest)"""

LEFT = "SELECT id FROM names JOIN told USING (name) WHERE told.path IS NULL"

UNKNOWN = "SELECT id FROM names WHERE name NOT IN (SELECT name FROM told)"


def take_over(
    connection: sqlite3.Connection, told: Iterable[Told], tables: Iterable[str], *, is_all: bool
) -> int | None:
    """Make readers get what was told, in one step; return its number, or None where nothing differs for them.

    `is_all`: what is not among it goes. Which documents read what is not told, so nothing of it is known afterwards
    but the `tables` that some document depends on as a whole: whoever presses next renders everything. Pictures are
    shown by SHOWER until then. Raises PathTaken.
    """
    sql = connection.execute
    sql(TOLD)
    for one in told:
        sql("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?)", one[:7])
        sql("INSERT OR IGNORE INTO names (name) VALUES (?)", (one.resource,))
        for coding, form in one.forms.items():
            sql("INSERT OR REPLACE INTO variants VALUES (?, ?, ?, ?)", (one.digest, coding, *form))
    sql(ARRIVING)
    leaving = f"{LEFT} UNION {UNKNOWN}" if is_all else LEFT
    step = exchange(connection, leaving, "followed another machine")
    sql("DROP TABLE told")
    _forget_reads(connection, tables)
    return step


def _forget_reads(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    sql = connection.execute
    for relation in ("reads", "shows", "memberships"):
        sql(f"DELETE FROM {relation}")  # noqa: S608 - ours
    sql("DELETE FROM meta WHERE name = 'fingerprint'")
    keys = json.dumps([f"table:{table}" for table in tables])
    sql("INSERT OR IGNORE INTO names (name) VALUES (?)", (SHOWER,))
    sql("INSERT OR IGNORE INTO names (name) SELECT value FROM json_each(?)", (keys,))
    sql(
        "INSERT INTO reads SELECT shower.id, names.id FROM names shower, names JOIN json_each(?) ON value = names.name "
        "WHERE shower.name = ?",
        (keys, SHOWER),
    )
    sql(
        "INSERT INTO shows SELECT names.id, resource FROM names, entries "
        "WHERE name = ? AND is_picture AND until IS NULL",
        (SHOWER,),
    )
