"""The order in which a language's stories are asked for, kept by the database: without it each look at the newest
thirty sorts the whole archive.

The table is Wagtail's, so this index is in no migration's state, and SQLite drops it when a migration rebuilds the
table: it is made again after every `migrate`.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

NAME = "newsroom_newest"
INDEX = f"CREATE INDEX IF NOT EXISTS {NAME} ON wagtailcore_page (locale_id, first_published_at, id)"


def on_migrated(using: str, **_: Any) -> None:
    """Make the index where it is not there. On PostgreSQL nobody can write pages meanwhile: a second for 100,000."""
    with connections[using].cursor() as cursor:
        cursor.execute(INDEX)
