"""Which keys documents have read, and who read them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

READERS = """SELECT DISTINCT reader.name FROM json_each(?) wanted JOIN names ON names.name = wanted.value
    JOIN reads ON reads.key = names.id JOIN names reader ON reader.id = reads.resource"""

READ = """SELECT name FROM names WHERE name >= ?1 AND name < coalesce(?2, ?1 || char(0x10FFFF))
    AND EXISTS (SELECT 1 FROM reads WHERE key = names.id)"""

LAST_READ = f"{READ} ORDER BY name DESC LIMIT ?3"

THOSE_READ = """SELECT name FROM json_each(?) wanted JOIN names ON names.name = wanted.value
    WHERE EXISTS (SELECT 1 FROM reads WHERE key = names.id)"""


def readers_of(connection: sqlite3.Connection, keys: Iterable[str]) -> set[str]:
    """The resources that read any of these keys when they were last rendered."""
    return {name for (name,) in connection.execute(READERS, (json.dumps(list(keys)),))}


def read(connection: sqlite3.Connection, prefix: str) -> set[str]:
    """The keys with this beginning that some document has read."""
    return {name for (name,) in connection.execute(READ, (prefix, None))}


def last_read(
    connection: sqlite3.Connection, prefix: str, count: int, before: str | None
) -> list[str]:
    """At most `count` of them, the last by name first, or those before a name."""
    return [name for (name,) in connection.execute(LAST_READ, (prefix, before, count))]


def those_read(connection: sqlite3.Connection, keys: Iterable[str]) -> set[str]:
    """Those of the keys that some document has read."""
    return {name for (name,) in connection.execute(THOSE_READ, (json.dumps(list(keys)),))}
