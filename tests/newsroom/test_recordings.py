"""Sound and film in stories: what the desk refuses, what readers get, what is left where a file is gone."""

from __future__ import annotations

import datetime as dt
import io
import struct
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.blocks import StructBlockValidationError

from broadsheet.newsroom.actions.registers import add_download
from broadsheet.newsroom.blocks import AudioBlock, VideoBlock
from broadsheet.newsroom.models import Article, Download
from broadsheet.newsroom.rules.recordings import (
    LARGEST,
    clock_time,
    is_what_it_says,
    seconds_of,
)
from broadsheet.press.actions import check_edition, press_everything, press_pending
from broadsheet.press.edition import Edition, Entry
from broadsheet.press.newsstand.shelf import Reply
from broadsheet.readers.actions import create_account
from paper import Paper

MP3 = b"ID3\x04" + bytes(2000)
SOUND = (b"\xff\xfb\x50\xc4" + bytes(204)) * 383
"""Ten seconds of silence as MP3: frames of 1152 samples at 44.1 kHz and 64 kbit/s."""
MP4 = b"\0\0\0\x18ftypmp42" + bytes(2000)
VTT = b"\xef\xbb\xbfWEBVTT\n\n00:00.000 --> 00:02.000\n" + b"The river rises.\n" * 30
SAID = "<p>The river rises.</p>"


def mp4(milliseconds: int) -> bytes:
    """A film's first boxes, as far as they say how long it lasts (ISO 14496-12, 8.2.2)."""
    head = struct.pack(">IIIII", 0, 0, 0, 1000, milliseconds) + bytes(80)
    movie = struct.pack(">I4s", len(head) + 8, b"mvhd") + head
    return b"\0\0\0\x18ftypmp42" + bytes(12) + struct.pack(">I4s", len(movie) + 8, b"moov") + movie


def kept(folder: Path, name: str, content: bytes) -> Download:
    (folder / name).write_bytes(content)
    return add_download(file=folder / name, title=name, by="test")


def found(path: str) -> tuple[Entry, bytes]:
    edition = Edition(settings.EDITION_DIR)
    entry = edition.find(path)
    assert entry is not None, path
    with edition.open_blob(entry.digest) as blob:
        return entry, blob.read()


def page(story: Article, more: str = "") -> BeautifulSoup:
    return BeautifulSoup(found(f"{story.address}{more}")[1], "lxml")


@pytest.fixture
def story(paper: Paper, tmp_path: Path) -> Article:
    """A story with a sound and a film, pressed."""
    poster = paper.picture("Poster", (640, 360))
    sound, film = kept(tmp_path, "walk.mp3", MP3), kept(tmp_path, "flood.mp4", MP4)
    captions = kept(tmp_path, "flood.vtt", VTT)
    told = {"title": "A walk", "length": "4:32", "transcript": SAID}
    body = [
        ("audio", {"file": sound, **told}),
        ("video", {"file": film, **told, "poster": poster, "captions": captions}),
    ]
    made = paper.story(body=body)
    press_everything()
    return made


def test_recordings_are_served_by_us_with_all_that_a_reader_needs(story: Article) -> None:
    shown = page(story)
    audio, video = shown.select("audio")[0], shown.select("video")[0]
    assert audio["preload"] == video["preload"] == "none"
    entry, body = found(str(audio["src"]))
    assert (entry.content_type, body) == ("audio/mpeg", MP3)
    assert Reply(entry, ("br", "gzip")).has_ranges
    assert found(str(video["src"]))[0].content_type == "video/mp4"
    assert found(str(video["poster"]))[0].content_type == "image/jpeg"
    assert (video["width"], video["height"]) == ("640", "360")
    track = video.select("track")[0]
    assert (track["kind"], track["srclang"], track["label"]) == ("captions", "en", "English")
    assert found(str(track["src"])) == (found(str(track["src"]))[0], VTT)
    for figure in shown.select("figure.media"):
        assert "4:32" in figure.get_text()
        assert figure.select("a[download]")[0]["href"] == figure.select("audio, video")[0]["src"]
        assert "The river rises." in figure.select("details")[0].get_text()
    assert check_edition() == []


def test_recording_lasts_as_long_as_its_file_unless_somebody_says_otherwise(
    story: Article, tmp_path: Path
) -> None:
    story.body[0].value["length"] = ""
    story.save_revision().publish()
    press_pending()
    assert "4:32" not in page(story).select("figure.media")[0].get_text()  # its file does not say
    walk = Download.objects.get(title="walk.mp3")
    walk.file = SimpleUploadedFile("walk.mp3", SOUND)
    walk._set_document_file_metadata()
    walk.save()
    press_pending()
    assert walk.seconds == 10
    assert "0:10" in page(story).select("figure.media")[0].get_text()
    assert Path(walk.file.path).read_bytes() == SOUND


@pytest.mark.parametrize(
    ("name", "content", "seconds"),
    [
        ("a.mp3", SOUND, 10),
        ("a.MP3", SOUND, 10),
        ("a.mp4", mp4(272_000), 272),
        ("a.m4a", mp4(90_500), 90),
        ("a.mp4", mp4(2**31), None),
        ("a.mp4", MP4, None),
        ("a.mp3", b"ID3\x04" + b"\xff" * 4000, None),
        ("a.ogg", b"OggS" + b"\xff" * 400, None),
        ("a.webm", b"\x1a\x45\xdf\xa3", None),
        ("a.pdf", b"%PDF", None),
    ],
)
def test_recording_says_how_long_it_lasts(name: str, content: bytes, seconds: int | None) -> None:
    assert seconds_of(name, io.BytesIO(content)) == seconds


