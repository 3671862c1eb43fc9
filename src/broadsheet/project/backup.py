"""Taking a newsroom into one file while it runs; putting it back is `restore`."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from broadsheet import __version__
from broadsheet.project.database import POSTGRES, connection_environment
from broadsheet.project.directory import DATABASE
from broadsheet.project.env import FILE_NAME

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.pgdump"
KEPT = (FILE_NAME, "secrets", "theme", "data", "deploy")
"""What of a newsroom's directory is worth keeping."""
FLEETING = ("data/run/", "data/edition/blobs/incoming/", "data/edition/underway.sqlite3")
"""What in it is not: it is the running processes' own, and what they were about to make is made again."""


class BackupError(Exception):
    """A backup cannot be made or used; the message says why and what to do."""


def gather(directory: Path, staged: Path, database: Mapping[str, Any]) -> None:
    """Take a snapshot into `staged`: databases by copy, all other files by hard link, which takes no time.

    The caller holds the press lock, so that the database and the edition agree, and may let go of it before
    `pack`. `database` is Django's description of it. Files are linked before it is copied and again
    afterwards, so that each file it names is there, whether it was uploaded or deleted meanwhile. The sandbox
    comes last: a processor may know of payments that we have not heard of, never the other way round.
    """
    _link_files(directory, staged)
    if database["ENGINE"] == POSTGRES:
        run_client(["pg_dump", "--format=custom", f"--file={staged / DUMP}"], database)
    else:
        _copy_sqlite(directory / DATABASE, staged / DATABASE)
    _link_files(directory, staged)
    for source in kept_files(directory):
        target = staged / source.relative_to(directory)
        if source.suffix == ".sqlite3" and not target.exists():
            _copy_sqlite(source, target)


def _link_files(directory: Path, staged: Path) -> None:
    for source in kept_files(directory):
        target = staged / source.relative_to(directory)
        if source.suffix != ".sqlite3" and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            # A file that goes away meanwhile was let go of by whoever owned it.
            with contextlib.suppress(FileNotFoundError):
                _link(source, target)


def pack(staged: Path, file: Path, database: Mapping[str, Any], now: str) -> int:
    """Write what was gathered into one archive with a manifest of digests; it has its name only when complete."""
    digests: dict[str, str] = {}
    partial = file.with_name(file.name + ".partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as archive:
                for path in sorted(p for p in staged.rglob("*") if p.is_file()):
                    name = path.relative_to(staged).as_posix()
                    digests[name] = digest(path)
                    archive.add(path, name, recursive=False)
                manifest = staged / MANIFEST
                manifest.write_text(
                    json.dumps(
                        {
                            "format": FORMAT,
                            "version": __version__,
                            "made": now,
                            "engine": database["ENGINE"],
                            "files": digests,
                        },
                        indent=1,
                    ),
                    encoding="utf-8",
                )
                archive.add(manifest, MANIFEST)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    return file.stat().st_size


def kept_files(directory: Path) -> Iterator[Path]:
    """The files of a newsroom that belong into a backup."""
    for name in KEPT:
        path = directory / name
        for found in [path] if path.is_file() else sorted(path.rglob("*")):
            is_fleeting = found.relative_to(directory).as_posix().startswith(FLEETING)
            is_of_a_database = found.name.endswith(("-wal", "-shm", "-journal"))
            if not (is_fleeting or is_of_a_database or found.is_symlink()) and found.is_file():
                yield found


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that may be written meanwhile, by SQLite's backup interface: one consistent state."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=20)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")
        # Constraints may call functions that only Django's connections have; damage shows without them.
        new.execute("PRAGMA ignore_check_constraints=ON")
        verdict = new.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise BackupError(
            f"{source} is damaged ({verdict}): nothing was backed up. Keep the older backups; "
            "stop serving and put the last one back: broadsheet restore"
        )
    target.chmod(source.stat().st_mode & 0o777)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def run_client(command: list[str], database: Mapping[str, Any]) -> str:
    """Run a PostgreSQL client program and return what it prints.

    Passwords go by the environment, where other accounts cannot see them. Raises BackupError.
    """
    try:
        return subprocess.run(
            command,
            env={**os.environ, **connection_environment(database)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    except FileNotFoundError:
        raise BackupError(
            f"{command[0]} is missing. Install it: apt install postgresql-client"
        ) from None
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["it did not say why"])[-1]
        raise BackupError(f"{command[0]} failed: {reason}") from error
