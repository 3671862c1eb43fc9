"""Turning what can go wrong into one sentence that says what to do."""

from __future__ import annotations

import errno
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
)


class Failure(Exception):
    """A command cannot do what it was asked; the message says why and what to do."""


def sentence_for(error: Exception) -> str | None:
    """What to tell a person about this error, None when it is none that anybody foresaw."""
    if isinstance(error, (Failure, SettingsError, Unstartable)) or _is_ours(error):
        return str(error)
    if isinstance(error, OSError):
        return _of_the_system(error)
    if _is_named(error, "django.db.utils", "OperationalError", "ProgrammingError"):
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
        return (
            f"the database does not do what it is asked: {reason}. Is it reachable, and does its "
            "schema fit (broadsheet upgrade)? broadsheet check says more."
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


def _of_the_system(error: OSError) -> str:
    where = f" {error.filename}" if error.filename else ""
    mend = {
        errno.EACCES: "Run the command as the newsroom's own account, or change who owns the file.",
        errno.EPERM: "Run the command as the newsroom's own account, or change who owns the file.",
        errno.EROFS: "The disk is mounted read-only.",
        errno.ENOSPC: "Make room on the disk and try again.",
        errno.ENOENT: "Correct the name.",
        errno.ENOTDIR: "A part of the name is a file, not a directory.",
        errno.EISDIR: "Name a file, not a directory.",
    }.get(error.errno or 0, "Look at the name, the disk and the permissions.")
    return f"{error.strerror or error}:{where}. {mend}"
