"""A full run in several processes: the same edition, and nobody left behind when one of them is killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from commanding import clean_environment, run
from imports.exports import many
from running import is_running, wait_until

PRESS = [sys.executable, "-m", "broadsheet.project.cli", "press", "run", "--everything"]
HELPER = b"spawn_main"


@pytest.fixture
def filled(newsroom: Path) -> Path:
    """A newsroom with documents for more sheets than one."""
    file = newsroom.with_suffix(".xml")
    file.write_text("".join(many(12)), encoding="utf-8")
    run("import", "wordpress", file, "--dir", newsroom)
    return newsroom


def read_keys(directory: Path) -> set[tuple[str, str]]:
    """Which key each document has read."""
    with sqlite3.connect(directory / "data" / "edition" / "edition.sqlite3") as manifest:
        return set(
            manifest.execute(
                "SELECT one.name, other.name FROM reads JOIN names one ON one.id = resource "
                "JOIN names other ON other.id = key"
            )
        )


def press(directory: Path, processes: int) -> str:
    ended = subprocess.run(
        [*PRESS, "--dir", directory, "--processes", str(processes)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout.splitlines()[-1]


@contextmanager
def pressing(directory: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A run that has just started to render in other processes, and their numbers."""
    process = subprocess.Popen(
        [*PRESS, "--dir", str(directory), "--processes", "2"],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: helpers(process.pid), "another process renders")
        yield process, helpers(process.pid)
    finally:
        process.kill()
        process.communicate()


def helpers(parent: int) -> list[int]:
    found = []
    for about in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(about.read_text().rpartition(")")[2].split()[1]) != parent:
                continue
            if HELPER in about.with_name("cmdline").read_bytes():
                found.append(int(about.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


@pytest.mark.early
def test_several_processes_make_the_same_edition(filled: Path) -> None:
    alone = press(filled, 1)
    keys = read_keys(filled)
    assert press(filled, 2) == alone
    assert "no byte changed" in alone
    assert read_keys(filled) == keys


def test_run_whose_process_is_killed_says_so(newsroom: Path) -> None:
    with pressing(newsroom) as (process, numbers):
        os.kill(numbers[0], signal.SIGKILL)
        _said, complained = process.communicate(timeout=180)
    assert process.returncode == 1
    assert "ended from outside" in complained
    assert "Traceback" not in complained


def test_nobody_goes_on_rendering_for_a_run_that_was_killed(newsroom: Path) -> None:
    with pressing(newsroom) as (process, numbers):
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until(lambda: not any(map(is_running, numbers)), "the other processes end")
