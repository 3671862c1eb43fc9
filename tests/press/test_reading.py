"""How often pages are read: counted by the newsstand, left in a file, taken in once, and never in a reader's way."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from pytest_django import Settings

from broadsheet.kit import clock
from broadsheet.newsroom.actions.reading import let_go, take_in
from broadsheet.newsroom.models import DailyReading, HourlyReading, ReadingIntake
from broadsheet.newsroom.queries.reading import readings
from broadsheet.press import tasks
from broadsheet.press.edition import Edition, Picture, Pressed
from broadsheet.press.newsstand import Newsstand, Spool, Tally
from broadsheet.press.newsstand import tally as tallying
from broadsheet.press.newsstand.spool import REST

HTML = "text/html; charset=utf-8"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
READER = {b"user-agent": FIREFOX.encode()}
SECONDS = 1_800_000_000


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "reading.sqlite3")


@pytest.fixture
def stand(tmp_path: Path, spool: Spool) -> Newsstand:
    song = tmp_path / "photo.jpg"
    song.write_bytes(b"photo")
    documents = [
        Pressed(
            "page:1",
            "/river/",
            200,
            HTML,
            (),
            b"<p>It rose.</p>",
            pictures=(Picture("/media/photo.jpg", song, "image/jpeg"),),
        ),
        Pressed("text:1", "/river/text/", 200, HTML, (), b"<p>It rose, plainly.</p>"),
        Pressed("page:3", "/withdrawn/", 410, HTML, (), b"gone"),
        Pressed("feed:en", "/feed.xml", 200, "application/rss+xml", (), b"<rss/>"),
        Pressed("redirect:1", "/old/", 301, "text/plain", (("Location", "/river/"),), b""),
        Pressed("missing:en", "/404/", 404, HTML, (), b"no such page"),
    ]
    edition = Edition.create(tmp_path / "edition")
    edition.step(documents, (), {}, "test")
    return Newsstand(edition, ("/desk/",), lambda: None, tally=Tally(spool, "UTC"))  # type: ignore[arg-type, return-value]


async def ask(stand: Newsstand, path: str, method: str, headers: dict[str, str]) -> int:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": pairs,
    }
    await stand(scope, None, send)  # type: ignore[arg-type]
    status: int = sent[0]["status"]
    return status


Request = tuple[str, str, dict[str, str]]


def live(stand: Newsstand, requests: list[Request]) -> list[int]:
    """The life of a server from its start to a clean end; returns the statuses of the answers."""

    async def run() -> list[int]:
        events = iter(["lifespan.startup", "lifespan.shutdown"])
        statuses: list[int] = []

        async def receive() -> dict[str, str]:
            event = next(events)
            if event == "lifespan.shutdown":
                statuses.extend([await ask(stand, *request) for request in requests])
            return {"type": event}

        async def send(_message: Any) -> None:
            pass

        await stand({"type": "lifespan"}, receive, send)  # type: ignore[arg-type]
        return statuses

    return asyncio.run(run())


def waiting(spool: Spool) -> dict[str, int]:
    """What waits in the file, by document."""
    taken = spool.take()
    found: dict[str, int] = {}
    for (_hour, document), count in taken[1].items() if taken else ():
        found[document] = found.get(document, 0) + count
    return found


PERSON = {"user-agent": FIREFOX}


def test_only_pages_that_people_get_are_counted(stand: Newsstand, spool: Spool) -> None:
    etag = f'"{stand._shelf.find("/river/", ()).digest[:32]}"'  # type: ignore[union-attr]
    counted: list[Request] = [
        ("/river/", "GET", PERSON),
        ("/river/", "GET", {**PERSON, "if-none-match": etag}),
        ("/river/text/", "GET", PERSON),
        ("/river/", "GET", {"user-agent": "Lynx/2.9.0 libwww-FM/2.14"}),
    ]
    not_counted: list[Request] = [
        ("/river/", "HEAD", PERSON),
        ("/river/", "POST", PERSON),
        ("/river/", "GET", {**PERSON, "range": "bytes=0-3"}),
        ("/river/", "GET", {**PERSON, "sec-purpose": "prefetch"}),
        ("/river/", "GET", {}),
        ("/river/", "GET", {"user-agent": "curl/8.5.0"}),
        ("/river/", "GET", {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
        ("/river/", "GET", {"user-agent": "Mozilla/5.0 (+https://reader.example/about)"}),
        ("/feed.xml", "GET", PERSON),
        ("/media/photo.jpg", "GET", PERSON),
        ("/withdrawn/", "GET", PERSON),
        ("/old/", "GET", PERSON),
        ("/nothing/", "GET", PERSON),
    ]
    statuses = live(stand, counted + not_counted)
    assert statuses == [
        200,
        304,
        200,
        200,
        200,
        405,
        206,
        200,
        200,
        200,
        200,
        200,
        200,
        200,
        410,
        301,
        404,
    ]
    assert waiting(spool) == {"page:1": 3, "text:1": 1}


def test_nothing_about_the_reader_is_written(stand: Newsstand, spool: Spool) -> None:
    live(stand, [("/river/", "GET", {**PERSON, "x-forwarded-for": "192.0.2.7"})])
    written = spool.file.read_bytes()
    assert b"page:1" in written
    assert b"192.0.2.7" not in written
    assert b"Firefox" not in written


def test_a_file_that_cannot_be_written_costs_no_answer_and_little_memory(
    stand: Newsstand, spool: Spool
) -> None:
    spool.file.mkdir()
    assert live(stand, [("/river/", "GET", PERSON)] * 3) == [200] * 3
    spool.file.rmdir()
    # What could not be written before is written with the next.
    live(stand, [("/river/", "GET", PERSON)])
    assert waiting(spool) == {"page:1": 4}


def test_documents_beyond_the_bound_are_summed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallying, "MOST", 3)
    monkeypatch.setattr(tallying, "MOST_WAITING", 4)
    spool = Spool(tmp_path / "reading.sqlite3", most=2)
    tally = Tally(spool, "UTC")
    for at in (SECONDS, SECONDS + 3600):
        for number in range(10):
            tally.count(f"page:{number}", READER)
        tally.turn(at)
    assert len(tally._waiting) <= 4 + 2
    assert sum(tally._waiting.values()) == 20
    tally._write()
    found = waiting(spool)
    assert found[REST] == 20 - 2
    assert len(found) == 3


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Europe/Lisbon"])
def test_hours_are_the_newsrooms_own(spool: Spool, zone: str) -> None:
    tally = Tally(spool, zone)
    # Twice the same hour on the clock, where summer ends, and a half-hour zone.
    for moment in ("2026-10-25T00:59:59+00:00", "2026-10-25T01:00:00+00:00"):
        tally.count("page:1", READER)
        tally.turn(dt.datetime.fromisoformat(moment).timestamp())
    hours = {dt.datetime.fromtimestamp(hour, dt.UTC) for hour, _document in tally._waiting}
    local = {hour.astimezone(ZoneInfo(zone)) for hour in hours}
    assert all(hour.minute == 0 for hour in local)
    assert len(hours) == (1 if zone == "Asia/Kolkata" else 2)


def test_several_newsstands_add_at_once(spool: Spool) -> None:
    def add() -> None:
        for _ in range(25):
            spool.add({(SECONDS, "page:1"): 1, (SECONDS, "page:2"): 2})

    run_in_threads(*[add] * 4)
    assert waiting(spool) == {"page:1": 100, "page:2": 200}


def test_killed_after_writing_loses_nothing(spool: Spool) -> None:
    program = (
        "import sys, time; from pathlib import Path; from broadsheet.press.newsstand import Spool\n"
        "spool = Spool(Path(sys.argv[1]))\n"
        "for number in range(10**6):\n"
        f"    spool.add({{({SECONDS}, 'page:1'): 1}}); print(number + 1, flush=True)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(spool.file)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= 20:
            os.kill(child.pid, signal.SIGKILL)
            break
    said = int([line, *child.stdout.read().split()][-1])
    child.wait()
    assert waiting(spool)["page:1"] in {said, said + 1}


# Taking in ------------------------------------------------------------------------------------


def kept() -> dict[str, int]:
    return dict(HourlyReading.objects.values_list("document", "count"))


@pytest.mark.django_db
def test_what_was_counted_is_taken_in_and_a_text_edition_is_the_story(
    spool: Spool, settings: Settings
) -> None:
    settings.READING_FILE = spool.file
    tasks.take_in_readings()
    for _ in range(2):
        spool.add({(SECONDS, "page:1"): 3, (SECONDS, "text:1"): 1, (SECONDS, "x" * 201): 2})
        tasks.take_in_readings()
    assert spool.take() is None
    assert kept() == {"page:1": 8, "": 4}
    day = dt.datetime.fromtimestamp(SECONDS, clock.newsroom_zone()).date()
    assert DailyReading.objects.get(document="page:1", day=day).count == 8


@pytest.mark.django_db
def test_a_batch_that_comes_again_is_counted_once(spool: Spool, settings: Settings) -> None:
    """The worker was killed between its commit and letting go of the batch."""
    settings.READING_FILE = spool.file
    spool.add({(SECONDS, "page:1"): 3})
    taken = spool.take()
    assert taken is not None
    take_in(*taken)
    spool.add({(SECONDS, "page:1"): 4})
    tasks.take_in_readings()
    assert kept() == {"page:1": 7}
    assert ReadingIntake.objects.count() == 1


@pytest.mark.django_db
def test_without_a_database_counts_wait(spool: Spool, settings: Settings) -> None:
    settings.READING_FILE = spool.file
    spool.add({(SECONDS, "page:1"): 3})
    with connection.execute_wrapper(_gone), pytest.raises(ConnectionError):
        tasks.take_in_readings()
    spool.add({(SECONDS, "page:1"): 1})
    tasks.take_in_readings()
    assert kept() == {"page:1": 4}


def _gone(*_: Any) -> None:
    raise ConnectionError


@pytest.mark.django_db
@pytest.mark.only_on_postgres
def test_several_workers_add_at_once() -> None:
    """In threads, whose connections commit; this one's transaction sees it."""

    def add(number: int) -> None:
        for turn in range(5):
            counts = {(SECONDS, f"page:{at}"): 1 for at in range(20)}
            take_in(f"{number}-{turn}", dict(reversed(counts.items())) if number % 2 else counts)
        connections.close_all()

    def empty() -> None:
        for model in (HourlyReading, DailyReading, ReadingIntake):
            model.objects.all().delete()
        connections.close_all()

    try:
        run_in_threads(*[partial(add, number) for number in range(4)])
        assert kept() == {f"page:{at}": 20 for at in range(20)}
    finally:
        run_in_threads(empty)


def run_in_threads(*tasks: Callable[[], None]) -> None:
    threads = [Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db
def test_old_hours_go_and_their_days_stay_as_long_as_the_newsroom_says(settings: Settings) -> None:
    now = clock.now()
    for days in (1, 40, 800):
        take_in(str(days), {(int((now - dt.timedelta(days=days)).timestamp()), "page:1"): days})
    let_go()
    assert [row.count for row in HourlyReading.objects.all()] == [1]
    assert sorted(row.count for row in DailyReading.objects.all()) == [1, 40]
    assert readings(7) == [("page:1", 1)]
