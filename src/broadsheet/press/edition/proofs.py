"""Proofs: what was rendered for the next step, with all that it read, before any reader sees it.

They are tables of the manifest's own connection, so that memory stays small however much is rendered:
temporary ones, or, for a run that is to survive its process, those of a file beside the manifest.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from broadsheet.press.edition.blobs import Blobs, Incoming
from broadsheet.press.edition.compression import compress_best, compress_fast, is_compressible
from broadsheet.press.edition.entry import Entry, Membership, Picture, Pressed
from broadsheet.press.errors import PathTaken

TABLES = {
    # A document without a path is one that must not exist.
    "proofs": "resource TEXT PRIMARY KEY, path TEXT, status INTEGER, content_type TEXT, headers TEXT, "
    "digest TEXT, size INTEGER",
    "read_by": "resource TEXT, key TEXT, PRIMARY KEY (resource, key)) WITHOUT ROWID",
    "shown_by": "resource TEXT, path TEXT, PRIMARY KEY (resource, path)) WITHOUT ROWID",
    "copies": "path TEXT PRIMARY KEY, source TEXT, resource TEXT, content_type TEXT, digest TEXT, size INTEGER",
    "forms": "digest TEXT, coding TEXT, form TEXT, size INTEGER, PRIMARY KEY (digest, coding)) WITHOUT ROWID",
    "enrolled": "object TEXT PRIMARY KEY",
    "run": "name TEXT",
    "enrolments": "object TEXT, list TEXT, token TEXT, PRIMARY KEY (object, list, token)) WITHOUT ROWID",
}
INDEXES = {"proof_paths": "proofs (path)", "proof_readers": "read_by (key)"}

TOGETHER = 200
"""Documents that become durable together in a run that is to survive its process."""


class Place(NamedTuple):
    """Where a document is and with which status; a path of None: it must not exist."""

    path: str | None
    status: int | None


class Proofs:
    """Rendered documents by resource, the last one put counts.

    `run` names a run that is to survive its process; its proofs are in `file`. A body is in the store's
    antechamber when `put` returns. With `only_weighed` no body is kept at all.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        blobs: Blobs,
        file: Path,
        *,
        run: str | None = None,
        only_weighed: bool = False,
    ) -> None:
        self._connection = connection
        self._sql = connection.execute
        self._lasts = run is not None
        self._blobs = blobs
        self._compresses = not only_weighed
        self._incoming = Incoming(blobs, keeps=not only_weighed, adopts=self._lasts)
        self._unsaved = 0
        self._open_tables(file)
        if run is not None and self._sql("SELECT name FROM run").fetchone() != (run,):
            for name in TABLES:
                self._sql(f"DELETE FROM {name}")  # noqa: S608 - ours
            self._sql("INSERT INTO run VALUES (?)", (run,))

    def _open_tables(self, file: Path) -> None:
        if self._lasts:
            self._sql("ATTACH ? AS underway", (str(file),))
            self._sql("PRAGMA underway.journal_mode = WAL")
            self._sql("PRAGMA underway.synchronous = OFF")
        schema = "underway" if self._lasts else "temp"
        for name, columns in TABLES.items():
            end = "" if columns.endswith("WITHOUT ROWID") else ")"
            self._sql(f"CREATE TABLE IF NOT EXISTS {schema}.{name} ({columns}{end}")
        for name, columns in INDEXES.items():
            self._sql(f"CREATE INDEX IF NOT EXISTS {schema}.{name} ON {columns}")

    def close(self) -> None:
        """Let go of what has not become a step; what is to last stays in its file."""
        if self._connection.in_transaction:
            self._sql("COMMIT")
        if self._lasts:
            self._sql("DETACH underway")
            return
        self._incoming.discard()
        for name in TABLES:
            self._sql(f"DROP TABLE temp.{name}")

    def _write(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        if not self._connection.in_transaction:
            self._sql("BEGIN")
        self._connection.executemany(sql, rows)

    # Putting ----------------------------------------------------------------------------------

    def put(self, pressed: Pressed) -> None:
        """Take a document in. Raises OSError where a file cannot be read or written, PathTaken where two
        documents show different pictures at one address."""
        digest, size = self._incoming.take(pressed.body), len(pressed.body)
        for picture in pressed.pictures:
            self._take_picture(picture, pressed.resource)
        if is_compressible(pressed.content_type, size):
            self._compress(digest, pressed.body)
        headers = json.dumps(pressed.headers)
        about = (pressed.path, pressed.status, pressed.content_type, headers, digest, size)
        self._record(pressed.resource, about, pressed.reads)
        shown = {picture.path for picture in pressed.pictures}
        self._write(
            "INSERT INTO shown_by VALUES (?, ?)", ((pressed.resource, path) for path in shown)
        )
        self._unsaved += 1
        if self._unsaved >= TOGETHER:
            self.save()

    def leave_out(self, resource: str, reads: Iterable[str] = ()) -> None:
        """Say that a document must not exist, and what was read to find that out."""
        self._record(resource, (None,) * 6, reads)

    def _record(self, resource: str, about: tuple[object, ...], reads: Iterable[str]) -> None:
        for table in ("read_by", "shown_by"):
            self._write(f"DELETE FROM {table} WHERE resource = ?", [(resource,)])  # noqa: S608 - ours
        self._write("REPLACE INTO proofs VALUES (?, ?, ?, ?, ?, ?, ?)", [(resource, *about)])
        self._write("INSERT INTO read_by VALUES (?, ?)", ((resource, key) for key in set(reads)))

    def _take_picture(self, picture: Picture, resource: str) -> None:
        known = self._sql(
            "SELECT source, digest, resource FROM copies WHERE path = ?", (picture.path,)
        ).fetchone()
        if known is not None and known[0] == str(picture.file):
            return
        digest, size = self._incoming.take_file(picture.file)
        if known is not None and known[1] != digest:
            raise PathTaken(picture.path, known[2], resource)
        row = (picture.path, str(picture.file), resource, picture.content_type, digest, size)
        self._write("REPLACE INTO copies VALUES (?, ?, ?, ?, ?, ?)", [row])
        if is_compressible(picture.content_type, size):
            self._compress(digest, picture.file.read_bytes())

    def _compress(self, digest: str, body: bytes) -> None:
        """Bring a compressed form of a body, unless the store has some and they are whole."""
        if (
            not self._compresses
            or self._sql("SELECT 1 FROM forms WHERE digest = ?", (digest,)).fetchone()
        ):
            return
        known = self._sql("SELECT form FROM variants WHERE digest = ?", (digest,)).fetchall()
        if known and all(self._blobs.is_whole(form) for (form,) in known):
            return
        # Where a form is damaged all are made again, in every coding that there was.
        forms = compress_best(body) if known else compress_fast(body)
        rows = [
            (digest, coding, self._incoming.take(form), len(form)) for coding, form in forms.items()
        ]
        self._write("INSERT INTO forms VALUES (?, ?, ?, ?)", rows)

    def enrol(self, memberships: Mapping[str, Iterable[Membership]]) -> None:
        """Note the lists that objects are in now: all of each object's."""
        self._write("REPLACE INTO enrolled VALUES (?)", ((key,) for key in memberships))
        self._write("DELETE FROM enrolments WHERE object = ?", ((key,) for key in memberships))
        rows = ((key, *pair) for key, pairs in memberships.items() for pair in set(pairs))
        self._write("INSERT INTO enrolments VALUES (?, ?, ?)", rows)

    def save(self) -> None:
        """Make what was put so far survive this process, where it is to last."""
        if self._connection.in_transaction:
            self._sql("COMMIT")
        self._unsaved = 0

    def settle(self) -> None:
        """Put every body on the disk and into the store."""
        self.save()
        self._incoming.settle()

    # Asking -----------------------------------------------------------------------------------

    def __bool__(self) -> bool:
        found = "SELECT EXISTS (SELECT 1 FROM proofs) OR EXISTS (SELECT 1 FROM enrolled)"
        return bool(self._sql(found).fetchone()[0])

    def place(self, resource: str) -> Place | None:
        """Where the proof of a resource is; None when there is no proof of it."""
        sql = "SELECT path, status FROM proofs WHERE resource = ?"
        row = self._sql(sql, (resource,)).fetchone()
        return Place(*row) if row else None

    def resources(self) -> set[str]:
        """Every resource that there is a proof of."""
        return {name for (name,) in self._sql("SELECT resource FROM proofs")}

    def unfit(self) -> set[str]:
        """Documents that are new or no longer where readers find them: whoever takes up a run that was
        interrupted renders them again, to see what follows from it."""
        sql = (
            "SELECT proofs.resource FROM proofs JOIN names ON name = proofs.resource "
            "JOIN entries ON entries.resource = names.id AND until IS NULL "
            "WHERE proofs.path IS NOT entries.path"
        )
        return {name for (name,) in self._sql(sql)}

    def documents(self) -> Iterator[Entry]:
        """Everything that readers would get by the proofs alone, pictures too."""
        sql = (
            "SELECT resource, path, status, content_type, headers, digest, size FROM proofs "
            "WHERE path IS NOT NULL UNION ALL SELECT path, path, 200, content_type, '[]', digest, size "
            "FROM copies WHERE path IN (SELECT path FROM shown_by)"
        )
        for resource, path, status, kind, headers, digest, size in self._sql(sql):
            pairs = tuple((name, value) for name, value in json.loads(headers))
            yield Entry(resource, path, status, kind, pairs, digest, size)

    def readers_of(self, keys: Iterable[str]) -> set[str]:
        """The resources whose proofs read any of these keys."""
        sql = "SELECT DISTINCT resource FROM json_each(?) JOIN read_by ON read_by.key = value"
        return {name for (name,) in self._sql(sql, (json.dumps(list(keys)),))}

    def conflicts(self) -> Iterator[tuple[str, list[str]]]:
        """Addresses that several documents would have after this step, with those documents."""
        standing = (
            "SELECT name FROM entries JOIN names ON names.id = entries.resource "
            "WHERE entries.path = ?1 AND until IS NULL AND NOT is_picture "
            "AND name NOT IN (SELECT resource FROM proofs)"
        )
        doubtful = (
            "SELECT path FROM proofs WHERE path IS NOT NULL GROUP BY path HAVING count(*) > 1 "
            "UNION SELECT proofs.path FROM proofs JOIN entries ON entries.path = proofs.path "
            "AND until IS NULL JOIN names ON names.id = entries.resource WHERE name <> proofs.resource"
        )
        for (path,) in self._sql(doubtful).fetchall():
            sql = f"SELECT resource FROM proofs WHERE path = ?1 UNION {standing}"  # noqa: S608 - ours
            claimants = [name for (name,) in self._sql(sql, (path,))]
            if len(claimants) > 1:
                yield path, claimants

    def give_way(self, resource: str, path: str) -> None:
        """Have a document not exist for as long as another one has its address."""
        read = {
            key for (key,) in self._sql("SELECT key FROM read_by WHERE resource = ?", (resource,))
        }
        if self.place(resource) is None:
            sql = (
                "SELECT other.name FROM names JOIN reads ON reads.resource = names.id "
                "JOIN names other ON other.id = key WHERE names.name = ?"
            )
            read = {key for (key,) in self._sql(sql, (resource,))}
        self.leave_out(resource, read | {f"path:{path}"})
