"""Where counts of reading wait for the worker: a small SQLite file that every newsstand of a newsroom adds to."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

REST = ""
"""The document under whose name those are summed that there was no room for."""

MOST = 100_000
"""Rows that wait at most: what a worker that is gone for days leaves; some ten megabytes."""

AT_ONCE = 5_000
"""Rows that are taken together."""

PATIENCE = 5.0
"""Seconds to wait for another one's transaction, which takes milliseconds."""

Reading = tuple[int, str]
"""The beginning of an hour, in seconds since 1970, and a document's name in the edition."""

SCHEMA = """CREATE TABLE IF NOT EXISTS reading (
    batch TEXT NOT NULL, hour INTEGER NOT NULL, document TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (batch, hour, document)) WITHOUT ROWID"""

ADD = """INSERT INTO reading VALUES ('', ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count"""

TAKE = """UPDATE reading SET batch = ? WHERE batch = '' AND (hour, document) IN
    (SELECT hour, document FROM reading WHERE batch = '' ORDER BY hour, document LIMIT ?)"""


class Spool:
    """Counts on their way. Any number of processes may add, one takes; each call is whole or has not happened.

    Every method raises sqlite3.Error or OSError where the file cannot be used.
    """

    def __init__(self, file: Path, most: int = MOST) -> None:
        self.file = file
        self._most = most

    def add(self, counts: Mapping[Reading, int]) -> None:
        """Add to what waits. Documents beyond `most` rows are summed as `REST` of their hour."""
        with self._writing() as connection:
            waiting = connection.execute("SELECT count(*) FROM reading").fetchone()[0]
            if waiting + len(counts) > self._most:
                counts = self._within(connection, counts)
            connection.executemany(ADD, [(*reading, count) for reading, count in counts.items()])

    def take(self) -> tuple[str, dict[Reading, int]] | None:
        """A batch of counts and the name that it keeps until it is forgotten; None when nothing waits.

        A batch that was taken and not forgotten comes again, by the same name and with the same counts.
        """
        if not self.file.exists():
            return None
        with self._writing() as connection:
            find = "SELECT batch FROM reading WHERE batch <> '' LIMIT 1"
            if (found := connection.execute(find).fetchone()) is None:
                connection.execute(TAKE, (uuid4().hex, AT_ONCE))
                found = connection.execute(find).fetchone()
            if found is None:
                return None
            rows = "SELECT hour, document, count FROM reading WHERE batch = ?"
            counts = {(hour, name): count for hour, name, count in connection.execute(rows, found)}
            return found[0], counts

    def forget(self, batch: str) -> None:
        """Let go of a batch that is safe elsewhere."""
        with self._writing() as connection:
            connection.execute("DELETE FROM reading WHERE batch = ?", (batch,))

    def _within(
        self, connection: sqlite3.Connection, counts: Mapping[Reading, int]
    ) -> Mapping[Reading, int]:
        """The same counts, with what there is no room for summed."""
        known = set(connection.execute("SELECT hour, document FROM reading WHERE batch = ''"))
        total = Counter[Reading]()
        for (hour, document), count in counts.items():
            has_room = (hour, document) in known or len(known) < self._most
            key = (hour, document if has_room else REST)
            known.add(key)
            total[key] += count
        return total

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(
            sqlite3.connect(self.file, timeout=PATIENCE, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(SCHEMA)
            yield connection
            connection.execute("COMMIT")
