"""Two newsstands, an app and a worker behind nginx: killed while stories are published, which no reader notices."""

from __future__ import annotations

import contextlib
import http.client
import re
import sqlite3
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from broadsheet.press.edition import Edition
from broadsheet.press.newsstand import Spool
from broadsheet.project import env
from broadsheet.project.deployment import write_deployment
from broadsheet.project.directory import choose
from commanding import run
from proxies import DOMAIN, Door, Ports, make_certificate, swap, trial_nginx
from running import Served, below, fetch, free_port, kill, publisher, wait_until

ROLES = ("newsstand", "newsstand", "app", "worker")
PATHS = ("/", "/ar/", "/feed.xml", "/give/")
FIREFOX = "Mozilla/5.0 Firefox/140.0"


@dataclass(frozen=True, slots=True)
class Several:
    """A newsroom of several processes, with nginx in front of it."""

    directory: Path
    door: Door
    newsstands: list[Served]
    app: Served
    worker: Served


@dataclass(slots=True)
class Readers:
    """People who ask for one page after the other through nginx; what they got is counted."""

    door: Door
    answers: Counter[str] = field(default_factory=Counter)
    ending: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        while not self.ending.is_set():
            for path in PATHS:
                try:
                    got = str(self.door.get(path, User_Agent=FIREFOX).status)
                except Exception as error:  # noqa: BLE001 - whatever a reader would see
                    got = repr(error)
                self.answers[got] += 1
                self.ending.wait(0.02)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Two of them read until the block ends."""
        with ThreadPoolExecutor(2) as people:
            for _ in range(2):
                people.submit(self.read)
            try:
                yield
            finally:
                self.ending.set()


@pytest.fixture
def several(newsroom: Path, nginx: str, tmp_path: Path) -> Iterator[Several]:
    choose(newsroom, "url", f"https://{DOMAIN}")
    choose(newsroom, "behind_proxy", value=True)
    with contextlib.ExitStack() as ending, ThreadPoolExecutor() as starting:
        served = list(starting.map(lambda role: Served(newsroom, role=role), ROLES))
        for each in served:
            ending.callback(lambda each=each: each.process.poll() is None and each.stop())
        *newsstands, app, worker = served
        door = Door(Ports(free_port(), free_port(), app.port), make_certificate(tmp_path))
        site = next(
            path
            for path in write_deployment(newsroom, env.load(newsroom, {}), 8000)
            if path.name == "nginx-several.conf"
        )
        text = swap(
            site.read_text("utf-8"),
            *(
                (f"127.0.0.1:801{number}", f"127.0.0.1:{each.port}")
                for number, each in enumerate(newsstands)
            ),
        )
        site.write_text(text, encoding="utf-8")
        config = trial_nginx(site, tmp_path, door.certificate, door.ports)
        proxy = subprocess.Popen([nginx, "-c", config], stderr=subprocess.DEVNULL)
        ending.callback(proxy.terminate)
        wait_until(lambda: fetch(door.ports.http, "/")[0], "nginx listens")
        yield Several(newsroom, door, newsstands, app, worker)


def memory(served: Served) -> int:
    """What the processes of one role take, in kB: each its own, and its share of what several use."""
    texts = [
        Path(f"/proc/{pid}/smaps_rollup").read_text()
        for pid in [served.process.pid, *below(served)]
    ]
    return sum(int(re.findall(r"^Pss: +(\d+) kB$", text, re.MULTILINE)[0]) for text in texts)


def read_counts(directory: Path) -> int:
    """How many readings are counted, whether the worker has taken them in or not."""
    with contextlib.closing(sqlite3.connect(directory / "data" / "newsroom.sqlite3")) as database:
        taken = database.execute("SELECT sum(count) FROM newsroom_hourlyreading").fetchone()[0]
    waiting = Spool(directory / env.READING).take() or ("", {})
    return (taken or 0) + sum(waiting[1].values())


@pytest.mark.early
@pytest.mark.nginx
def test_readers_notice_nothing_while_processes_are_killed(several: Several) -> None:
    killed, other = several.newsstands
    taken = {each.role: memory(each) // 1024 for each in (killed, several.app, several.worker)}
    print(f"MB by role, its supervisor included: {taken}")
    assert taken["newsstand"] * 2 < taken["app"]
    readers = Readers(several.door)
    with readers.reading():
        publishing = publisher(several.directory)
        assert publishing.stdout is not None
        committed = [publishing.stdout.readline().strip()]
        kill(killed)
        committed.append(publishing.stdout.readline().strip())
        kill(several.worker)
        publishing.kill()
        committed += publishing.communicate()[0].split()
        edition = Edition(several.directory / "data" / "edition")
        wait_until(lambda: all(map(edition.find, committed)), "every story is in the edition")
        wait_until(lambda: fetch(killed.port, "/")[0] == 200, "the killed newsstand is back")
        for path in (*committed, "/", "/feed.xml"):
            assert asked(killed, path) == asked(other, path)
            assert several.door.get(path).status == 200
        assert_app_that_is_killed_is_missed_and_comes_back(several)
    assert set(readers.answers) == {"200"}
    assert readers.answers["200"] > 50
    said = run(
        "check", "--dir", several.directory, ok=False
    ).stdout  # a public site that sends no mail
    ports = " and ".join(
        str(each.port) for each in sorted(several.newsstands, key=lambda s: s.port)
    )
    assert f"readers are answered at ports {ports}\n" in said
    run("press", "check", "--dir", several.directory)
    assert list(edition.verify()) == []
    for each in (killed, other, several.worker):
        each.stop()
    assert 0 < read_counts(several.directory) <= readers.answers["200"]


def assert_app_that_is_killed_is_missed_and_comes_back(several: Several) -> None:
    assert several.door.get("/desk/login/").status == 200
    kill(several.app)
    missed = several.door.get("/desk/login/", method="POST", body=b"x" * 100)
    assert (missed.status, missed.all("retry-after")) == (503, ["30"])
    assert b"cannot be reached" in missed.body
    wait_until(lambda: several.door.get("/search/").status == 200, "the killed app is back")
    assert several.door.get("/ar/account/").status == 200
    assert several.door.get("/desk").status == 301


def asked(served: Served, path: str) -> tuple[bytes, str]:
    """Body and entity tag of a page as one newsstand has it."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", served.port)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.status == 200
        return response.read(), response.headers["etag"]
