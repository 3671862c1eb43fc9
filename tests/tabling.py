"""A program that writes the tables which a new newsroom on SQLite begins with: `tabling.py FILE` (see `make tables`).

They are what migrations alone make of an empty file, before anything that follows every `migrate`. The second line is
a seal over them and over what they were made from: whoever finds it whole need not make them again to compare.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from broadsheet.project.directory import DATABASE
from migrating import opened, put

COMMENT = "-- Written by `make tables`, not by hand: an empty newsroom as its migrations make it.\n"
SEAL = re.compile(r"-- Seal: ([0-9a-f]{64})\n")


def seal(statements: str) -> str:
    """The digest of the statements, of every migration's text and of the Django that renders them, in hexadecimal."""
    from django.db.migrations.loader import MigrationLoader

    digest = hashlib.sha256(importlib.metadata.version("django").encode())
    graph = MigrationLoader(None).graph
    for name in sorted(graph.nodes):
        source = sys.modules[type(graph.nodes[name]).__module__].__file__
        assert source is not None
        digest.update(f"{name}".encode() + Path(source).read_bytes())
    digest.update(statements.encode())
    return digest.hexdigest()


def main(place: Path) -> None:
    """Run the migrations and write the statements that lead to the same database."""
    with opened() as directory:
        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        connection.close()
        partial = directory / "partial"
        statements = "".join(_statements(directory / DATABASE))
        partial.write_text(f"{COMMENT}-- Seal: {seal(statements)}\n{statements}", "utf-8")
        put(partial, place)


def _statements(file: Path) -> Iterator[str]:
    """One statement a line, but for those of triggers. What a virtual table keeps its words in, it makes itself."""
    with sqlite3.connect(file) as database:
        # When they ran here is of no interest, and would change each line with each writing.
        database.execute("UPDATE django_migrations SET applied = '2026-01-01 00:00:00'")
        kinds = {name: kind for _, name, kind, *_ in database.execute("PRAGMA table_list")}
        there = [
            (kind, name, " ".join(sql.split("\n")))
            for kind, name, table, sql in database.execute(
                "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
            )
            if kinds[table] != "shadow" and not name.startswith("sqlite_")
        ]
        yield "BEGIN;\n"
        yield from (f"{sql};\n" for kind, _, sql in there if kind == "table")
        for kind, name, _ in there:
            if kind == "table" and kinds[name] == "table":
                yield from _rows(database, name)
        yield from _rows(database, "sqlite_sequence")
        yield from (f"{sql};\n" for kind, _, sql in there if kind != "table")
        yield "COMMIT;\n"


def _rows(database: sqlite3.Connection, table: str) -> Iterator[str]:
    names = [name for _, name, *_ in database.execute(f'PRAGMA table_info("{table}")')]
    values = " || ',' || ".join(f'quote("{name}")' for name in names)
    for (row,) in database.execute(f'SELECT {values} FROM "{table}"'):  # noqa: S608 - names of ours
        yield f'INSERT INTO "{table}" VALUES({row});\n'


if __name__ == "__main__":
    main(Path(sys.argv[1]))
