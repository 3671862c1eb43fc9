"""What became of every item of one run: kept on disk while it runs, counted and written as JSON at its end."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from broadsheet.imports.wordpress.choices import Result


@dataclass(slots=True)
class Entry:
    """What became of one item. `number` is its place in the file, `line` where it begins there."""

    number: int
    line: int
    id: str
    type: str
    title: str
    old_address: str
    result: Result
    reason: str = ""
    new_address: str = ""
    comments: int = 0
    notes: list[str] = field(default_factory=list)


class Journal:
    """The entries of a run. They are in a temporary database: an archive of any size costs no memory."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute(
            "CREATE TABLE entries (number INTEGER PRIMARY KEY, result TEXT, comments INTEGER, entry TEXT)"
        )

    def write(self, entry: Entry) -> None:
        """Keep what became of an item; a later word on the same item counts."""
        self._database.execute(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)",
            (entry.number, entry.result, entry.comments, json.dumps(asdict(entry))),
        )

    def counts(self) -> dict[str, int]:
        """How many items there were, and how many ended in each way; the others add up to the first."""
        rows = self._database.execute("SELECT result, count(*) FROM entries GROUP BY result")
        found = Counter(dict(rows.fetchall()))
        return {"items": found.total(), **{result.value: found[result] for result in Result}}

    def comments(self) -> int:
        """How many comments the items have in all."""
        (number,) = self._database.execute(
            "SELECT coalesce(sum(comments), 0) FROM entries"
        ).fetchone()
        return int(number)

    def entries(self) -> Iterator[dict[str, Any]]:
        """All entries in the order of the file."""
        for (entry,) in self._database.execute("SELECT entry FROM entries ORDER BY number"):
            yield json.loads(entry)

    def save(self, path: Path, about: dict[str, Any]) -> None:
        """Write the counts, then the entries, then what else there is to say, as one JSON object.

        The file appears whole or not at all. Raises OSError where it cannot be written.
        """
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                for part in self._json(about):
                    file.write(part)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _json(self, about: dict[str, Any]) -> Iterator[str]:
        yield "{\n"
        for name, number in self.counts().items():
            yield f'"{name}": {number},\n'
        yield '"entries": ['
        for at, entry in enumerate(self.entries()):
            yield f"{',' if at else ''}\n{json.dumps(entry, ensure_ascii=False)}"
        yield "\n]"
        for name, value in about.items():
            yield f",\n{json.dumps(name)}: {json.dumps(value, ensure_ascii=False, indent=1)}"
        yield "\n}\n"
