"""Building a newsroom's directory so that a broken-off attempt is told from a newsroom, whatever broke it off."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from broadsheet.project.env import SettingsError
from broadsheet.project.processes import Busy

MARK = "UNFINISHED"

NOTE = """\
A broadsheet command is making a newsroom here, or was broken off before it had one. There is nothing
of yours in this directory yet: run the command again and it starts anew, or remove the directory.
"""


class NotEmpty(SettingsError):
    """The directory holds something already and is left as it is."""


class Unfinished(SettingsError):
    """The directory is no newsroom yet."""


def is_unfinished(directory: Path) -> bool:
    """Whether a newsroom was begun here and not finished."""
    return (directory / MARK).is_file()


def need_finished(directory: Path) -> None:
    """Raise Unfinished where a newsroom was begun and not finished: nobody shall work in it."""
    if is_unfinished(directory):
        raise Unfinished(
            f"{directory} is not finished: what was making it was broken off. Run that command again "
            "(it starts anew), or remove the directory."
        )


@contextlib.contextmanager
def construction(directory: Path) -> Iterator[None]:
    """A new or empty directory for the block to fill; when the block fails, all is as it was before.

    What an earlier construction left when it was killed is removed first. A mark, there before anything
    else and gone only when all is done, tells it from everything that is somebody's. Raises NotEmpty where
    there is something else, Busy where another process builds at this moment.
    """
    existed = directory.exists()
    with _marked(directory) as mark:
        try:
            _clear(directory)
            yield
            mark.unlink()
        except BaseException:
            _clear(directory)
            mark.unlink(missing_ok=True)
            if not existed:
                directory.rmdir()
            raise


@contextlib.contextmanager
def _marked(directory: Path) -> Iterator[Path]:
    """The mark in the directory, locked for this process."""
    mark = directory / MARK
    with _open(directory, mark) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"Another process is making {directory} just now. Wait for it.") from None
        # Between our look and our lock another process may have finished: its newsroom is not ours to clear.
        if not _is_still(mark, file):
            raise _not_empty(directory)
        yield mark


def _is_still(mark: Path, file: IO[str]) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(mark.stat(), os.fstat(file.fileno()))
    return False


def _open(directory: Path, mark: Path) -> IO[str]:
    if directory.exists() and not directory.is_dir():
        raise NotEmpty(f"{directory} is a file; nothing was changed. Name a new directory.")
    if is_unfinished(directory):
        return mark.open("r+", encoding="utf-8")
    directory.mkdir(parents=True, exist_ok=True)
    if _contents(directory):
        raise _not_empty(directory)
    file = mark.open("x", encoding="utf-8")
    file.write(NOTE)
    file.flush()
    if _contents(directory):
        mark.unlink()
        file.close()
        raise _not_empty(directory)
    return file


def _contents(directory: Path) -> list[Path]:
    """What is in the directory besides the mark, and the folder that a new disk's root has by itself."""
    return [entry for entry in directory.iterdir() if entry.name not in (MARK, "lost+found")]


def _clear(directory: Path) -> None:
    for entry in _contents(directory):
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _not_empty(directory: Path) -> NotEmpty:
    return NotEmpty(f"{directory} is not empty; nothing was changed. Name a new directory.")
