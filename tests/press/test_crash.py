"""kill -9 anywhere during a publication, start again, and the edition heals."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.press.edition import Edition
from commanding import clean_environment, run
from running import Served, wait_until

KILLS = int(os.environ.get("BROADSHEET_KILLS", "4"))


@pytest.fixture
def served(founded: Path, tmp_path: Path) -> Iterator[Served]:
    shutil.copytree(founded, tmp_path / "newsroom")
    running = Served(tmp_path / "newsroom")
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


def test_press_killed_at_any_point_heals(served: Served) -> None:
    """The worker and the publisher are killed in turn while stories are published; nothing that was
    committed is lost, no page is torn, and in the end the edition is what a full run would make."""
    chance = random.Random(int(os.environ.get("BROADSHEET_SEED", "7")))
    committed: list[str] = []
    for turn in range(KILLS):
        publishing = publisher(served)
        assert publishing.stdout is not None
        committed.append(publishing.stdout.readline().strip())
        time.sleep(chance.uniform(0.2, 1.2))
        if turn % 2:
            for pid in pids(served, "worker"):
                os.kill(pid, signal.SIGKILL)
            time.sleep(chance.uniform(0, 0.5))
        publishing.kill()
        said, _none = publishing.communicate(timeout=30)
        committed += said.split()
    edition = Edition(served.directory / "data" / "edition")
    wait_until(
        lambda: all(edition.find(path) for path in committed), "every story is in the edition"
    )
    run("press", "check", "--dir", served.directory, BROADSHEET_URL=served.url)
    assert list(edition.verify()) == []
    assert [path for path in committed if served.get(path)[0] != 200] == []
    assert len(committed) > KILLS
