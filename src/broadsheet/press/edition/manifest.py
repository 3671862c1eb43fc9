"""The manifest's file: its schema, opening it, one transaction. What is asked of it is in `edition` and `stepping`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from broadsheet.press.errors import NotAnEdition, UnwritableEdition

FORMAT = "1"

PATIENCE = 30
"""Seconds to wait for another writer's transaction."""

SCHEMA = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # `at` is in seconds since 1970. Numbers are never used twice: the last step is never deleted.
    """CREATE TABLE steps (
        number INTEGER PRIMARY KEY, at INTEGER NOT NULL, note TEXT NOT NULL,
        came INTEGER NOT NULL, went INTEGER NOT NULL)""",
    # Resources and keys by number: a document reads dozens of keys, most of them read by many.
    "CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    # An entry is what readers get from step `since` up to, not including, step `until`.
    """CREATE TABLE entries (
        id INTEGER PRIMARY KEY, resource INTEGER NOT NULL REFERENCES names, is_picture INTEGER NOT NULL,
        path TEXT NOT NULL, status INTEGER NOT NULL, content_type TEXT NOT NULL, headers TEXT NOT NULL,
        digest TEXT NOT NULL, size INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER)""",
    "CREATE UNIQUE INDEX current_path ON entries (path) WHERE until IS NULL",
    "CREATE UNIQUE INDEX current_resource ON entries (resource) WHERE until IS NULL",
    "CREATE INDEX past ON entries (until) WHERE until IS NOT NULL",
    "CREATE INDEX bodies ON entries (digest)",
    """CREATE TABLE variants (
        digest TEXT, coding TEXT, form TEXT NOT NULL, size INTEGER NOT NULL,
        PRIMARY KEY (digest, coding)) WITHOUT ROWID""",
    "CREATE TABLE reads (resource INTEGER, key INTEGER, PRIMARY KEY (resource, key)) WITHOUT ROWID",
    "CREATE INDEX readers ON reads (key)",
    """CREATE TABLE memberships (
        object INTEGER, list TEXT, token TEXT, PRIMARY KEY (object, list, token)) WITHOUT ROWID""",
    "CREATE TABLE shows (resource INTEGER, picture INTEGER, PRIMARY KEY (resource, picture)) WITHOUT ROWID",
    "CREATE INDEX shown ON shows (picture)",
)


def create(file: Path) -> None:
    """Write an empty manifest; it has its name only when it is complete."""
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES ('format', ?)", (FORMAT,))
        connection.execute("COMMIT")
    partial.replace(file)


def connect(file: Path) -> tuple[sqlite3.Connection, bool]:
    """Open a manifest; the second value says whether it is frozen: opened as a file that nobody writes.

    That is how one is read on a disk that is full or read-only while no writer has it open; whoever
    does so looks at `stamp` to see whether it is still true. Raises NotAnEdition.
    """
    if not file.is_file():
        raise NotAnEdition(
            f"{file.parent} holds no edition. Is it the right directory? broadsheet init makes one."
        )
    try:
        with suppress(sqlite3.OperationalError):
            return _open(file, "mode=rw"), False
        return _open(file, "mode=ro&immutable=1"), True
    except sqlite3.Error as error:
        raise NotAnEdition(
            f"{file} cannot be read as an edition ({error}). Restore it from a backup, or remove "
            "its directory and run broadsheet press run."
        ) from error


def _open(file: Path, mode: str) -> sqlite3.Connection:
    uri = f"{file.absolute().as_uri()}?{mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)
    try:
        _prepare(connection, file)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, file: Path) -> None:
    (found,) = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone() or [""]
    if found != FORMAT:
        raise NotAnEdition(
            f"{file} has format {found or 'unknown'}, this version reads {FORMAT}. Install the "
            "version of Broadsheet that made it, or remove its directory and press everything."
        )
    # A restored backup comes without WAL. Where nothing can be written it stays as it is.
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 67108864")


def stamp(file: Path) -> tuple[int, int, int, bool]:
    """What changes when somebody begins to write a file that was opened as frozen."""
    about = file.stat()
    wal = file.with_name(f"{file.name}-wal")
    return about.st_ino, about.st_mtime_ns, about.st_size, wal.exists()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block or nothing, and no other writer meanwhile. Raises UnwritableEdition."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except sqlite3.OperationalError as error:
        raise UnwritableEdition(
            f"The edition cannot be written ({error}). Look at the disk's room and the permissions "
            "of data/edition; readers keep the edition they have."
        ) from error
