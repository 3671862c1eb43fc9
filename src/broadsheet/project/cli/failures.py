"""Turning what can go wrong into one sentence that says what to do."""

from __future__ import annotations

import errno
import re
import sys

from broadsheet.project.env import SettingsError
from broadsheet.project.processes import Unstartable

_ERROR_BASES = (
    ("broadsheet.readers.errors", "ReadersError"),
    ("broadsheet.newsroom.errors", "NewsroomError"),
    ("broadsheet.funding.errors", "FundingError"),
    ("broadsheet.press.errors", "PressError"),
    ("broadsheet.imports.wordpress.errors", "ImportingError"),
    ("broadsheet.demo.errors", "DemoError"),
    ("broadsheet.project.backup", "BackupError"),
    ("broadsheet.kit.bucket", "BucketAway"),
)

_DATABASE_MENDS = (
    ("connect|authentication|timeout", "Is its server running, and is secrets/database_url right?"),
    ("malformed|not a database", "Stop serving and put the last backup back: broadsheet restore."),
    (
        "unable to open",
        "Is data/newsroom.sqlite3 missing, or closed to this account? Else put a backup back: broadsheet restore.",
    ),
    ("readonly|read-only", "Is this the newsroom's own account, and may the disk be written to?"),
    ("disk is full|No space|disk I/O", "Make room on the disk and try again."),
    ("locked", "Another process writes for a long time; try again."),
    ("no such|does not exist|undefined", "Its tables are of another version: broadsheet upgrade."),
)


class Failure(Exception):
    """A command cannot do what it was asked; the message says why and what to do."""


def sentence_for(error: Exception) -> str | None:
    """What to tell a person about this error, None when it is none that anybody foresaw."""
    if isinstance(error, (Failure, SettingsError, Unstartable)) or _is_ours(error):
        return str(error)
    if isinstance(error, OSError):
        return _of_the_system(error)
    if _is_named(error, "django.db.utils", "DatabaseError") or _is_named(error, "sqlite3", "Error"):
        return _of_the_database(error)
    if _is_named(error, "redis.exceptions", "RedisError"):
        return (
            f"the cache does not answer: {error} Is Redis running, and is secrets/cache_url right?"
        )
    if _is_named(error, "django.core.exceptions", "ImproperlyConfigured"):
        return f"{error} Correct settings.toml."
    return None


def _is_ours(error: Exception) -> bool:
    """Whether it is one of an app's errors. An app that was never imported cannot have raised it."""
    return any(_is_named(error, module, name) for module, name in _ERROR_BASES)


def _is_named(error: Exception, module: str, *names: str) -> bool:
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(
        error, tuple(getattr(loaded, name) for name in names if hasattr(loaded, name))
    )


def _of_the_database(error: Exception) -> str:
    reason = str(error).strip().partition("\n")[0].rstrip(".") or "no reason given"
    found = (mend for pattern, mend in _DATABASE_MENDS if re.search(pattern, reason))
    mend = next(found, "broadsheet check says more.")
    return f"the database does not do what it is asked: {reason}. {mend}"


def _of_the_system(error: OSError) -> str:
    where = f": {error.filename}" if error.filename else ""
    mend = {
        errno.EACCES: "Run the command as the newsroom's own account, or change who owns the file.",
        errno.EPERM: "Run the command as the newsroom's own account, or change who owns the file.",
        errno.EROFS: "The disk is mounted read-only.",
        errno.ENOSPC: "Make room on the disk and try again.",
        errno.EFBIG: "The system allows no larger files here: see ulimit -f.",
        errno.ENOENT: "Correct the name.",
        errno.ENOTDIR: "A part of the name is a file, not a directory.",
        errno.EISDIR: "Name a file, not a directory.",
    }.get(error.errno or 0, "Look at the name, the disk and the permissions.")
    return f"{error.strerror or error}{where}. {mend}"
