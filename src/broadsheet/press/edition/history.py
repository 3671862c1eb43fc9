"""Former editions: which steps there were, what they changed, going back to one. SQL on the manifest alone."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass

from broadsheet.press.errors import NoSuchStep


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the edition: when (seconds since 1970), why, how many entries came and went."""

    number: int
    at: int
    note: str
    came: int
    went: int


def steps(connection: sqlite3.Connection, count: int) -> list[Step]:
    """The last `count` steps, newest first."""
    sql = "SELECT number, at, note, came, went FROM steps ORDER BY number DESC LIMIT ?"
    return [Step(*row) for row in connection.execute(sql, (count,))]


SHOWER = "edition:former"
"""The resource that shows the pictures of a former edition, until everything is rendered anew."""

VALID = "since <= {0} AND (until IS NULL OR until > {0})"
"""What readers got after a step."""


def oldest(connection: sqlite3.Connection) -> int:
    """The oldest step that is kept whole: the one in which the last version that was cleared out had ended."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'oldest'").fetchone()
    return int(row[0]) if row else 1


def need_whole(connection: sqlite3.Connection, number: int) -> None:
    """Raise NoSuchStep for a step that was never made or whose versions were cleared out."""
    last = connection.execute("SELECT coalesce(max(number), 0) FROM steps").fetchone()[0]
    first = oldest(connection)
    if not first <= number <= last:
        raise NoSuchStep(
            f"There is no edition {number} to be had; those from {first} to {last} are kept. "
            "broadsheet press history lists them."
        )


def differences(connection: sqlite3.Connection, one: int, other: int) -> Iterator[tuple[str, str]]:
    """Path and what became of it (`came`, `left`, `changed`) between two steps, by path."""
    for number in (one, other):
        need_whole(connection, number)
    version = "SELECT path, status, content_type, headers, digest FROM entries WHERE "
    before = dict(_by_path(connection, version + VALID.format(int(one))))
    after = dict(_by_path(connection, version + VALID.format(int(other))))
    for path in sorted(before.keys() | after.keys()):
        if path not in before:
            yield path, "came"
        elif path not in after:
            yield path, "left"
        elif before[path] != after[path]:
            yield path, "changed"


def _by_path(connection: sqlite3.Connection, sql: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    for path, *about in connection.execute(sql):
        yield path, tuple(about)


def go_back(connection: sqlite3.Connection, number: int, note: str) -> int:
    """Make a step that has what readers got after step `number`; the caller holds a transaction."""
    need_whole(connection, number)
    sql = connection.execute
    last: int = sql("SELECT max(number) FROM steps").fetchone()[0]
    sql(f"CREATE TEMP TABLE former AS SELECT * FROM entries WHERE {VALID.format(int(number))}")  # noqa: S608
    went = sql(
        "UPDATE entries SET until = ? WHERE until IS NULL AND id NOT IN (SELECT id FROM former)",
        (last + 1,),
    ).rowcount
    came = sql(
        "INSERT INTO entries (resource, is_picture, path, status, content_type, headers, digest, size, since) "
        "SELECT resource, is_picture, path, status, content_type, headers, digest, size, ? FROM former "
        "WHERE until IS NOT NULL",
        (last + 1,),
    ).rowcount
    sql("DROP TABLE former")
    # Pictures leave with the last who shows them; who showed these is not known any more.
    sql("INSERT OR IGNORE INTO names (name) VALUES (?)", (SHOWER,))
    sql(
        "INSERT INTO shows SELECT names.id, entries.resource FROM names, entries WHERE name = ? "
        "AND is_picture AND until IS NULL AND entries.resource NOT IN (SELECT picture FROM shows)",
        (SHOWER,),
    )
    sql("INSERT INTO steps VALUES (?, ?, ?, ?, ?)", (last + 1, int(time.time()), note, came, went))
    return last + 1
