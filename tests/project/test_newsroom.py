"""A newsroom's whole life by the command line: made, served, killed, backed up, restored, upgraded."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broadsheet.press.edition import Edition
from commanding import run
from running import Served, free_port, is_running, wait_until

pytestmark = pytest.mark.xdist_group("newsroom")

PASSWORD = "a long and quiet river"


@pytest.fixture(scope="module")
def ledger(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("made") / "ledger"
    shutil.copytree(founded, directory)
    return directory


@pytest.fixture
def served(ledger: Path) -> Iterator[Served]:
    served = Served(ledger)
    yield served
    if served.process.poll() is None:
        served.stop()


def pages(directory: Path) -> dict[str, tuple[int, str]]:
    return {
        entry.path: (entry.status, entry.digest)
        for entry in Edition(directory / "data" / "edition").entries()
    }


def test_init_makes_a_newsroom_that_every_command_works_on(ledger: Path) -> None:
    assert {"/", "/ar/", "/404/", "/give/", "/feed.xml", "/sitemap.xml"} <= pages(ledger).keys()
    assert "problem" not in run("check", "--dir", ledger).stdout
    assert "0 changes wait" in run("press", "status", "--dir", ledger).stdout
    run("press", "check", "--dir", ledger)
    with sqlite3.connect(ledger / "data" / "newsroom.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM newsroom_searchmark").fetchone() == (0,)


def test_init_leaves_the_database_in_one_file(founded: Path) -> None:
    assert [file.name for file in (founded / "data").glob("newsroom.sqlite3*")] == [
        "newsroom.sqlite3"
    ]


def test_init_again_is_refused(ledger: Path) -> None:
    assert "not empty" in run("init", ledger, ok=False).stderr


def test_user_create_lets_somebody_in_and_refuses_weak_passwords(ledger: Path) -> None:
    address = ["--email", "editor@ledger.example", "--dir", ledger]
    weak = run("user", "create", *address, ok=False, BROADSHEET_PASSWORD="short")
    assert "too short" in weak.stderr
    made = run("user", "create", *address, BROADSHEET_PASSWORD=PASSWORD)
    assert "editor@ledger.example" in made.stdout
    assert (
        "already" in run("user", "create", *address, ok=False, BROADSHEET_PASSWORD=PASSWORD).stderr
    )
    reset = run("user", "reset-second-factor", *address)
    assert "Took away 0 devices" in reset.stdout
    nobody = ("--email", "nobody@ledger.example", "--dir", ledger)
    assert "no account" in run("user", "reset-second-factor", *nobody, ok=False).stderr


def test_serve_answers_and_ends_without_a_rest(served: Served) -> None:
    assert served.get("/")[0] == 200
    assert served.get("/ar/")[0] == 200
    assert served.get("/nothing/here/")[0] == 404
    assert b"password" in served.get("/desk/login/")[1]
    served.wait_for_worker()
    names = set(served.processes().values())
    assert {"web", "worker"} <= names
    said = served.stop()
    assert served.process.returncode == 0
    assert "Traceback" not in said
    assert served.processes() == {}


def test_serve_twice_is_refused(served: Served) -> None:
    again = run("serve", "--dir", served.directory, "--port", free_port(), ok=False)
    assert "runs already" in again.stderr
    assert "being served" in run("upgrade", "--dir", served.directory, ok=False).stderr


@pytest.mark.parametrize("victim", ["web", "worker"])
def test_serve_process_that_is_killed_is_started_again(served: Served, victim: str) -> None:
    served.wait_for_worker()
    before = {pid for pid, name in served.processes().items() if name == victim}
    for pid in before:
        os.kill(pid, signal.SIGKILL)

    def is_back() -> bool:
        after = {pid for pid, name in served.processes().items() if name == victim}
        return bool(after) and not after & before

    wait_until(is_back, f"a new {victim} process")
    wait_until(lambda: _answers(served), "the front page again")


def _answers(served: Served) -> bool:
    try:
        return served.get("/")[0] == 200
    except OSError:
        return False


def test_serve_supervisor_that_is_killed_leaves_no_orphan(served: Served) -> None:
    served.wait_for_worker()
    pids = list(served.processes())
    assert len(pids) > 2
    served.stop(signal.SIGKILL)
    wait_until(lambda: not any(is_running(pid) for pid in pids), "all processes gone")


def test_backup_while_served_restores_to_the_same_bytes(served: Served, tmp_path: Path) -> None:
    served.wait_for_own_address()
    at = ("--dir", served.directory)
    wait_until(lambda: "\n0 pictures and cards" in run("press", "status", *at).stdout, "all cards")
    file = tmp_path / "ledger.tar.gz"
    run("backup", file, "--dir", served.directory)
    again = tmp_path / "again"
    run("restore", file, "--dir", again)
    assert pages(again) == pages(served.directory)
    assert (again / "settings.toml").read_bytes() == (
        served.directory / "settings.toml"
    ).read_bytes()
    assert "problem" not in run("check", "--dir", again).stdout
    run("press", "check", "--dir", again, BROADSHEET_URL=served.url)
    assert "not empty" in run("restore", file, "--dir", again, ok=False).stderr
    copy = Served(again)
    try:
        status, body = copy.get("/")
        # The copy is served at an address of its own, which its pages name as soon as it has pressed them.
        here = body.replace(copy.url.encode(), served.url.encode())
        assert (status, here) == served.get("/")
    finally:
        copy.stop()


def test_upgrade_backs_up_and_brings_an_older_database_up_to_date(ledger: Path) -> None:
    database = ledger / "data" / "newsroom.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        connection.execute("DROP TABLE django_session")
    report = run("check", "--dir", ledger, ok=False).stdout
    assert "broadsheet upgrade" in report
    refused = run("serve", "--dir", ledger, "--port", free_port(), ok=False)
    assert "broadsheet upgrade" in refused.stdout + refused.stderr
    said = run("upgrade", "--dir", ledger).stdout
    assert "Backup: " in said
    assert list((ledger / "backups").glob("before-upgrade-*.tar.gz"))
    assert "problem" not in run("check", "--dir", ledger).stdout


@pytest.mark.postgres
def test_postgres_newsroom_is_made_backed_up_and_restored(
    newsroom_on_postgres: Path, new_postgres: Callable[..., str], tmp_path: Path
) -> None:
    made, again, file = newsroom_on_postgres, tmp_path / "again", tmp_path / "backup.tar.gz"
    assert not (made / "data" / "newsroom.sqlite3").exists()
    run("backup", file, "--dir", made)
    assert "is not empty" in run("restore", file, "--dir", again, ok=False).stderr
    assert not again.exists()
    run("restore", file, "--dir", again, "--database-url", new_postgres())
    assert pages(again) == pages(made)
    assert "problem" not in run("check", "--dir", again).stdout
    run("press", "check", "--dir", again)
