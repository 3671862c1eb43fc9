"""A store of files named by the SHA-256 of their bytes; what they mean is in the manifest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from io import BufferedReader
from pathlib import Path

from broadsheet.press.errors import DamagedBlob

CHUNK = 1 << 18
"""Bytes read at once."""

FEW = 24
"""Up to so many files are synced one by one; above, syncing the disk once is faster."""

REMEMBERED = 20_000
"""How many checked files are remembered, so that a film is not read twice for one answer."""


class Blobs:
    """The files of one edition. A manifest names a file only when it is on the disk, and whole."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._checked: dict[str, tuple[int, int, int]] = {}

    def path(self, digest: str) -> Path:
        return Path(self._name(digest))

    def _name(self, digest: str) -> str:
        return f"{self.directory}/{digest[:2]}/{digest}"  # a Path takes longer to make than a file to open

    def open(self, digest: str) -> BufferedReader:
        """Open a blob whose every byte was compared with its digest. Raises DamagedBlob, also when it is missing."""
        try:
            file = self.path(digest).open("rb")
        except OSError as error:
            raise DamagedBlob(f"{self.path(digest)} cannot be read: {error.strerror}.") from error
        try:
            self._check(digest, file)
            file.seek(0)
        except (OSError, DamagedBlob) as error:
            file.close()
            raise DamagedBlob(f"{self.path(digest)} is damaged.") from error
        return file

    def read(self, digest: str, size: int) -> bytes:
        """All of a blob of `size` bytes that is not large, compared with its digest. Raises DamagedBlob, also when it
        is missing."""
        try:
            handle = os.open(self._name(digest), os.O_RDONLY)
            try:
                body = os.read(handle, size + 1)  # a byte too many is damage, too
            finally:
                os.close(handle)
        except OSError as error:
            raise DamagedBlob(f"{self.path(digest)} cannot be read: {error.strerror}.") from error
        if hashlib.sha256(body).hexdigest() != digest:
            raise DamagedBlob(f"{self.path(digest)} is damaged.")
        return body

    def _check(self, digest: str, file: BufferedReader) -> None:
        about = os.fstat(file.fileno())
        stamp = (about.st_ino, about.st_size, about.st_mtime_ns)
        if self._checked.get(digest) == stamp:
            return
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise DamagedBlob(digest)
        if len(self._checked) >= REMEMBERED:
            self._checked.clear()
        self._checked[digest] = stamp

    def is_whole(self, digest: str) -> bool:
        """Whether the blob is there and every byte of it right, read anew from the disk."""
        try:
            with self.path(digest).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except OSError:
            return False

    def all(self) -> Iterator[Path]:
        """Every file of the store."""
        return self.directory.glob("??/*")

    def unfinished(self) -> Iterator[Path]:
        """Files that a writer left behind when it died; nobody else looks at them."""
        return self.directory.glob("incoming/*")


class Incoming:
    """Blobs on their way into the store: written beside it, then given their names and made durable together.

    `adopts`: those that an earlier process wrote and left are taken over, each checked. Without `keeps`
    nothing is written: digests are all that comes of it.
    """

    def __init__(self, store: Blobs, *, keeps: bool = True, adopts: bool = False) -> None:
        self._store = store
        self._beside = store.directory / "incoming"
        self._beside.mkdir(parents=True, exist_ok=True)
        self._waiting: set[str] = set()  # digests: a full run has half a million of them
        self._keeps = keeps
        self._number = 0
        if adopts:
            self._adopt()

    def _adopt(self) -> None:
        for path in self._store.unfinished():
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == path.name:
                    self._waiting.add(path.name)
                else:
                    path.unlink()

    def take(self, body: bytes) -> str:
        """Accept a blob and return its digest. A damaged one of the same digest will be replaced."""
        digest = hashlib.sha256(body).hexdigest()
        if self._is_wanted(digest):
            self._keep([body])
        return digest

    def take_file(self, source: Path) -> tuple[str, int]:
        """Accept a copy of a file, read in pieces; return its digest and its size in bytes."""
        with source.open("rb") as file:
            digest, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
            if self._is_wanted(digest):
                file.seek(0)
                # Digest and size are taken again: the file may have been replaced meanwhile.
                digest, size = self._keep(iter(lambda: file.read(CHUNK), b""))
        return digest, size

    def receive(self, digest: str, pieces: Iterable[bytes]) -> None:
        """Accept a blob in pieces from elsewhere. Raises DamagedBlob where they are not those of the digest."""
        found, _size = self._keep(pieces)
        if found != digest:
            self._waiting.discard(found)
            self._written(found).unlink()
            raise DamagedBlob(f"What came for {digest} has other bytes.")

    def _is_wanted(self, digest: str) -> bool:
        return self._keeps and digest not in self._waiting and not self._store.is_whole(digest)

    def _keep(self, pieces: Iterable[bytes]) -> tuple[str, int]:
        self._number += 1
        target = self._written(f"{os.getpid()}-{self._number}")
        sha, size = hashlib.sha256(), 0
        try:
            with target.open("wb") as file:
                for piece in pieces:
                    file.write(piece)
                    sha.update(piece)
                    size += len(piece)
        except OSError:
            target.unlink(missing_ok=True)
            raise
        digest = sha.hexdigest()
        target.replace(self._written(digest))
        self._waiting.add(digest)
        return digest, size

    def _written(self, name: str) -> Path:
        return self._beside / name

    def settle(self) -> None:
        """Put everything accepted into the store and on the disk; afterwards even a power cut cannot take it.

        No manifest names it before. What a power cut leaves half of is found by its digest, and written anew.
        """
        for start in {digest[:2] for digest in self._waiting}:
            (self._store.directory / start).mkdir(exist_ok=True)
        for digest in self._waiting:
            self._written(digest).replace(self._store.path(digest))
        try:
            _sync(self._store, self._waiting)
        except OSError:
            # What could not be put on the disk may still be read as if it were there.
            for digest in self._waiting:
                self._store.path(digest).unlink(missing_ok=True)
            raise
        self._waiting.clear()

    def discard(self) -> None:
        """Let go of what has not been settled."""
        for digest in self._waiting:
            self._written(digest).unlink(missing_ok=True)
        self._waiting.clear()


def _sync(store: Blobs, digests: Collection[str]) -> None:
    """Put new files of a store on the disk, and their names in its folders."""
    if len(digests) > FEW:
        os.sync()
        return
    files = [store.path(digest) for digest in digests]
    for path in [*files, *{path.parent for path in files}, store.directory] if files else ():
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
