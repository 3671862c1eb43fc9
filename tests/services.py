"""Programs and servers that some tests need; each says plainly what is missing and how to install it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest

POSTGRES = ("127.0.0.1", 5432)
REDIS = ("127.0.0.1", 6379)


def listens(address: tuple[str, int]) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(address) == 0


def do_without(what: str, install: str) -> NoReturn:
    """Skip the test, or fail it where the services are required."""
    message = f"{what} is missing. Install it: {install}"
    if os.environ.get("BROADSHEET_REQUIRE_SERVICES") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def program(name: str, install: str) -> str:
    """The path of a program."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    return found or do_without(name, install)


def postgres_or_exit() -> str:
    """The address of the PostgreSQL server for a whole run on it; without a server the run ends here."""
    if listens(POSTGRES):
        return f"postgres://postgres@{POSTGRES[0]}:{POSTGRES[1]}/postgres"
    required = os.environ.get("BROADSHEET_REQUIRE_SERVICES") == "1"
    message = (
        "PostgreSQL on 127.0.0.1:5432 is missing: nothing was tested on it. apt install postgresql"
    )
    pytest.exit(message, returncode=1 if required else 0)


def postgres_template(name: str, fill: Callable[[str], object]) -> str:
    """A database of this name, made if it is not there; `fill` is given the address of one that becomes it."""
    import psycopg

    server = f"postgres://postgres@{POSTGRES[0]}:{POSTGRES[1]}"
    partial = f"{name}_partial"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        ).fetchone():
            connection.execute(f"DROP DATABASE IF EXISTS {partial} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {partial}")
            fill(f"{server}/{partial}")
            connection.execute(f"ALTER DATABASE {partial} RENAME TO {name}")
    return name


@contextlib.contextmanager
def postgres_databases() -> Iterator[Callable[..., str]]:
    """A function that makes databases, empty or like a `template`, and returns addresses; in the end they go."""
    if not listens(POSTGRES):
        do_without(
            "PostgreSQL on 127.0.0.1:5432", "apt install postgresql; .ci/run starts one for tests"
        )
    import psycopg

    server = f"postgres://postgres@{POSTGRES[0]}:{POSTGRES[1]}"
    names: list[str] = []
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:

        def create(template: str = "") -> str:
            names.append(f"broadsheet_{uuid.uuid4().hex[:12]}")
            like = f"TEMPLATE {template.rpartition('/')[2]}" if template else ""
            connection.execute(f"CREATE DATABASE {names[-1]} {like}")
            return f"{server}/{names[-1]}"

        yield create
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def new_postgres() -> Iterator[Callable[..., str]]:
    """Makes PostgreSQL databases of this test's own and returns their addresses."""
    with postgres_databases() as create:
        yield create


@pytest.fixture
def redis_url() -> str:
    """The address of a Redis database that tests may use."""
    if not listens(REDIS):
        do_without("Redis on 127.0.0.1:6379", "apt install redis-server")
    return f"redis://{REDIS[0]}:{REDIS[1]}/15"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium: of its shell without a window, which starts and draws in half the time, if it is there."""
    shell = shutil.which("chromium-headless-shell")
    return shell or program("chromium", "apt install chromium-headless-shell, or chromium")


@pytest.fixture(scope="session")
def nginx() -> str:
    """The path of nginx."""
    return program("nginx", "apt install nginx-light")


@pytest.fixture(scope="session")
def caddy() -> str:
    """The path of Caddy."""
    return program("caddy", "apt install caddy")


@pytest.fixture(scope="session")
def systemd_analyze() -> str:
    """The path of systemd-analyze."""
    return program("systemd-analyze", "apt install systemd")
