"""Uploaded files of a newsroom on several machines."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import Settings

from broadsheet.kit import media
from broadsheet.kit.bucket import BucketAway, bucket
from broadsheet.kit.media import mirror

pytestmark = pytest.mark.xdist_group("bucket")


@pytest.fixture
def machine(stored: Settings, tmp_path: Path) -> object:
    """Has tests go from one machine to another, each with a media folder of its own."""

    def go_to(name: str) -> Path:
        stored.MEDIA_ROOT = tmp_path / name
        stored.MEDIA_ROOT.mkdir(exist_ok=True)
        return Path(stored.MEDIA_ROOT)

    return go_to


def keys() -> set[str]:
    return {name for name, _at in bucket().under("media/")}


def test_file_saved_on_one_machine_is_found_on_another(machine, monkeypatch) -> None:
    machine("one")
    name = default_storage.save("pictures/river.jpg", ContentFile(b"water"))
    again = default_storage.save("pictures/river.jpg", ContentFile(b"more water"))
    assert name != again  # drawn by lot: nobody has to ask another machine which names it gave
    there = machine("two")
    assert default_storage.exists(name)
    with default_storage.open(name) as file:
        assert file.read() == b"water"
    assert (there / name).stat().st_mode & 0o777 == 0o640
    assert Path(default_storage.path(again)).read_bytes() == b"more water"
    monkeypatch.setattr(media, "bucket", lambda: pytest.fail("what is here is not asked for"))
    assert default_storage.size(name) == 5


def test_file_that_cannot_be_shared_is_not_saved(machine, monkeypatch) -> None:
    here = machine("one")

    def away(*_: object) -> None:
        raise BucketAway("away")

    monkeypatch.setattr(type(bucket()), "put", away)
    with pytest.raises(BucketAway):
        default_storage.save("river.jpg", ContentFile(b"water"))
    assert list(here.rglob("*.jpg")) == []


def test_file_that_is_nowhere_is_missing_and_none_is_made(machine) -> None:
    here = machine("one")
    assert not default_storage.exists("pictures/never.jpg")
    with pytest.raises(FileNotFoundError):
        default_storage.open("pictures/never.jpg")
    default_storage.delete("pictures/never.jpg")
    assert list(here.rglob("*")) == []


def test_deleted_file_is_gone_from_the_bucket(machine) -> None:
    here = machine("one")
    name = default_storage.save("river.jpg", ContentFile(b"water"))
    default_storage.delete(name)
    assert keys() == set()
    assert not (here / name).exists()


@pytest.mark.django_db
def test_machines_agree_with_the_database_in_the_end(machine, monkeypatch) -> None:
    named: set[str] = set()
    monkeypatch.setattr(media, "_named", lambda: iter(named))
    one = machine("one")
    (one / "old.jpg").write_bytes(b"from before there was a bucket")
    upload = default_storage.save("upload.jpg", ContentFile(b"nobody names it yet"))
    shared = default_storage.save("shared.jpg", ContentFile(b"everybody has it"))
    named |= {"old.jpg", shared}
    mirror()
    assert keys() == {"old.jpg", shared, upload}
    two = machine("two")
    mirror()
    assert {path.name for path in two.iterdir()} == {"old.jpg", shared}
    default_storage.delete(shared)
    named -= {shared}
    machine("one")
    mirror()
    assert (one / shared).exists()  # fresh: whoever saved it may not have committed
    past = time.time() - media.FRESH - 1
    os.utime(one / shared, (past, past))
    mirror()
    assert {path.name for path in one.iterdir()} == {"old.jpg", upload}


@pytest.mark.django_db
def test_bucket_that_lost_everything_takes_nothing_with_it(machine, monkeypatch) -> None:
    monkeypatch.setattr(media, "_named", lambda: iter([name]))
    one = machine("one")
    name = default_storage.save("river.jpg", ContentFile(b"water"))
    bucket().delete([f"media/{name}"])
    past = time.time() - media.FRESH - 1
    os.utime(one / name, (past, past))
    mirror()
    assert keys() == {name}


def test_names_of_files_come_from_every_row_that_has_one(paper) -> None:
    picture = paper.picture()
    rendition = picture.get_rendition("width-100")
    assert {picture.file.name, rendition.file.name} <= set(media._named())


def test_newsroom_without_a_bucket_mirrors_nothing(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "a.jpg").write_bytes(b"a")
    past = time.time() - media.FRESH - 1
    os.utime(tmp_path / "a.jpg", (past, past))
    mirror()
    assert (tmp_path / "a.jpg").exists()
