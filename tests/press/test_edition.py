"""The edition through its own door: stepping, asking, damage, clearing out, opening."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.press.edition import Edition, Picture, Pressed
from broadsheet.press.errors import DamagedBlob, NotAnEdition, PathTaken

HTML = "text/html; charset=utf-8"


def page(resource: str, path: str, body: bytes = b"words " * 100, **more: object) -> Pressed:
    return Pressed(resource, path, 200, HTML, (), body, **more)  # type: ignore[arg-type]


@pytest.fixture
def edition(tmp_path: Path) -> Edition:
    return Edition.create(tmp_path / "edition")


def put(edition: Edition, *documents: Pressed, drop: tuple[str, ...] = ()) -> int | None:
    return edition.step(documents, drop, {}, "test")


def bodies(edition: Edition) -> dict[str, bytes]:
    return {e.path: edition.open_blob(e.digest).read() for e in edition.entries()}


def test_step_new_document_is_found_with_all_its_forms(edition: Edition) -> None:
    assert put(edition, page("page:1", "/a/")) == 1
    entry = edition.find("/a/")
    assert entry is not None
    assert entry == edition.entry("page:1")
    assert (entry.resource, entry.status, entry.size) == ("page:1", 200, 600)
    assert set(entry.variants) == {"gzip"}
    edition.polish(edition.hasty(10))
    polished = edition.find("/a/")
    assert polished is not None
    assert set(polished.variants) == {"br", "zstd", "gzip"}
    for coding, form in polished.variants.items():
        assert len(edition.open_blob(entry.digest, coding).read()) == form.size < entry.size
    assert edition.number == 1
    assert (edition.hasty(10), list(edition.verify())) == ([], [])


def test_step_nothing_differs_makes_no_number_but_keeps_what_was_read(edition: Edition) -> None:
    put(edition, page("page:1", "/a/", reads=frozenset({"old", "both"})))
    again = page("page:1", "/a/", reads=frozenset({"new", "both", "table:x"}))
    members = {"page:1": frozenset({("list:latest", "3"), ("list:topic", "3")})}
    assert edition.step([again], ["page:9"], members, "test") is None
    assert edition.number == 1
    assert edition.readers_of(["new"]) == edition.readers_of(["both", "x"]) == {"page:1"}
    assert edition.readers_of(["old"]) == set()
    assert edition.keys_read("table:") == {"table:x"}
    assert edition.memberships(["page:1", "page:2"]) == {**members, "page:2": frozenset()}


@pytest.mark.parametrize(
    "changed",
    [
        Pressed("page:1", "/b/", 200, HTML, (), b"x"),
        Pressed("page:1", "/a/", 410, HTML, (), b"x"),
        Pressed("page:1", "/a/", 200, "text/plain", (), b"x"),
        Pressed("page:1", "/a/", 200, HTML, (("x-a", "1"),), b"x"),
        Pressed("page:1", "/a/", 200, HTML, (), b"y"),
    ],
)
def test_step_anything_differs_makes_a_number(edition: Edition, changed: Pressed) -> None:
    put(edition, Pressed("page:1", "/a/", 200, HTML, (), b"x"))
    assert put(edition, changed) == 2
    entry = edition.find(changed.path)
    assert entry is not None
    assert (entry.status, entry.content_type, entry.headers) == (
        changed.status,
        changed.content_type,
        changed.headers,
    )


def test_step_two_documents_swap_paths_works(edition: Edition) -> None:
    put(edition, page("page:1", "/a/", b"one"), page("page:2", "/b/", b"two"))
    assert put(edition, page("page:1", "/b/", b"one"), page("page:2", "/a/", b"two")) == 2
    assert bodies(edition) == {"/a/": b"two", "/b/": b"one"}


def test_step_path_claimed_twice_changes_nothing_and_names_both(edition: Edition) -> None:
    put(edition, page("page:1", "/a/"))
    with pytest.raises(PathTaken, match=r"page:2 and page:1 both claim the address /a/"):
        put(edition, page("page:3", "/c/"), page("page:2", "/a/"))
    with pytest.raises(PathTaken, match=r"page:5 and page:4 both claim"):
        put(edition, page("page:4", "/d/"), page("page:5", "/d/"))
    assert edition.number == 1
    assert list(edition.resources()) == ["page:1"]


def test_step_drop_frees_the_path_and_forgets_reads(edition: Edition) -> None:
    put(edition, page("page:1", "/a/", reads=frozenset({"k"})))
    assert put(edition, page("page:2", "/a/"), drop=("page:1", "page:77")) == 2
    assert list(edition.resources()) == ["page:2"]
    assert edition.readers_of(["k"]) == set()
    assert put(edition, page("page:2", "/a/"), drop=("page:2",)) is None


def test_pictures_leave_with_their_last_user_in_the_same_step(
    edition: Edition, tmp_path: Path
) -> None:
    file = tmp_path / "p.jpg"
    file.write_bytes(os.urandom(700_000))
    shown = (Picture("/media/p.jpg", file, "image/jpeg"),)
    put(edition, page("page:1", "/a/", pictures=shown), page("page:2", "/b/", pictures=shown))
    file.unlink()
    entry = edition.find("/media/p.jpg")
    assert entry is not None
    assert (entry.size, entry.content_type, dict(entry.variants)) == (700_000, "image/jpeg", {})
    assert list(edition.resources()) == ["page:1", "page:2"]
    assert put(edition, page("page:1", "/a/")) is None
    assert edition.find("/media/p.jpg") is not None
    assert put(edition, drop=("page:2",)) == 2
    assert set(bodies(edition)) == {"/a/"}


def test_picture_replaced_at_its_path_is_new_for_everybody(
    edition: Edition, tmp_path: Path
) -> None:
    file, other = tmp_path / "p.svg", tmp_path / "q.svg"
    file.write_bytes(b"<svg>" + b"<path/>" * 100)
    other.write_bytes(b"<svg/>")
    put(edition, page("page:1", "/a/", pictures=(Picture("/p.svg", file, "image/svg+xml"),)))
    entry = edition.find("/p.svg")
    assert entry is not None
    assert "gzip" in entry.variants
    use = (Picture("/p.svg", other, "image/svg+xml"),)
    assert put(edition, page("page:2", "/b/", pictures=use)) == 2
    assert bodies(edition)["/p.svg"] == b"<svg/>"
    two = page("page:3", "/c/", pictures=(Picture("/p.svg", file, "image/svg+xml"),))
    with pytest.raises(PathTaken, match=r"page:3 and page:2 both claim the address /p\.svg"):
        put(edition, page("page:2", "/b/", pictures=use), two)


def test_step_picture_file_missing_changes_nothing(edition: Edition, tmp_path: Path) -> None:
    use = (Picture("/p.svg", tmp_path / "no.svg", "image/svg+xml"),)
    with pytest.raises(FileNotFoundError, match=r"no\.svg"):
        put(edition, page("page:1", "/a/", pictures=use))
    assert edition.number == 0
    assert list(edition.blobs.unfinished()) == []


def test_step_that_the_disk_refuses_changes_nothing_and_is_taken_again(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(edition, page("page:1", "/a/"))
    before = set(edition.blobs.all())

    def refuse(_handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match="Input/output"):
            put(edition, page("page:2", "/b/", b"other words " * 100))
    assert edition.number == 1
    assert set(edition.blobs.all()) == before
    assert list(edition.blobs.unfinished()) == []
    assert put(edition, page("page:2", "/b/", b"other words " * 100)) == 2
    assert list(edition.verify()) == []


def test_step_of_many_documents_is_whole(edition: Edition) -> None:
    put(edition, *(page(f"page:{n}", f"/{n}/", b"%d " % n * 300) for n in range(60)))
    assert len(bodies(edition)) == 60
    assert list(edition.verify()) == []


def test_number_moves_for_other_threads_and_other_editions_of_the_directory(
    edition: Edition,
) -> None:
    other = Edition(edition.directory)
    assert other.number == 0
    threads = [
        threading.Thread(target=put, args=(edition, page(f"page:{n}", f"/{n}/"))) for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.number == edition.number == 3
    assert len(list(other.resources())) == 3


def test_reader_in_the_midst_of_reading_does_not_hold_up_a_step(edition: Edition) -> None:
    put(edition, page("page:1", "/a/"), page("page:2", "/b/"))
    reading = Edition(edition.directory).entries()
    first = next(reading)
    assert put(edition, page("page:1", "/c/")) == 2
    assert [first.path, *(entry.path for entry in reading)] == ["/a/", "/b/"]


def test_damaged_blob_is_found_refused_and_mended_by_pressing_again(edition: Edition) -> None:
    document = page("page:1", "/a/")
    put(edition, document)
    edition.polish(edition.hasty(1))
    entry = edition.find("/a/")
    assert entry is not None
    broken = edition.blobs.path(entry.digest)
    broken.write_bytes(b"wrong " * 100)
    edition.blobs.path(entry.variants["br"].digest).unlink()
    assert len(list(edition.verify())) == 2
    for coding in ("identity", "br"):
        with pytest.raises(DamagedBlob):
            edition.open_blob(entry.digest, coding)
    assert put(edition, document) is None
    assert list(edition.verify()) == []
    assert edition.open_blob(entry.digest).read() == document.body


def test_gc_keeps_the_last_steps_and_what_just_left(edition: Edition) -> None:
    for n in range(1, 5):
        put(edition, page("page:1", "/a/", b"body %d " % n * 90))
    (edition.directory / "blobs" / "incoming" / "left-behind").write_bytes(b"x")
    cleared = edition.gc(keep=1)
    assert (cleared.versions, cleared.files, cleared.bytes) == (0, 1, 1)
    cleared = edition.gc(keep=2, grace=-1)
    assert (cleared.versions, cleared.files) == (2, 4)
    cleared = edition.gc(keep=0, grace=-1)
    assert (cleared.versions, cleared.files) == (1, 2)
    assert edition.number == 4
    assert list(edition.verify()) == []
    assert edition.readers_of(["nothing"]) == set()


def test_fingerprint_is_kept(edition: Edition) -> None:
    assert edition.fingerprint is None
    edition.fingerprint = "abc"
    assert Edition(edition.directory).fingerprint == "abc"


def test_open_what_is_no_edition_says_so(tmp_path: Path) -> None:
    assert not Edition.exists(tmp_path)
    with pytest.raises(NotAnEdition, match="holds no edition"):
        Edition(tmp_path)
    (tmp_path / "edition.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(NotAnEdition, match="cannot be read as an edition"):
        Edition(tmp_path)


def test_open_edition_of_another_format_says_so(edition: Edition) -> None:
    with sqlite3.connect(edition.directory / "edition.sqlite3") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
    connection.close()
    with pytest.raises(NotAnEdition, match="has format 99"):
        Edition(edition.directory)


def test_create_where_there_is_one_opens_it(edition: Edition) -> None:
    put(edition, page("page:1", "/a/"))
    assert Edition.create(edition.directory).number == 1


def test_copy_taken_by_a_backup_opens_and_steps(edition: Edition, tmp_path: Path) -> None:
    put(edition, page("page:1", "/a/"))
    copy = tmp_path / "copy"
    shutil.copytree(edition.directory / "blobs", copy / "blobs")
    with sqlite3.connect(copy / "edition.sqlite3") as new:
        sqlite3.connect(edition.directory / "edition.sqlite3").backup(new)
        new.execute("PRAGMA journal_mode=DELETE")
    new.close()
    assert bodies(Edition(copy)) == bodies(edition)
    assert put(Edition(copy), page("page:1", "/b/")) == 2


READ_ONLY = """
import os, sys
from pathlib import Path
from broadsheet.press.edition import Edition
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
edition = Edition(Path(sys.argv[1]))
for line in sys.stdin:
    print(edition.number, [entry.path for entry in edition.entries()], flush=True)
"""


@pytest.fixture
def public_directory() -> Iterator[Path]:
    """A directory that other accounts can reach, as pytest's own are not."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.mark.parametrize("has_writer", [True, False])
def test_directory_that_the_reader_may_not_write_is_read_and_followed(
    public_directory: Path, *, has_writer: bool
) -> None:
    """With a writer beside it, and with none; then it is written after all, and the reader sees it."""
    directory = public_directory / "edition"
    writer = Edition.create(directory)
    put(writer, page("page:1", "/a/"))
    if not has_writer:
        writer.close()
    directory.chmod(0o755 if os.getuid() == 0 else 0o555)
    reader = subprocess.Popen(
        [sys.executable, "-c", READ_ONLY, str(directory)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdin is not None
    assert reader.stdout is not None
    print(file=reader.stdin, flush=True)
    assert reader.stdout.readline() == "1 ['/a/']\n"
    directory.chmod(0o755)
    writer = Edition(directory)
    put(writer, page("page:1", "/b/"))
    out, _ = reader.communicate("\n", timeout=180)
    assert out == "2 ['/b/']\n"
