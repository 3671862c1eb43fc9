"""Chromium and a newsroom that is really served, for whole journeys through it.

While Playwright's event loop runs, nothing else in this process may use asyncio or Django's database. So a
browser lives no longer than one module of journeys, and they meet the newsroom through its doors only.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from journeys.people import ZONE
from running import Served, clean_environment, free_port, run

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Made:
    """A newsroom's directory and the port that it was pressed for."""

    directory: Path
    port: int


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A newsroom with content that no journey has changed."""
    directory, port = tmp_path_factory.mktemp("made") / "ledger", free_port()
    languages = ["--language", "en", "--language", "ar"]
    place = ["--timezone", ZONE, "--port", port]
    run("init", directory, "--name", "The Ledger", *languages, *place)
    ended = subprocess.run(
        [sys.executable, HERE / "ledger.py"],
        env={
            **clean_environment(),
            "BROADSHEET_DIR": str(directory),
            "DJANGO_SETTINGS_MODULE": "broadsheet.project.settings",
            "PYTHONPATH": str(HERE.parent),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return Made(directory, port)


@pytest.fixture(scope="module")
def served(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A copy of the newsroom, served while a module's journeys go on; it has nothing to complain of."""
    directory = tmp_path_factory.mktemp("served") / "ledger"
    shutil.copytree(made.directory, directory)
    served = Served(directory, made.port)
    served.wait_for_worker()
    yield served
    said = served.stop()
    assert "Traceback" not in said, said
    assert "Warning" not in said, said


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, started and ended with the module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        yield browser
        browser.close()
