"""The tree of files: writing each in one move, taking away, looking what is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from broadsheet.press.errors import Unexportable
from broadsheet.press.export.layout import SUFFIXES, stamp


class Tree:
    """Files below `root`; `spare` is a name beside it under which each is written before it gets its own."""

    def __init__(self, root: Path, spare: Path) -> None:
        self.root = root
        self._spare = spare
        self._make(root)

    def exists(self, file: str) -> bool:
        return (self.root / file).is_file()

    def is_current(self, file: str, digest: str, size: int) -> bool:
        """Whether a file is there with these bytes, as its time and size tell."""
        try:
            about = (self.root / file).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return (about.st_size, about.st_mtime_ns) == (size, stamp(digest) * 10**9)

    def write(self, file: str, digest: str, body: BinaryIO) -> None:
        """Put a file in its place: readers get the old bytes or the new ones. Raises Unexportable, OSError."""
        target = self.root / file
        with self._spare.open("wb") as copy:
            shutil.copyfileobj(body, copy, 1 << 18)
        self._spare.chmod(0o644)
        os.utime(self._spare, (stamp(digest), stamp(digest)))
        try:
            self._make(target.parent)
            self._spare.replace(target)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise Unexportable(
                f"{target} would have to be a file and a directory: an address begins with another one. "
                "Give one of the two documents another address."
            ) from error

    def _make(self, folder: Path) -> None:
        """Make a directory that web servers may look into, whatever this account's mask is."""
        if not folder.is_dir():
            if folder != self.root:
                self._make(folder.parent)
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)

    def remove(self, file: str) -> None:
        """Take away a file and its compressed forms, those first, and directories that are empty then."""
        for suffix in (*SUFFIXES.values(), ""):
            (self.root / f"{file}{suffix}").unlink(missing_ok=True)
        folder = (self.root / file).parent
        while folder != self.root:
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent

    def files(self) -> Iterator[str]:
        """Every file of the tree."""
        for folder, _folders, names in os.walk(self.root):
            for name in names:
                yield (Path(folder) / name).relative_to(self.root).as_posix()
