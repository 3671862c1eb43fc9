"""The newsroom whose reader pages are looked at: made and served once for all tests here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commanding import clean_environment, run_program
from pages.specimens import TOOLS, Site
from running import fetch, free_port, wait_until
from services import do_without


@pytest.fixture(scope="session")
def site(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The newsroom of `building.py`, served by its web process alone."""
    directory, port = tmp_path_factory.mktemp("pages") / "ledger", free_port()
    run_program("pages/building.py", directory, port, migrated_file)
    pages = json.loads((directory / "specimens.json").read_text("utf-8"))
    command = [sys.executable, "-m", "broadsheet.project.cli", "web", "--dir", str(directory)]
    web = subprocess.Popen([*command, "--port", str(port)], env=clean_environment())
    try:
        wait_until(lambda: fetch(port, "/give/confirm/")[0] == 200, "the pages that Django answers")
        yield Site(directory, port, pages, pages.pop("key"), pages.pop("desk"))
    finally:
        web.terminate()
        web.wait(timeout=30)


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    file = TOOLS / "axe-core" / "axe.min.js"
    if not file.is_file():
        do_without("axe-core", "make tools (needs npm: apt install nodejs npm)")
    return file.read_text("utf-8")
