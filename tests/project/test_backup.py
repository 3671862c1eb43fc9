"""Backups: everything comes back byte for byte, damage and malice are refused before anything is written."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
import tempfile
from pathlib import Path

import pytest

from broadsheet.project.backup import MANIFEST, BackupError, gather, pack
from broadsheet.project.database import database
from broadsheet.project.directory import make_directory
from broadsheet.project.restore import read_manifest, unpack

SQLITE = database("", Path("unused"))


def newsroom(folder: Path) -> Path:
    made = folder / "ledger"
    make_directory(made, {"name": "The Ledger"})
    (made / "data" / "media" / "river.jpg").write_bytes(b"\xff\xd8 a river")
    (made / "data" / "edition" / "blobs" / "ab").mkdir(parents=True)
    (made / "data" / "edition" / "blobs" / "ab" / "abcd").write_bytes(b"a page")
    (made / "theme" / "templates").mkdir()
    (made / "theme" / "templates" / "front.html").write_text("ours", encoding="utf-8")
    (made / "data" / "run" / "worker.beat").touch()
    with sqlite3.connect(made / "data" / "newsroom.sqlite3") as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE story (headline TEXT)")
        connection.execute("INSERT INTO story VALUES ('The river rises')")
    return made


def backup(made: Path, file: Path) -> Path:
    with tempfile.TemporaryDirectory(dir=made / "data" / "run") as staged:
        gather(made, Path(staged), SQLITE)
        pack(Path(staged), file, SQLITE, "2026-11-24T12:00:00+00:00")
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
        and "run" not in path.parts
        and not path.name.endswith(("-wal", "-shm", ".sqlite3"))
    }


def archive(file: Path, *members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(file, "w:gz") as made:
        for name, body in members:
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(body), kind, "/etc/passwd"
            made.addfile(info, io.BytesIO(body))
    return file


def test_backup_restored_has_every_byte_and_private_secrets(tmp_path: Path) -> None:
    made = newsroom(tmp_path)
    file = backup(made, tmp_path / "backup.tar.gz")
    assert file.stat().st_mode & 0o777 == 0o600
    manifest = read_manifest(file)
    assert "data/media/river.jpg" in manifest["files"]
    assert not any(name.startswith("data/run") for name in manifest["files"])
    unpack(file, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(made)
    assert (tmp_path / "again" / "secrets" / "secret_key").stat().st_mode & 0o777 == 0o600
    # systemd does not start the nightly backup of a newsroom without this folder.
    assert (tmp_path / "again" / "backups").stat().st_mode & 0o777 == 0o700
    with sqlite3.connect(tmp_path / "again" / "data" / "newsroom.sqlite3") as connection:
        assert connection.execute("SELECT headline FROM story").fetchall() == [("The river rises",)]


def test_backup_while_somebody_writes_holds_committed_rows_only(tmp_path: Path) -> None:
    made = newsroom(tmp_path)
    writer = sqlite3.connect(made / "data" / "newsroom.sqlite3", isolation_level=None)
    writer.execute("INSERT INTO story VALUES ('Committed, still in the log file')")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO story VALUES ('Not yet committed')")
    file = backup(made, tmp_path / "backup.tar.gz")
    writer.execute("COMMIT")
    writer.close()
    unpack(file, tmp_path / "again")
    with sqlite3.connect(tmp_path / "again" / "data" / "newsroom.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM story").fetchone() == (2,)


def test_backup_has_every_file_that_its_database_may_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the database is copied one picture is uploaded and another one deleted."""
    made = newsroom(tmp_path)
    media = made / "data" / "media"
    dump = tmp_path / "bin" / "pg_dump"
    dump.parent.mkdir()
    dump.write_text(f"#!/bin/sh\nrm {media}/river.jpg\necho new > {media}/bridge.jpg\n")
    dump.chmod(0o700)
    monkeypatch.setenv("PATH", str(dump.parent), prepend=":")
    staged = tmp_path / "staged"
    gather(made, staged, database("postgres://newsroom@127.0.0.1/newsroom", Path("unused")))
    kept = {file.name for file in (staged / "data" / "media").iterdir()}
    assert kept == {"river.jpg", "bridge.jpg"}


def test_backup_holds_nothing_that_is_only_being_written(tmp_path: Path) -> None:
    made = newsroom(tmp_path)
    edition = made / "data" / "edition"
    (edition / "blobs" / "incoming").mkdir()
    half = (edition / "blobs" / "incoming" / "17-1", edition / "underway.sqlite3")
    for path in half:
        path.write_bytes(b"half a pa")
    names = read_manifest(backup(made, tmp_path / "backup.tar.gz"))["files"].keys()
    assert names.isdisjoint(path.relative_to(made).as_posix() for path in half)
    assert "data/edition/blobs/ab/abcd" in names


def test_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    made = newsroom(tmp_path)
    (tmp_path / "backup.tar.gz").mkdir()
    with pytest.raises(OSError, match="directory"):
        backup(made, tmp_path / "backup.tar.gz")
    assert not (tmp_path / "backup.tar.gz.partial").exists()
    assert list((made / "data" / "run").glob("tmp*")) == []


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_restore_damaged_file_is_refused(tmp_path: Path, place: float) -> None:
    file = backup(newsroom(tmp_path), tmp_path / "backup.tar.gz")
    content = bytearray(file.read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(BackupError):
        read_manifest(file)


@pytest.mark.parametrize("kept", [0.2, 0.95])
def test_restore_cut_file_is_refused(tmp_path: Path, kept: float) -> None:
    file = backup(newsroom(tmp_path), tmp_path / "backup.tar.gz")
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(BackupError):
        read_manifest(file)


def test_restore_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear editor", encoding="utf-8")
    with pytest.raises(BackupError, match="no backup"):
        read_manifest(tmp_path / "letter.txt")


@pytest.mark.parametrize(
    "name",
    ["../outside", "/etc/cron.d/x", "data/../../outside", "elsewhere/file", "data/run/../../../x"],
)
def test_restore_path_out_of_the_directory_is_refused(tmp_path: Path, name: str) -> None:
    file = archive(tmp_path / "evil.tar.gz", (name, b"evil"), (MANIFEST, b"{}"))
    for act in (lambda: read_manifest(file), lambda: unpack(file, tmp_path / "again")):
        with pytest.raises(BackupError, match="contains"):
            act()
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_restore_anything_but_a_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    file = archive(tmp_path / "evil.tar.gz", ("data/media/x", b""), kind=kind)
    with pytest.raises(BackupError, match="contains"):
        read_manifest(file)


def test_restore_backup_of_a_newer_format_names_the_version(tmp_path: Path) -> None:
    manifest = json.dumps({"format": 99, "version": "9.1", "files": {}}).encode()
    with pytest.raises(BackupError, match=r"9\.1"):
        read_manifest(archive(tmp_path / "newer.tar.gz", (MANIFEST, manifest)))
