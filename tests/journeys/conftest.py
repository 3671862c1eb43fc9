"""A newsroom that is really served, for whole journeys through it; they meet it through its doors only."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

from commanding import run_program
from journeys.visitor import Visitor
from running import Served, free_port

expect.set_options(timeout=60_000)  # a busy machine is slow, not wrong


@dataclass(frozen=True, slots=True)
class Made:
    """A newsroom's directory and the port that it was pressed for."""

    directory: Path
    port: int


@pytest.fixture(scope="session")
def made(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A newsroom with content that no journey has changed."""
    directory, port = tmp_path_factory.mktemp("made") / "ledger", free_port()
    run_program("journeys/ledger.py", directory, port, migrated_file)
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A journey that fails tells what its visitors were looking at."""
    report = yield
    if report.when == "call" and report.failed and isinstance(item, pytest.Function):
        for name, visitor in item.funcargs.items():
            if isinstance(visitor, Visitor):
                report.sections.append((f"what {name} saw", _seen(visitor)))
    return report


def _seen(visitor: Visitor) -> str:
    try:
        return f"{visitor.page.url}\n{visitor.page.inner_text('body', timeout=2_000)}"
    except Error as error:
        return str(error)
