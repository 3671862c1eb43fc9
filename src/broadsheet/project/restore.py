"""Putting a newsroom back from a backup file, into an empty directory and an empty database."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

from broadsheet import __version__
from broadsheet.project.backup import DUMP, FORMAT, KEPT, MANIFEST, BackupError, run_client
from broadsheet.project.directory import make_folders

FORGET = """DO $$ BEGIN IF to_regclass('press_register') IS NOT NULL THEN
    DELETE FROM press_registered; DELETE FROM press_register; DELETE FROM press_node; END IF; END $$"""
"""What several machines were told since the backup is not true of it: the first that publishes begins anew."""


def read_manifest(file: Path) -> dict[str, Any]:
    """The manifest of a backup whose every byte was compared with it.

    Raises BackupError for a file that is no backup of ours, is damaged or was made by a newer version.
    """
    found: dict[str, str] = {}
    manifest: dict[str, Any] = {}
    with _reading(file):
        for name, content in _members(file):
            if name == MANIFEST:
                manifest = json.load(content)
            else:
                found[name] = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    if not manifest:
        raise BackupError(f"{file} is no complete backup: it has no manifest. Use another backup.")
    if manifest.get("format") != FORMAT:
        raise BackupError(
            f"{file} was made by Broadsheet {manifest.get('version')}, this is {__version__}. "
            "Install that version to restore it."
        )
    wrong = sorted({n for n, _d in found.items() ^ manifest["files"].items()})
    if wrong:
        raise BackupError(
            f"{file} is damaged at {wrong[0]} ({len(wrong)} files). Use another backup."
        )
    return manifest


def unpack(file: Path, directory: Path) -> None:
    """Write a verified backup's files into a directory under construction. Raises BackupError."""
    make_folders(directory)
    with _reading(file):
        for name, content in _members(file):
            if name != MANIFEST:
                _write(directory / name, content)


def restore_database(directory: Path, database: Mapping[str, Any]) -> None:
    """Fill an empty PostgreSQL database from the dump that the backup brought, and remove the dump."""
    dump = directory / DUMP
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    listed = run_client(["psql", "--no-psqlrc", "--tuples-only", "--command", tables], database)
    if listed.strip() != "0":
        raise BackupError(
            f"The database {database['NAME']} is not empty; nothing was changed. "
            "Name an empty one with --database-url."
        )
    into = ["--single-transaction", "--exit-on-error", "--no-owner", "--dbname", database["NAME"]]
    run_client(["pg_restore", *into, str(dump)], database)
    run_client(["psql", "--no-psqlrc", "--quiet", "--command", FORGET], database)
    dump.unlink()


def _write(path: Path, content: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    private = path.parent.name == "secrets"
    with path.open("xb") as out:
        path.chmod(0o600 if private else 0o640)
        shutil.copyfileobj(content, out)


@contextlib.contextmanager
def _reading(file: Path) -> Iterator[None]:
    """Say in one way what a damaged archive says in many."""
    try:
        yield
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError, ValueError) as error:
        raise BackupError(f"{file} is damaged or no backup ({error}). Use another one.") from error


def _members(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The archive's files by name; anything that could be written outside the directory is refused."""
    with tarfile.open(file, mode="r|gz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isreg() else None
            if content is None or not _is_ours(member.name):
                raise BackupError(
                    f"{file} is no backup of Broadsheet: it contains {member.name!r}."
                )
            yield member.name, content


def _is_ours(name: str) -> bool:
    path = PurePosixPath(name)
    safe = (
        not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name
    )
    return safe and (name in (MANIFEST, DUMP) or path.parts[0] in KEPT)