def test_length_is_written_as_players_write_it() -> None:
    assert [clock_time(one) for one in (5, 272, 3723)] == ["0:05", "4:32", "1:02:03"]


def test_recordings_are_words_and_a_link_where_there_is_text_alone(story: Article) -> None:
    shown = page(story, "text/")
    assert shown.select("audio, video, img") == []
    assert shown.main is not None
    assert "The river rises." in shown.main.get_text()
    assert {
        found(str(a["href"]))[0].content_type for a in shown.select("main a[href^='/media']")
    } == {
        "audio/mpeg",
        "video/mp4",
    }


def test_recording_whose_file_is_gone_leaves_the_rest(story: Article) -> None:
    Download.objects.get(title="walk.mp3").delete()
    press_pending()
    shown = page(story)
    assert shown.select("audio") == []
    assert len(shown.select("video track")) == 1
    Path(Download.objects.get(title="flood.vtt").file.path).unlink()
    Download.objects.get(title="flood.vtt").save()
    press_pending()
    assert page(story).select("video track") == []
    assert check_edition() == []


@pytest.mark.parametrize(
    ("block", "fields", "wrong", "sentence"),
    [
        (AudioBlock, {"file": "flood.mp4"}, "file", ".mp3, .m4a, .ogg, .opus."),
        (VideoBlock, {"file": "walk.mp3"}, "file", ".mp4, .webm."),
        (VideoBlock, {"file": "flood.mp4", "captions": "walk.mp3"}, "captions", ".vtt."),
        (AudioBlock, {"file": "walk.mp3", "length": "five"}, "length", "4:32"),
        (AudioBlock, {"file": "walk.mp3", "length": "1:75"}, "length", "4:32"),
    ],
)
def test_recording_that_cannot_be_played_is_refused_with_a_sentence(
    story: Article, block: Any, fields: dict[str, str], wrong: str, sentence: str
) -> None:
    files = {one.title: one for one in Download.objects.all()}
    values = {name: files.get(value, value) for name, value in fields.items()}
    if block is VideoBlock:
        values["poster"] = story.body[1].value["poster"]
    made = block().normalize({"title": "A walk", "length": "", **values})
    with pytest.raises(StructBlockValidationError) as caught:
        block().clean(made)
    assert list(caught.value.block_errors) == [wrong]
    assert sentence in str(caught.value.block_errors[wrong])
    right = {"file": files["walk.mp3"], "title": "A walk", "length": "1:02:03", "transcript": SAID}
    assert AudioBlock().clean(AudioBlock().normalize(right))["length"] == "1:02:03"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("walk.mp3", MP3, ""),
        ("report.pdf", b"%PDF-1.7", ""),
        ("walk.mp3", b"<html>", "is named .mp3, but what is in it is something else"),
        ("flood.mp4", b"", "empty"),
        ("walk.exe", b"MZ", "not allowed"),
        ("walk.mp3", b"large", "a file may have 45"),
    ],
)
def test_desk_says_what_is_wrong_with_a_file(
    paper: Paper, name: str, content: bytes, sentence: str
) -> None:
    client = Client()
    email, password = "editor@ledger.example", "a long and quiet river"
    client.force_login(create_account(email=email, password=password, role="editor", by="test"))
    content = MP3 + bytes(LARGEST) if content == b"large" else content
    file = SimpleUploadedFile(name, content)
    answer = client.post(
        reverse("wagtaildocs:add_multiple"),
        {"title": name, "files[]": file},
        headers={"X-Requested-With": "XMLHttpRequest"},
    ).json()
    assert answer["success"] == (not sentence)
    assert sentence in answer.get("error_message", "")
    assert Download.objects.count() == (0 if sentence else 1)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.mp3", b"\xff\xfb\x90"),
        ("a.MP3", b"ID3"),
        ("a.m4a", b"\0\0\0\x20ftypM4A "),
        ("a.ogg", b"OggS"),
        ("a.opus", b"OggS"),
        ("a.webm", b"\x1a\x45\xdf\xa3"),
        ("a.vtt", b"WEBVTT"),
    ],
)
def test_file_is_what_its_first_bytes_say(name: str, head: bytes) -> None:
    assert is_what_it_says(name, head)
    assert not is_what_it_says(name, b"%PDF-1.7 and more")
    assert not is_what_it_says(name, b"")


def test_sources_and_corrections_stand_where_the_editor_puts_them(paper: Paper) -> None:
    at = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
    body = [
        ("paragraph", "<p>Rain.</p>"),
        (
            "sources",
            [
                {"name": "The survey", "url": "https://example.org/s.pdf", "note": "PDF"},
                {"name": "A call", "url": "javascript:alert(1)"},
            ],
        ),
        ("corrections", [{"text": "It was 12, not 21.", "published": at}]),
    ]
    story = paper.story(body=body)
    press_everything()
    shown = page(story)
    assert [a["href"] for a in shown.select(".sources a")] == ["https://example.org/s.pdf"]
    assert [li.get_text().split() for li in shown.select(".sources li")] == [
        ["The", "survey", "PDF"],
        ["A", "call"],
    ]
    note = shown.select(".correction")[0]
    assert "It was 12, not 21." in note.get_text()
    assert note.select("time")[0]["datetime"].startswith("2026-11-24T")
    assert "It was 12, not 21." in page(story, "text/").get_text()
