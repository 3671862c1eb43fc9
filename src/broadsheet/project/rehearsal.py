"""Doing something for trial: everything is done as it would be, and nothing of it is left in the database."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, transaction

from broadsheet.project.database import SQLITE


@contextmanager
def rehearsal(scratch: Path) -> Iterator[None]:
    """Let the block write into a database that is thrown away.

    With SQLite that is a copy in `scratch`, since a long transaction would keep a newsroom that is being served
    from writing; with PostgreSQL a transaction that is undone (only its counters for new ids move on).
    """
    if connection.settings_dict["ENGINE"] != SQLITE:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        return
    own = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=scratch) as folder:
        copy = Path(folder) / "newsroom.sqlite3"
        with closing(sqlite3.connect(own)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        connection.close()
        connection.settings_dict["NAME"] = copy
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = own
