"""Building a directory: what is somebody's is never touched, and what was broken off never passes for a newsroom."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from broadsheet.project.construction import (
    MARK,
    NotEmpty,
    Unfinished,
    construction,
    is_unfinished,
    need_finished,
)
from broadsheet.project.processes import Busy
from commanding import clean_environment, run
from running import wait_until
from soaking import Budget

BUILDER = """
import pathlib, sys
from broadsheet.project.construction import construction
with construction(pathlib.Path(sys.argv[1])):
    (pathlib.Path(sys.argv[1]) / "half").mkdir()
    (pathlib.Path(sys.argv[1]) / "half" / "done").touch()
    print("building", flush=True)
    sys.stdin.read()
"""


def builder(directory: Path) -> subprocess.Popen[bytes]:
    """A process that builds until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"building\n"
    return process


def names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


@pytest.mark.parametrize("existed", [False, True])
def test_construction_leaves_what_the_block_made_and_no_mark(tmp_path: Path, existed: bool) -> None:
    made = tmp_path / "a" / "ledger"
    if existed:
        made.mkdir(parents=True)
    with construction(made):
        with pytest.raises(Unfinished, match="not finished"):
            need_finished(made)
        (made / "settings.toml").touch()
    assert names(made) == ["settings.toml"]
    need_finished(made)


@pytest.mark.parametrize("existed", [False, True])
def test_construction_that_fails_leaves_all_as_it_was(tmp_path: Path, existed: bool) -> None:
    made = tmp_path / "ledger"
    if existed:
        made.mkdir(mode=0o750)

    def fail() -> None:
        with construction(made):
            (made / "data").mkdir()
            (made / "data" / "file").touch()
            (made / "link").symlink_to(tmp_path)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert made.exists() is existed
    assert names(tmp_path) == (["ledger"] if existed else [])
    if existed:
        assert names(made) == []
        assert made.stat().st_mode & 0o777 == 0o750


def test_construction_never_touches_what_is_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    for place in (tmp_path, tmp_path / "diary.txt"):
        with pytest.raises(NotEmpty, match="nothing was changed"), construction(place):
            pass
    assert names(tmp_path) == ["diary.txt"]
    assert (tmp_path / "diary.txt").read_text("utf-8") == "mine"


def test_construction_takes_the_root_of_a_new_disk(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    with construction(tmp_path):
        (tmp_path / "settings.toml").touch()
    assert names(tmp_path) == ["lost+found", "settings.toml"]


def test_construction_that_was_killed_is_begun_anew(tmp_path: Path) -> None:
    made = tmp_path / "ledger"
    killed = builder(made)
    killed.kill()
    killed.communicate()
    assert names(made) == [MARK, "half"]
    with construction(made):
        assert names(made) == [MARK]
        (made / "settings.toml").touch()
    assert names(made) == ["settings.toml"]


def test_construction_in_progress_is_left_alone(tmp_path: Path) -> None:
    made = tmp_path / "ledger"
    other = builder(made)
    with pytest.raises(Busy, match="just now"), construction(made):
        pass
    assert names(made) == [MARK, "half"]
    other.communicate()
    assert names(made) == ["half"]


@pytest.mark.early
def test_init_killed_at_any_moment_is_no_newsroom_and_begins_anew(tmp_path: Path) -> None:
    init_and_kill(tmp_path / "ledger", range(2))


@pytest.mark.soak(minutes=1)
def test_init_killed_many_times_is_no_newsroom_and_begins_anew(
    tmp_path: Path, budget: Budget
) -> None:
    made = tmp_path / "ledger"
    init_and_kill(made, budget.pieces(20))
    run("init", made)
    assert "problem" not in run("check", "--dir", made).stdout


def init_and_kill(made: Path, turns: Iterable[int]) -> None:
    """All of the moments are in a database half made; each time it is another one."""
    database = made / "data" / "newsroom.sqlite3"

    def found() -> tuple[int, int] | None:
        with contextlib.suppress(FileNotFoundError):
            return database.stat().st_ino, database.stat().st_ctime_ns
        return None

    hits = 0
    for number in turns:
        before = found()
        command = [sys.executable, "-m", "broadsheet.project.cli", "init", str(made)]
        process = subprocess.Popen(command, env=clean_environment())
        wait_until(lambda before=before: found() not in (None, before), "a new database")
        time.sleep(0.05 * number)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if not is_unfinished(made):  # it was done before
            shutil.rmtree(made)
            continue
        hits += 1
        assert "not finished" in run("serve", "--dir", made, ok=False).stderr
        assert "not finished" in run("check", "--dir", made, ok=False).stdout
    assert hits
