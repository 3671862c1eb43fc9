"""What a bucket promises, whoever keeps it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from pytest_django import Settings

from broadsheet.kit.bucket import BucketAway, bucket
from running import free_port

pytestmark = pytest.mark.xdist_group("bucket")


def read(key: str) -> bytes:
    return b"".join(bucket().get(key))


@pytest.mark.usefixtures("stored")
def test_file_that_was_put_is_there_under_its_key(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(range(256)) * 50_000)
    before = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    bucket().put("one/a b+ü.txt", b"words")
    bucket().put("one/film.mp4", film)
    bucket().put("one/empty", b"")
    bucket().put("other/file", b"x")
    assert read("one/a b+ü.txt") == b"words"
    assert read("one/film.mp4") == film.read_bytes()
    assert read("one/empty") == b""
    found = dict(bucket().under("one/"))
    assert sorted(found) == ["a b+ü.txt", "empty", "film.mp4"]
    assert all(at > before for at in found.values())
    bucket().put("one/empty", b"not any more")
    assert read("one/empty") == b"not any more"
    bucket().delete(["one/empty", "one/film.mp4", "one/a b+ü.txt", "one/never was", "other/file"])
    assert [*bucket().under("one/"), *bucket().under("other/")] == []


@pytest.mark.usefixtures("stored")
def test_file_that_is_not_there_is_told_from_a_bucket_that_is_away(settings: Settings) -> None:
    with pytest.raises(FileNotFoundError):
        read("never/was")
    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, bucket="no-such-bucket-here")
    with pytest.raises(BucketAway, match="with a:"):
        bucket().put("a", b"b")
    away = f"http://127.0.0.1:{free_port()}"
    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, bucket_url=away)
    with pytest.raises(BucketAway):
        read("a")
    with pytest.raises(BucketAway):
        list(bucket().under("a/"))
