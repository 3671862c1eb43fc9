"""A newsroom of a benchmark's own, on SQLite or PostgreSQL, gone afterwards."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

SERVER = "postgres://postgres@127.0.0.1:5432"
SETTINGS = """
name = "The Measured Ledger"
url = "http://testserver"
time_zone = "Europe/London"
languages = ["en"]
currency = "GBP"
secret_key = "only for measuring, never for a newsroom"
email = "console"
"""


@contextlib.contextmanager
def own_newsroom(engine: str, more: str = 'processor = "none"') -> Iterator[dict[str, str]]:
    """The environment of a process that works in a directory and a database of its own; `more` are settings."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as folder:
        for name in ("theme", "data/media", "data/run", "data/edition", "data/sandbox", "secrets"):
            (Path(folder) / name).mkdir(parents=True)
        (Path(folder) / "settings.toml").write_text(f"{SETTINGS}{more}\n", "utf-8")
        (Path(folder) / "data" / "newsroom.sqlite3").touch()
        own = {"BROADSHEET_DIR": folder, "DJANGO_SETTINGS_MODULE": "broadsheet.project.settings"}
        if engine != "postgres":
            yield own
            return
        database = f"broadsheet_bench_{uuid.uuid4().hex[:8]}"
        _on_server(f"CREATE DATABASE {database}")
        try:
            yield {**own, "BROADSHEET_DATABASE_URL": f"{SERVER}/{database}"}
        finally:
            _on_server(f"DROP DATABASE {database} WITH (FORCE)")


def say(text: str) -> None:
    """One line of the result, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _on_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]
