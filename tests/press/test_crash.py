"""kill -9 anywhere during a publication, start again, and the edition heals."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from broadsheet.press.edition import Edition
from commanding import clean_environment, run
from running import Served, wait_until
from soaking import KILLS, Budget


@pytest.fixture
def served(newsroom: Path) -> Iterator[Served]:
    running = Served(newsroom)
    running.wait_for_worker()
    yield running
    running.stop()


def pids(served: Served, name: str) -> list[int]:
    return [pid for pid, what in served.processes().items() if name in what]


def publisher(served: Served) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("publishing.py"))],
        env={
            **clean_environment(),
            "BROADSHEET_DIR": str(served.directory),
            "DJANGO_SETTINGS_MODULE": "broadsheet.project.settings",
        },
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.early
def test_press_killed_at_any_point_heals(served: Served) -> None:
    publish_and_kill(served, range(2), seed=7)


@pytest.mark.soak(minutes=5)
def test_press_killed_many_times_heals(served: Served, budget: Budget) -> None:
    publish_and_kill(served, budget.pieces(KILLS), seed=random.randrange(10**6))


def publish_and_kill(served: Served, turns: Iterable[int], *, seed: int) -> None:
    """The publisher is killed while it publishes, in turn with the worker and the web process.

    Nothing that was committed is lost, no page is torn, and in the end the edition is what a full run would make.
    """
    print(f"seed {seed}")
    chance = random.Random(seed)
    committed: list[str] = []
    for turn in turns:
        publishing = publisher(served)
        assert publishing.stdout is not None
        committed.append(publishing.stdout.readline().strip())
        time.sleep(chance.uniform(0.2, 1.2))
        if turn % 2:
            name, victims = "web" if turn % 8 == 7 else "worker", list[int]()
            # The last one that was killed may not have been started again.
            wait_until(lambda n=name, v=victims: v.extend(pids(served, n)) or v, f"{name} runs")  # type: ignore[misc]
            os.kill(chance.choice(victims), signal.SIGKILL)
            time.sleep(chance.uniform(0, 0.5))
        publishing.kill()
        said, _none = publishing.communicate(timeout=180)
        committed += said.split()
    edition = Edition(served.directory / "data" / "edition")
    wait_until(
        lambda: all(edition.find(path) for path in committed), "every story is in the edition"
    )
    run("press", "check", "--dir", served.directory, BROADSHEET_URL=served.url)
    assert list(edition.verify()) == []
    wait_until(lambda: served.get("/")[0] == 200, "the web process is back")
    assert [path for path in committed if served.get(path)[0] != 200] == []
    assert len(committed) > turn + 1
