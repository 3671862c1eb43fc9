"""Letting go of old versions and of files that no version names. The caller holds the writing lock."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass

from broadsheet.press.edition.blobs import Blobs


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was let go: versions of entries, files, and the bytes these had."""

    versions: int
    files: int
    bytes: int


def forget_versions(connection: sqlite3.Connection, oldest: int, grace: int) -> int:
    """Delete versions that ended at or before step `oldest` and more than `grace` seconds ago."""
    limit = int(time.time()) - grace
    gone = connection.execute(
        "DELETE FROM entries WHERE until <= ? AND NOT EXISTS "
        "(SELECT 1 FROM steps WHERE number = until AND at > ?)",
        (oldest, limit),
    ).rowcount
    if gone:
        # Steps before the last one that could lose a version are no longer whole.
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('oldest', ?)", (str(oldest),))
    connection.execute(
        "DELETE FROM steps WHERE number < ? AND number NOT IN "
        "(SELECT until FROM entries WHERE until IS NOT NULL)",
        (oldest,),
    )
    connection.execute("DELETE FROM variants WHERE digest NOT IN (SELECT digest FROM entries)")
    connection.execute(
        "DELETE FROM names WHERE id NOT IN (SELECT resource FROM entries UNION "
        "SELECT resource FROM reads UNION SELECT key FROM reads UNION SELECT object FROM memberships "
        "UNION SELECT resource FROM shows UNION SELECT picture FROM shows)"
    )
    return gone


def named(connection: sqlite3.Connection) -> set[str]:
    """The digests of all blobs that the manifest names."""
    sql = "SELECT digest FROM entries UNION SELECT form FROM variants"
    return {digest for (digest,) in connection.execute(sql)}


def remove_files(
    connection: sqlite3.Connection, blobs: Blobs, *, unfinished: bool
) -> tuple[int, int]:
    """Remove every file that the manifest does not name, those on their way into the store only if they are
    `unfinished` business; return how many and their bytes."""
    kept = named(connection)
    files = size = 0
    for path in (*blobs.all(), *(blobs.unfinished() if unfinished else ())):
        if path.name not in kept:
            size += path.stat().st_size
            path.unlink()
            files += 1
    return files, size
