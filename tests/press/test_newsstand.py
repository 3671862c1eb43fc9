"""The newsstand as readers, caches and attackers meet it: ASGI messages in, ASGI messages out."""

from __future__ import annotations

import asyncio
import gc
import gzip
import logging
import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import ask, behind, request
from broadsheet.press.edition import Edition, Picture, Pressed
from broadsheet.press.errors import DamagedBlob
from broadsheet.press.newsstand import Newsstand
from broadsheet.press.newsstand import shelf as shelving
from broadsheet.press.newsstand.shelf import LARGE, TRUE_FOR, Reply, Shelf

HTML = "text/html; charset=utf-8"
STORY = b"<p>The river rose again.</p>" * 40
LONG = bytes(range(256)) * 8192
DYNAMIC = ("/desk/", "/give/confirm/")
DECODE = {
    "identity": bytes,
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
}


@pytest.fixture
def edition(tmp_path: Path) -> Edition:
    song, photo = tmp_path / "song.mp3", tmp_path / "photo.jpg"
    song.write_bytes(LONG)
    photo.write_bytes(LONG[:100])
    drawing = tmp_path / "drawing.svg"
    drawing.write_bytes(b"<svg><style>a{}</style></svg>")
    pictures = (
        Picture("/media/song.mp3", song, "audio/mpeg"),
        Picture("/media/photo.jpg", photo, "image/jpeg"),
        Picture("/media/drawing.svg", drawing, "image/svg+xml"),
    )
    moved = (("Location", "/2026/11/river/"),)
    documents = [
        Pressed("page:1", "/2026/11/river/", 200, HTML, (), STORY, pictures=pictures),
        Pressed(
            "page:2", "/", 200, HTML, (("Content-Security-Policy", "default-src x"),), b"front"
        ),
        Pressed("page:3", "/2026/11/withdrawn/", 410, HTML, (), b"gone"),
        Pressed("redirect:1", "/old/", 301, "text/plain", moved, b""),
        Pressed("redirect:2", "/?a=1&p=12", 301, "text/plain", moved, b""),
        Pressed("feed:en", "/feed.xml", 200, "application/rss+xml", (), b"<rss/>"),
        Pressed("page:4", "/ar/خبر/", 200, HTML, (), b"arabic"),
        Pressed("missing:en", "/404/", 404, HTML, (), b"no such page"),
        Pressed("missing:ar", "/ar/404/", 404, HTML, (), b"no such page, in Arabic"),
    ]
    edition = Edition.create(tmp_path / "edition")
    edition.step(documents, (), {}, "test")
    edition.polish(edition.hasty(10))
    return edition


@pytest.fixture
def stand(edition: Edition) -> Newsstand:
    return Newsstand(edition, DYNAMIC, lambda: behind)


@pytest.mark.parametrize("coding", DECODE)
def test_page_is_sent_in_the_coding_asked_for(stand: Newsstand, coding: str) -> None:
    for _ in "twice, the second time from memory":
        answer = ask(stand, "/2026/11/river/", accept_encoding=coding)
        assert answer.status == 200
        assert answer.headers.get("content-encoding", "identity") == coding
        assert DECODE[coding](answer.body) == STORY
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["cache-control"] == "no-cache"
        assert "set-cookie" not in answer.headers


def test_etags_differ_by_coding_and_give_304(stand: Newsstand) -> None:
    tags = {c: ask(stand, "/2026/11/river/", accept_encoding=c).headers["etag"] for c in DECODE}
    assert len(set(tags.values())) == len(tags)
    for coding, tag in tags.items():
        answer = ask(stand, "/2026/11/river/", accept_encoding=coding, if_none_match=f"W/{tag}")
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == tag
        assert "vary" in answer.headers
        assert "content-length" not in answer.headers
    other = ask(stand, "/2026/11/river/", accept_encoding="br", if_none_match=tags["gzip"])
    assert other.status == 200


def test_head_has_the_headers_of_get_and_no_body(stand: Newsstand) -> None:
    for path in ("/2026/11/river/", "/media/song.mp3", "/nowhere/", "/a%2fb", "/old/"):
        got, head = ask(stand, path), ask(stand, path, method="HEAD")
        assert (head.status, head.headers, head.body) == (got.status, got.headers, b"")


