"""Moving the manifest forward by one step to what the proofs say, inside a transaction that the caller holds."""

from __future__ import annotations

import sqlite3
import time

from broadsheet.press.errors import PathTaken

NAMES = """INSERT OR IGNORE INTO names (name)
    SELECT resource FROM proofs UNION SELECT key FROM read_by UNION SELECT path FROM copies
    UNION SELECT object FROM enrolled"""

RELATE = {
    "reads": ("key", "read_by", "key"),
    "shows": ("picture", "shown_by", "path"),
}
"""A relation of the manifest: its other column, and the table of the proofs and its column that say how it must be."""

ARRIVING = """CREATE TEMP TABLE arriving AS
    SELECT names.id AS resource, wanted.* FROM (
        SELECT resource AS name, 0 AS is_picture, path, status, content_type, headers, digest, size
        FROM proofs WHERE path IS NOT NULL
        UNION ALL SELECT path, 1, path, 200, content_type, '[]', digest, size FROM copies
        WHERE path IN (SELECT path FROM shown_by)
    ) wanted JOIN names USING (name) LEFT JOIN entries now ON now.resource = names.id AND until IS NULL
    WHERE (now.path, now.status, now.content_type, now.headers, now.digest)
        IS NOT (wanted.path, wanted.status, wanted.content_type, wanted.headers, wanted.digest)"""

WISHES = "wish:"
"""The beginning of keys that are many, are read for a while, and are asked for in the order of their names."""

FORGET = """DELETE FROM names WHERE id IN (SELECT key FROM unread) AND substr(name, 1, length(?1)) = ?1
    AND NOT EXISTS (SELECT 1 FROM reads WHERE key = names.id)"""

TAKEN = """SELECT arriving.path, other.name, arriving.name FROM arriving
    JOIN entries ON entries.path = arriving.path AND until IS NULL JOIN names other ON other.id = entries.resource
    UNION ALL SELECT path, min(name), max(name) FROM arriving GROUP BY path HAVING count(*) > 1"""

BEGIN = """INSERT INTO entries (resource, is_picture, path, status, content_type, headers, digest, size, since)
    SELECT resource, is_picture, path, status, content_type, headers, digest, size, ? FROM arriving"""


def move_forward(connection: sqlite3.Connection, note: str) -> int | None:
    """Make the manifest what the proofs say and return the step's number, or None when nothing differs for readers.

    What was read and which lists objects are in is kept all the same. Raises PathTaken when two resources
    would have one path.
    """
    sql = connection.execute
    sql(NAMES)
    sql("CREATE TEMP TABLE lost (picture INTEGER PRIMARY KEY)")
    sql("CREATE TEMP TABLE unread (key INTEGER PRIMARY KEY)")
    for table, (column, proofs, wanted) in RELATE.items():
        _relate(connection, table, column, proofs, wanted)
    _enrol(connection)
    sql(FORGET, (WISHES,))
    sql("DROP TABLE unread")
    sql("INSERT OR REPLACE INTO variants SELECT digest, coding, form, size FROM forms")
    sql(ARRIVING)
    step = exchange(
        connection,
        "SELECT names.id FROM proofs JOIN names ON name = resource WHERE path IS NULL "
        "UNION SELECT picture FROM lost WHERE NOT EXISTS "
        "(SELECT 1 FROM shows WHERE shows.picture = lost.picture)",
        note,
    )
    sql("DROP TABLE lost")
    return step


def exchange(connection: sqlite3.Connection, leaving: str, note: str) -> int | None:
    """Make one step: what readers get of the resources that the question `leaving` finds ends, what stands in the table
    `arriving`, which is gone afterwards, begins. Returns its number, or None when nothing differs.

    Raises PathTaken when two resources would have one path.
    """
    sql = connection.execute
    number: int = sql("SELECT coalesce(max(number), 0) FROM steps").fetchone()[0] + 1
    went = _end(connection, number, leaving)
    _end(connection, number, "SELECT resource FROM arriving")
    taken = sql(TAKEN).fetchone()
    if taken is not None:
        raise PathTaken(*taken)
    came = sql(BEGIN, (number,)).rowcount
    sql("DROP TABLE arriving")
    if not came and not went:
        return None
    sql("INSERT INTO steps VALUES (?, ?, ?, ?, ?)", (number, int(time.time()), note, came, went))
    return number


def _relate(
    connection: sqlite3.Connection, table: str, column: str, proofs: str, wanted: str
) -> None:
    """Make a relation of every resource that has a proof what its proof says; note which pictures and keys lose one."""
    ids = "SELECT names.id FROM proofs JOIN names ON name = resource"
    pairs = (
        f"SELECT one.id, other.id FROM {proofs} JOIN names one ON one.name = resource "  # noqa: S608
        f"JOIN names other ON other.name = {proofs}.{wanted}"
    )
    leaving = (
        f"FROM {table} WHERE resource IN ({ids}) AND NOT EXISTS (SELECT 1 FROM names one "  # noqa: S608
        f"JOIN names other ON other.id = {table}.{column} JOIN {proofs} ON {proofs}.resource = one.name "
        f"AND {proofs}.{wanted} = other.name WHERE one.id = {table}.resource)"
    )
    noted = "lost" if table == "shows" else "unread"
    connection.execute(f"INSERT OR IGNORE INTO {noted} SELECT {column} {leaving}")
    connection.execute(f"DELETE {leaving}")
    connection.execute(f"INSERT OR IGNORE INTO {table} {pairs}")


def _enrol(connection: sqlite3.Connection) -> None:
    """Make the lists of every enrolled object those that were noted."""
    members = "SELECT names.id FROM enrolled JOIN names ON name = object"
    connection.execute(
        f"DELETE FROM memberships WHERE object IN ({members}) AND NOT EXISTS (SELECT 1 FROM names "  # noqa: S608
        "JOIN enrolments ON enrolments.object = name AND enrolments.list = memberships.list "
        "AND enrolments.token = memberships.token WHERE names.id = memberships.object)"
    )
    connection.execute(
        "INSERT OR IGNORE INTO memberships SELECT names.id, list, token FROM enrolments "
        "JOIN names ON name = object"
    )


def _end(connection: sqlite3.Connection, number: int, resources: str) -> int:
    """End what readers get now of these resources; return how many there were."""
    return connection.execute(
        f"UPDATE entries SET until = ? WHERE until IS NULL AND resource IN ({resources})",  # noqa: S608
        (number,),
    ).rowcount
