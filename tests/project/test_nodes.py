"""Two machines with one newsroom, each a directory of its own: killed while stories are published."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from broadsheet.press.edition import Edition
from broadsheet.project.directory import choose, write_secret
from commanding import run
from running import Served, below, fetch, free_port, kill, publisher, wait_until
from soaking import Budget

pytestmark = pytest.mark.xdist_group("bucket")

SHARED = ("settings.toml", "secrets", "theme")
"""What whoever sets a machine up brings from another one."""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine: its directory and what it runs."""

    directory: Path
    worker: Served
    newsstand: Served

    @property
    def edition(self) -> Edition:
        return Edition(self.directory / "data" / "edition")

    def has(self, path: str) -> bool:
        return fetch(self.newsstand.port, path)[0] == 200

    def served(self) -> dict[str, tuple[int, str]]:
        return {entry.path: (entry.status, entry.digest) for entry in self.edition.entries()}


def make(directory: Path, name: str) -> Path:
    choose(directory, "node", name)
    return directory


def start(ending: contextlib.ExitStack, directory: Path) -> Node:
    node = Node(directory, Served(directory, role="worker"), Served(directory, role="newsstand"))
    for each in (node.worker, node.newsstand):
        ending.callback(lambda each=each: each.process.poll() is None and each.stop())
    return node


@pytest.fixture
def nodes(
    newsroom_on_postgres: Path, bucket_settings: dict[str, str], tmp_path: Path
) -> Iterator[list[Node]]:
    first = newsroom_on_postgres
    choose(first, "processor", "none")
    choose(first, "url", f"http://127.0.0.1:{free_port()}")
    for name, value in bucket_settings.items():
        if name == "bucket_secret":
            write_secret(first, name, value)
        else:
            choose(first, name, value)
    second = tmp_path / "second"
    second.mkdir()
    for name in SHARED:
        place = first / name
        (shutil.copytree if place.is_dir() else shutil.copy2)(place, second / name)
    with contextlib.ExitStack() as ending:
        yield [start(ending, make(first, "one")), start(ending, make(second, "two"))]


def committed(directory: Path, count: int) -> list[str]:
    """The addresses of so many stories that a process has published before it was killed."""
    publishing = publisher(directory)
    assert publishing.stdout is not None
    found = [publishing.stdout.readline().strip() for _ in range(count)]
    publishing.kill()
    return [*found, *publishing.communicate()[0].split()]


@pytest.mark.soak(minutes=2)
def test_what_one_publishes_the_other_shows_whoever_is_killed(
    nodes: list[Node], budget: Budget
) -> None:
    one, two = nodes
    wait_until(lambda: two.has("/"), "the other machine has followed")
    paths = committed(two.directory, 3)  # the app may run on any of them
    wait_until(lambda: all(map(two.has, paths)), "the other machine shows every story")
    # A card may have been made for a story meanwhile.
    wait_until(lambda: one.served() == two.served(), "both have the same")

    kill(two.newsstand)
    kill(one.worker)
    paths += committed(one.directory, 3)
    for each in (one, two):
        wait_until(lambda each=each: all(map(each.has, paths)), "both show every story")
    said = run("check", "--dir", two.directory, ok=False).stdout
    assert "one publishes" in said
    assert "two has all that was told" in said
    assert "made by another version" not in said
    refused = run("press", "run", "--dir", two.directory, ok=False).stderr
    assert "The worker of the machine “one” publishes. Run this there." in refused
    assert "Other machines serve this newsroom: one, two" in (
        run("upgrade", "--dir", make_third(one.directory), ok=False).stderr
    )

    # The first machine is gone for good.
    for served in (one.worker, one.newsstand):
        os.kill(served.process.pid, signal.SIGKILL)
    wait_until(lambda: not below(one.worker), "nothing of it is left")
    paths += committed(two.directory, 2)
    wait_until(lambda: all(map(two.has, paths)), "the other publishes in its place")
    assert all(fetch(two.newsstand.port, path)[0] == 200 for path in ("/", "/feed.xml", "/give/"))
    run("press", "check", "--dir", two.directory)
    assert list(two.edition.verify()) == []
    with psycopg.connect(database(two.directory)) as connection:
        assert connection.execute("SELECT term FROM press_register").fetchone() == (2,)

    # It comes back, and follows before it answers anybody.
    with contextlib.ExitStack() as ending:
        again = Served(one.directory, role="newsstand")
        ending.callback(again.stop)
        assert all(fetch(again.port, path)[0] == 200 for path in paths)

    def has_followed() -> bool:
        run("press", "follow", "--dir", one.directory)
        return one.served() == two.served()

    wait_until(has_followed, "it has the cards as well that were made meanwhile")


def make_third(directory: Path) -> Path:
    third = directory.with_name("third")
    third.mkdir()
    for name in SHARED:
        place = directory / name
        (shutil.copytree if place.is_dir() else shutil.copy2)(place, third / name)
    return make(third, "three")


def database(directory: Path) -> str:
    return (directory / "secrets" / "database_url").read_text("utf-8").strip()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"bucket": ""}, "another bucket"),
        ({"processor": "sandbox"}, "the sandbox is on one machine only"),
        ({"node": "No 1"}, "small letters, digits and hyphens"),
    ],
)
def test_machine_that_would_keep_to_itself_what_all_need_is_refused(
    newsroom: Path, settings: dict[str, str], words: str
) -> None:
    write_secret(newsroom, "database_url", "postgres://nowhere/ledger")
    chosen = {"node": "one", "bucket": "ledger", "processor": "none", **settings}
    for name, value in chosen.items():
        choose(newsroom, name, value)
    said = run("check", "--dir", newsroom, ok=False)
    assert words in said.stdout + said.stderr
    assert "Traceback" not in said.stderr