def test_every_answer_has_the_security_headers(stand: Newsstand) -> None:
    for path in ("/", "/nowhere/", "/2026/11/withdrawn/", "/old/", "/a%00", "/media/photo.jpg"):
        headers = ask(stand, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "geolocation=()" in headers["permissions-policy"]
        if path == "/":
            assert headers["content-security-policy"] == "default-src x"
        else:
            assert "default-src 'self'" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "sandbox" in ask(stand, "/media/drawing.svg").headers["content-security-policy"]


def test_network_is_told_how_long_and_under_which_keys(stand: Newsstand) -> None:
    story = ask(stand, "/2026/11/river/", accept_encoding="br")
    assert story.headers["cdn-cache-control"].startswith(
        "public, max-age=10, stale-while-revalidate="
    )
    assert story.headers["cache-control"] == "no-cache"
    assert story.headers["surrogate-key"] == "page:1 page edition"
    assert story.headers["cache-tag"] == "page:1,page,edition"
    unchanged = ask(stand, "/2026/11/river/", accept_encoding="br", if_none_match="*")
    for name in ("cdn-cache-control", "surrogate-key", "cache-tag", "vary", "etag"):
        assert unchanged.headers[name] == story.headers[name]
    # What does not change at its address, and what is no document, needs no word more.
    photo = ask(stand, "/media/photo.jpg").headers
    assert "cdn-cache-control" not in photo
    assert photo["surrogate-key"] == "/media/photo.jpg picture edition"
    assert "cdn-cache-control" not in ask(stand, "/a%2fb").headers
    withdrawn = ask(stand, "/2026/11/withdrawn/").headers
    assert withdrawn["surrogate-key"] == "page:3 page edition"


def test_surrogate_key_is_ascii_without_separators_and_short(
    edition: Edition, stand: Newsstand
) -> None:
    for resource, path in (("month:a b,c/ا", "/odd/"), ("page:" + "ا" * 300, "/long/")):
        edition.step([Pressed(resource, path, 200, HTML, (), b"x")], (), {}, "test")
    time.sleep(TRUE_FOR)
    odd = ask(stand, "/odd/").headers
    assert odd["surrogate-key"] == "month:a%20b%2Cc/%D8%A7 month edition"
    assert odd["cache-tag"].count(",") == 2
    assert ask(stand, "/long/").headers["surrogate-key"].startswith("sha256:")


@pytest.mark.parametrize("path", ["/media/song.mp3", "/media/photo.jpg"])
@pytest.mark.parametrize("range_", ["bytes=0-9", "bytes=7-", "bytes=-5", "bytes=3-3"])
def test_range_of_a_picture_or_audio(stand: Newsstand, path: str, range_: str) -> None:
    whole = ask(stand, path)
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "vary" not in whole.headers
    part = ask(stand, path, range=range_, if_range=whole.headers["etag"])
    assert part.status == 206
    first, last, size = map(int, part.headers["content-range"][6:].replace("/", "-").split("-"))
    assert (size, part.body) == (len(whole.body), whole.body[first : last + 1])
    assert ask(stand, path, range=range_, if_range='"other"').status == 200
    assert ask(stand, path, range="bytes=0-1,4-5").body == whole.body
    bad = ask(stand, path, range="bytes=9999999-")
    assert (bad.status, bad.headers["content-range"]) == (416, f"bytes */{size}")


def test_range_of_a_page_is_ignored(stand: Newsstand) -> None:
    assert ask(stand, "/2026/11/river/", range="bytes=0-1").body == STORY


def test_large_body_is_streamed(stand: Newsstand) -> None:
    assert len(LONG) > LARGE
    assert ask(stand, "/media/song.mp3").body == LONG


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_other_methods_are_not_allowed(stand: Newsstand, method: str) -> None:
    answer = ask(stand, "/2026/11/river/", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("path", "query", "status", "location"),
    [
        ("/old/", "", 301, "/2026/11/river/"),
        ("/old", "x=%20y", 301, "/old/?x=%20y"),
        ("/feed.xml/", "", 301, "/feed.xml"),
        ("/ar/%D8%AE%D8%A8%D8%B1", "", 301, "/ar/%D8%AE%D8%A8%D8%B1/"),
        ("/", "a=1&p=12", 301, "/2026/11/river/"),
        ("/", "p=12&a=1", 301, "/2026/11/river/"),
        ("/desk", "next=1", 308, "/desk/?next=1"),
    ],
)
def test_redirects(stand: Newsstand, path: str, query: str, status: int, location: str) -> None:
    answer = ask(stand, path, query=query)
    assert (answer.status, answer.headers["location"]) == (status, location)


def test_query_that_is_no_address_is_ignored(stand: Newsstand) -> None:
    assert ask(stand, "/", query="utm_source=x").body == b"front"
    assert ask(stand, "/", query="p=13&a=1").body == b"front"


def test_missing_and_withdrawn_pages_are_the_editions_own(stand: Newsstand) -> None:
    assert ask(stand, "/ar/nowhere/").body == b"no such page, in Arabic"
    missing = ask(stand, "/nowhere/", method="POST")
    assert (missing.status, missing.body) == (404, b"no such page")
    assert "etag" not in missing.headers
    gone = ask(stand, "/2026/11/withdrawn/", if_none_match="*")
    assert (gone.status, gone.body) == (410, b"gone")
    assert ask(stand, "/ar/%D8%AE%D8%A8%D8%B1/").body == b"arabic"


def test_empty_edition_answers_404(tmp_path: Path) -> None:
    stand = Newsstand(Edition.create(tmp_path), DYNAMIC, lambda: behind)
    assert ask(stand, "/").status == 404


def test_step_is_seen_a_millisecond_later(stand: Newsstand, edition: Edition) -> None:
    assert ask(stand, "/").body == b"front"
    writer = Edition(edition.directory)
    writer.step([Pressed("page:2", "/", 200, HTML, (), b"new front")], ["page:3"], {}, "test")
    time.sleep(TRUE_FOR)
    assert ask(stand, "/").body == b"new front"
    assert ask(stand, "/2026/11/withdrawn/").status == 404


HOSTILE = [
    ("/../etc/passwd", 400),
    ("/2026/%2e%2e/desk/", 400),
    ("/desk/../2026/11/river/", 400),
    ("/desk/./x", 400),
    ("/2026%2F11/river/", 400),
    ("/desk%2fx", 400),
    ("/desk/%5c..%5cx", 400),
    ("/desk\\", 400),
    ("/%00", 400),
    ("/desk/%0d%0aSet-Cookie:x", 400),
    ("/%ff%fe", 400),
    ("/desk/%c0%ae%c0%ae/", 400),
    ("*", 400),
    ("", 400),
    ("/" + "a" * 65536, 414),
    ("/desk/" + "a" * 65536, 414),
    ("//evil.example/", 404),
    ("//desk/", 404),
    ("/deskx", 404),
    ("/deskx/", 404),
    ("/DESK/", 404),
    ("/%252e%252e/", 404),
    ("/2026/11/river/%20", 404),
]


@pytest.mark.parametrize(("path", "status"), HOSTILE)
def test_hostile_path_is_refused_and_never_reaches_the_application(
    edition: Edition, path: str, status: int
) -> None:
    def load() -> Any:
        raise AssertionError(path)

    answer = ask(Newsstand(edition, DYNAMIC, load), path)
    assert (answer.status, answer.headers.get("location")) == (status, None)


def test_query_too_long_is_refused(stand: Newsstand) -> None:
    assert ask(stand, "/desk/", query="a" * 65536).status == 414


PIECES = [
    "desk",
    "/",
    "/",
    ".",
    "..",
    "%2e",
    "%2f",
    "%5c",
    "\\",
    "%00",
    "x",
    "DESK",
    "%64esk",
    "%ff",
]


@settings(max_examples=300)
@given(path=st.lists(st.sampled_from(PIECES), max_size=6).map(lambda found: "/" + "".join(found)))
def test_any_path_reaches_the_application_only_under_its_prefix(
    path: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.getbasetemp() / "fuzz"
    answer = ask(Newsstand(Edition.create(directory), DYNAMIC, lambda: behind), path)
    if answer.status == 299:
        assert unquote(path, errors="strict").startswith(DYNAMIC)
        assert ".." not in unquote(path).split("/")
    else:
        assert answer.status in {308, 400, 404}


def test_dynamic_requests_wait_until_the_application_has_loaded(edition: Edition) -> None:
    may_load = threading.Event()

    def load() -> Any:
        may_load.wait(10)
        return behind

    async def story() -> None:
        stand = Newsstand(edition, DYNAMIC, load)
        inbox: asyncio.Queue[Any] = asyncio.Queue()
        said: list[str] = []

        async def say(message: Any) -> None:
            said.append(message["type"])

        life = asyncio.create_task(stand({"type": "lifespan"}, inbox.get, say))
        await inbox.put({"type": "lifespan.startup"})
        held = [asyncio.create_task(request(stand, "/desk/", "", "POST")) for _ in range(3)]
        assert (await request(stand, "/", "", "GET")).body == b"front"
        assert not any(task.done() for task in held)
        may_load.set()
        assert {(await task).body for task in held} == {b"/desk/"}
        assert (await request(stand, "/give/confirm/", "", "GET")).status == 299
        await inbox.put({"type": "lifespan.shutdown"})
        await life
        assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]

    asyncio.run(story())


def test_application_that_cannot_load_is_503_and_the_reason_logged(
    edition: Edition, caplog: pytest.LogCaptureFixture
) -> None:
    def load() -> Any:
        raise SystemExit("settings.toml is wrong")

    stand = Newsstand(edition, DYNAMIC, load)
    with caplog.at_level(logging.ERROR):
        answer = ask(stand, "/desk/")
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert "settings.toml is wrong" in caplog.text
    assert ask(stand, "/").status == 200


def test_websocket_is_refused(stand: Newsstand) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(stand({"type": "websocket", "path": "/desk/"}, None, send))  # type: ignore[arg-type]
    assert sent == ["websocket.close"]


@pytest.mark.parametrize("path", ["/2026/11/river/", "/media/song.mp3", "/media/photo.jpg"])
@pytest.mark.parametrize("is_missing", [True, False])
def test_damaged_body_is_503_never_wrong_bytes(
    stand: Newsstand, edition: Edition, path: str, *, is_missing: bool
) -> None:
    entry = edition.find(path)
    assert entry is not None
    blob = edition.blobs.path(entry.digest)
    blob.unlink() if is_missing else blob.write_bytes(b"x" * entry.size)
    answer = ask(stand, path)
    assert answer.status == 503
    assert "retry-after" in answer.headers
    assert ask(stand, path, range="bytes=0-1").status == 503


def test_manifest_that_cannot_be_read_is_503_for_what_is_not_in_memory(
    stand: Newsstand, edition: Edition
) -> None:
    assert ask(stand, "/").status == 200
    with sqlite3.connect(edition.directory / "edition.sqlite3") as connection:
        connection.execute("DROP TABLE steps")
        connection.execute("DROP TABLE entries")
    connection.close()
    assert ask(stand, "/").status == 200
    assert ask(stand, "/2026/11/river/").status == 503


def test_entry_that_is_asked_for_stays_at_hand_when_others_come(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelving, "REPLIES", 2)
    some = (Pressed(f"page:{n}", f"/{n}/", 200, HTML, (), b"%d" % n) for n in range(4))
    edition.step(some, (), {}, "t")
    shelf = Shelf(edition)

    def at_hand() -> list[bool]:
        return [shelf.known((b"/%d/" % n, ())) is not None for n in range(4)]

    assert at_hand() == [False] * 4  # now it knows the edition's number
    for n, expected in (
        (0, [True, False, False, False]),
        (1, [True, True, False, False]),
        (2, [True, True, False, False]),  # asked for once, while there is no room
        (3, [True, True, False, False]),
        (2, [False, True, True, False]),
    ):
        reply = shelf.find(f"/{n}/", ())
        assert reply is not None
        shelf.keep((b"/%d/" % n, ()), reply)
        assert at_hand() == expected


def test_entry_that_was_asked_for_last_is_not_the_one_that_goes(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelving, "REPLIES", 2)
    some = (Pressed(f"page:{n}", f"/{n}/", 200, HTML, (), b"%d" % n) for n in range(3))
    edition.step(some, (), {}, "t")
    shelf = Shelf(edition)
    assert shelf.known((b"/0/", ())) is None  # now it knows the edition's number
    for n in (0, 1, 2, 2):
        reply = shelf.find(f"/{n}/", ())
        assert reply is not None
        shelf.keep((b"/%d/" % n, ()), reply)
        assert shelf.known((b"/0/", ())) is not None
    assert [shelf.known((b"/%d/" % n, ())) is not None for n in range(3)] == [True, False, True]


def test_who_has_seen_a_step_is_given_nothing_older(
    edition: Edition, stand: Newsstand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelving, "TRUE_FOR", 60.0)
    before = [ask(stand, "/").body for _time in range(2)][1]
    front = Pressed("page:2", "/", 200, HTML, (), b"<p>With the new story.</p>")
    story = Pressed("page:77", "/2026/11/new/", 200, HTML, (), b"<p>New.</p>")
    edition.step([front, story], (), {}, "test")
    assert ask(stand, "/").body == before, "it is at hand, and nobody has looked yet"
    assert ask(stand, "/2026/11/new/").body == story.body
    assert ask(stand, "/").body == front.body


def test_memory_for_bodies_is_bounded_and_the_least_used_goes_first(edition: Edition) -> None:
    for n in range(4):
        edition.step([Pressed(f"page:{n}", f"/{n}/", 200, HTML, (), b"%d" % n * 100)], (), {}, "t")
    shelf = Shelf(edition, bodies=250)
    replies = [reply for n in range(4) if (reply := shelf.find(f"/{n}/", ()))]
    for n in (0, 1, 0, 2, 2):
        assert shelf.body(replies[n]) == b"%d" % n * 100
    for reply in replies:
        edition.blobs.path(reply.digest).unlink()
    assert shelf.body(replies[0]) == b"0" * 100
    assert shelf.body(replies[2]) == b"2" * 100
    with pytest.raises(DamagedBlob, match="cannot be read"):
        shelf.body(replies[1])


def test_blob_that_is_longer_or_shorter_than_it_should_be_is_not_served(edition: Edition) -> None:
    edition.step([Pressed("page:1", "/1/", 200, HTML, (), b"whole")], (), {}, "t")
    shelf = Shelf(edition)
    reply = shelf.find("/1/", ())
    assert reply is not None
    blob = edition.blobs.path(reply.digest)
    for damaged in (b"whol", b"whole and more", b"wholE"):
        blob.write_bytes(damaged)
        with pytest.raises(DamagedBlob, match="is damaged"):
            shelf.body(reply)


def test_replies_hold_nothing_that_the_collector_follows(edition: Edition) -> None:
    bodies = [b"no smaller form"] + [STORY] * 8
    put = (Pressed(f"page:{n}", f"/{n}/", 200, HTML, (), body) for n, body in enumerate(bodies))
    edition.step(put, (), {}, "t")
    shelf = Shelf(edition)
    for n in range(9):
        reply = shelf.find(f"/{n}/", ("br", "gzip"))
        assert reply is not None
        shelf.keep((b"/%d/" % n, ("br", "gzip")), reply)
    for _pass in "the pairs", "the tuples of them":
        gc.collect()
    kept = [one for one in gc.get_objects() if isinstance(one, Reply)]
    parts = [part for one in kept for part in gc.get_referents(one)]
    assert len(kept) >= 9
    assert [part for part in parts if part is not Reply and gc.is_tracked(part)] == []


def test_import_brings_neither_django_nor_the_compressors() -> None:
    code = (
        "import sys, broadsheet.press.newsstand; "
        "print({'django', 'wagtail', 'brotli', 'zstandard'} & set(sys.modules))"
    )
    source = str(Path(__file__).parents[2] / "src")
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        check=True,
    )
    assert run.stdout == b"set()\n"


def test_newsstand_sends_better_forms_as_soon_as_another_process_has_made_them(
    edition: Edition, stand: Newsstand
) -> None:
    new = b"<p>Quite another story.</p>" * 40
    edition.step([Pressed("page:1", "/2026/11/river/", 200, HTML, (), new)], (), {}, "test")
    first = ask(stand, "/2026/11/river/", accept_encoding="br, gzip")
    assert first.headers["content-encoding"] == "gzip"
    elsewhere = Edition(edition.directory)
    elsewhere.polish(elsewhere.hasty(10))
    elsewhere.close()
    time.sleep(TRUE_FOR * 2)
    best = ask(stand, "/2026/11/river/", accept_encoding="br, gzip")
    assert (best.headers["content-encoding"], brotli.decompress(best.body)) == ("br", new)
    assert len(best.body) < len(first.body)
