"""The command line: help that reads well, and one clear sentence for every mistake."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.project.directory import make_directory


def broadsheet(*arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    return subprocess.run(
        [sys.executable, "-m", "broadsheet.project.cli", *map(str, arguments)],
        env={**kept, **environ},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def failure(*arguments: object, **environ: str) -> str:
    """What a command that must fail says: no traceback, and not more than click's own three lines of usage."""
    ended = broadsheet(*arguments, **environ)
    assert ended.returncode != 0
    assert "Traceback" not in ended.stdout + ended.stderr
    lines = ended.stderr.strip().splitlines()
    assert lines
    assert lines[-1].startswith("Error: ")
    assert all(re.match(r"Usage:|Try |$|Error: ", line) for line in lines)
    return lines[-1]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    make_directory(tmp_path / "ledger", {"name": "The Ledger"})
    return tmp_path / "ledger"


def test_help_names_every_command_and_needs_no_newsroom() -> None:
    text = broadsheet("--help").stdout
    for word in (
        "init",
        "serve",
        "backup",
        "restore",
        "upgrade",
        "demo",
        "user",
        "check",
        "press",
        "import",
    ):
        assert re.search(rf"^  {word} ", text, re.MULTILINE), word


def test_unknown_command_and_option_say_so() -> None:
    assert "serv" in failure("serv")
    assert "--prot" in failure("serve", "--prot", "8000")
    assert "--port" in failure("serve", "--port", "many")
    assert "--port" in failure("serve", "--port", "70000")


def test_directory_that_is_not_ours_is_named(tmp_path: Path) -> None:
    for command in (
        ["serve"],
        ["check"],
        ["upgrade"],
        ["press", "status"],
        ["backup", tmp_path / "x.tar.gz"],
    ):
        if command != ["check"]:
            assert str(tmp_path) in failure(*command, "--dir", tmp_path)
    report = broadsheet("check", "--dir", tmp_path)
    assert report.returncode == 1
    assert "broadsheet init" in report.stdout


def test_mistake_in_settings_stops_every_command(ledger: Path) -> None:
    (ledger / "settings.toml").write_text("prot = 8000\n", encoding="utf-8")
    for command in (
        ["serve"],
        ["upgrade"],
        ["press", "run"],
        ["user", "create", "--email", "a@b.c"],
    ):
        assert "“prot”" in failure(
            *command, "--dir", ledger, BROADSHEET_PASSWORD="long enough, this"
        )


def test_port_taken_is_said_before_anything_starts(ledger: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"{port}" in failure("serve", "--dir", ledger, "--port", port)
        assert f"{port}" in failure("demo", "--dir", ledger.parent / "demo", "--port", port)
    assert not (ledger.parent / "demo").exists()


def test_file_that_is_missing_or_no_backup_is_named(tmp_path: Path, ledger: Path) -> None:
    assert "missing.tar.gz" in failure(
        "restore", tmp_path / "missing.tar.gz", "--dir", tmp_path / "new"
    )
    assert "no backup" in failure("restore", ledger / "settings.toml", "--dir", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_init_refuses_what_cannot_be_and_leaves_nothing(tmp_path: Path, ledger: Path) -> None:
    assert "not empty" in failure("init", ledger)
    assert "time zone" in failure("init", tmp_path / "new", "--timezone", "Atlantis/Capital")
    assert "--domain" in failure("init", tmp_path / "new", "--production")
    assert not (tmp_path / "new").exists()


def test_disk_that_cannot_be_written_is_said(tmp_path: Path, ledger: Path) -> None:
    assert "/proc/ledger" in failure("init", "/proc/ledger")
    (tmp_path / "file").touch()
    assert str(tmp_path / "file") in failure("init", tmp_path / "file" / "ledger")


def test_demo_in_somebody_elses_directory_is_refused(tmp_path: Path, ledger: Path) -> None:
    (tmp_path / "diary.txt").touch()
    assert "not empty" in failure("demo", "--dir", tmp_path, "--port", "8544")
    assert "broadsheet serve" in failure("demo", "--dir", ledger, "--port", "8544")
