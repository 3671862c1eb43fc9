"""What a content delivery network hears of each step, from a server that plays one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pytest_django import Settings

from broadsheet.kit import clock
from broadsheet.press.actions import purge
from broadsheet.press.actions.telling import tell_network
from broadsheet.press.edition import Pressed
from broadsheet.press.models import NetworkNews
from broadsheet.press.queries import edition
from broadsheet.project.doctor_desk import network

HTML = "text/html; charset=utf-8"


class Played(HTTPServer):
    """A network: what it was asked, and what it answers."""

    heard: list[tuple[str, str, str, str, bytes]]
    status = 200


class Handler(BaseHTTPRequestHandler):
    server: Played

    def _hear(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        keys, key = self.headers.get("Surrogate-Key", ""), self.headers.get("Fastly-Key", "")
        self.server.heard.append((self.command, self.path, keys, key, body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PURGE = do_BAN = _hear  # noqa: N815 - the names that the server looks for

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def played() -> Iterator[Played]:
    server = Played(("127.0.0.1", 0), Handler)
    server.heard = []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def choose(
    settings: Settings, server: Played, form: str, method: str, path: str = "/purge"
) -> None:
    settings.BROADSHEET = dataclasses.replace(
        settings.BROADSHEET,
        cdn_address=f"http://127.0.0.1:{server.server_port}{path}",
        cdn_form=form,
        cdn_method=method,
        cdn_header="Fastly-Key: quiet river",
    )


def put(number: int, body: bytes = b"a") -> None:
    edition().step(
        [Pressed(f"page:{number}", f"/p/{number}/", 200, HTML, (), body)], (), {}, "test"
    )


@pytest.fixture
def told(edition_dir: object, db: None, settings: Settings, played: Played) -> Played:
    """A network that has heard of everything up to now."""
    choose(settings, played, "keys", "POST")
    put(1)
    assert tell_network() is False
    assert played.heard == []
    return played


def test_steps_are_told_together_by_keys(told: Played) -> None:
    put(1, b"b")
    put(2)
    assert tell_network() is True
    assert told.heard == [("POST", "/purge", "missing page:1 page:2", "quiet river", b"")]
    assert tell_network() is False
    edition().step([], ("page:2",), {}, "test")
    tell_network()
    assert told.heard[1][2] == "missing page:2"


def test_tags_go_thirty_at_once(told: Played, settings: Settings) -> None:
    choose(settings, told, "tags", "POST")
    for number in range(2, 40):
        put(number)
    tell_network()
    bodies = [json.loads(body)["tags"] for *_, body in told.heard]
    assert [len(tags) for tags in bodies] == [30, 9]
    assert {*bodies[0], *bodies[1]} == {"missing", *(f"page:{number}" for number in range(2, 40))}


def test_paths_are_told_one_by_one(told: Played, settings: Settings) -> None:
    choose(settings, told, "paths", "PURGE", "{path}?url={url}")
    edition().step([Pressed("page:2", "/ar/خبر/", 200, HTML, (), b"a")], (), {}, "test")
    tell_network()
    ((command, path, *_),) = told.heard
    sent = "/ar/%D8%AE%D8%A8%D8%B1/"
    assert command == "PURGE"
    site = settings.BROADSHEET.url.replace(":", "%3A").replace("/", "%2F")
    assert path == f"{sent}?url={site}{sent.replace('%', '%25').replace('/', '%2F')}"


def test_what_was_refused_is_told_again_and_the_check_says_so(
    told: Played, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.status = 403
    put(2)
    assert tell_network() is False
    (finding,) = network(settings.BROADSHEET)
    assert finding.level == "problem"
    assert "403" in finding.message
    told.status = 200
    assert tell_network() is False  # not yet
    later = clock.now() + dt.timedelta(seconds=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    put(3)
    assert tell_network() is True
    assert told.heard[-1][2] == "missing page:2 page:3"
    (finding,) = network(settings.BROADSHEET)
    assert finding.level == "ok"


def test_killed_before_it_was_noted_is_told_again(told: Played) -> None:
    put(2)
    before = NetworkNews.objects.get()
    tell_network()
    before.save()  # as it is where the note was never written
    tell_network()
    assert told.heard[0] == told.heard[1]


def test_unreachable_is_said_and_everything_is_told_where_history_is_gone(
    told: Played, settings: Settings
) -> None:
    choose(settings, told, "keys", "BAN")
    put(1, b"b")
    put(1, b"c")
    edition().gc(keep=1, grace=-1)
    tell_network()
    assert told.heard == [("BAN", "/purge", "edition", "quiet river", b"")]
    settings.BROADSHEET = dataclasses.replace(
        settings.BROADSHEET, cdn_address="http://127.0.0.1:1/"
    )
    put(3)
    assert tell_network() is False
    assert "cannot be reached" in NetworkNews.objects.get().error


def test_after_a_purge_everything_is_told(told: Played) -> None:
    purge("/killed/")
    tell_network()
    assert told.heard[0][2] == "edition"


def test_nobody_is_told_where_there_is_no_network(
    edition_dir: object, db: None, settings: Settings
) -> None:
    put(1)
    assert tell_network() is False
    assert list(network(settings.BROADSHEET)) == []
