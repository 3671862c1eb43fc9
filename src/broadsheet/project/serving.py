"""Which processes a newsroom consists of, and running them together."""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from broadsheet.project.address import at_port, note_port
from broadsheet.project.env import Values
from broadsheet.project.processes import hold, need_port
from broadsheet.project.supervisor import Program, Supervisor


def serve_newsroom(
    directory: Path, values: Values, host: str, port: int | None, on_ready: Callable[[str], None]
) -> int:
    """Run all processes of a newsroom until a signal; return the exit status.

    `on_ready` gets the site's address once the front page is answered. A newsroom whose address is this
    machine's own (a trial) moves with `port`. Raises Busy when it is served already or a port is taken.
    """
    lock = hold(directory / "data" / "run", "serve")
    port = port or urlsplit(values.url).port or 8000
    need_port(host, port)
    values = at_port(values, port)
    programs = [
        Program("web", command("web", directory, "--host", host, "--port", str(port))),
        Program("worker", command("worker", directory)),
    ]
    if values.processor == "sandbox":
        need_port(host, values.sandbox_port, "Free it, or choose another sandbox_port or --port.")
        programs.append(Program("sandbox", sandbox_command(directory, values)))
    note_port(directory, port)
    with lock:
        return Supervisor(
            programs,
            {**os.environ, "BROADSHEET_DIR": str(directory)},
            say=lambda line: print(line, file=sys.stderr, flush=True),  # noqa: T201
            is_ready=lambda: answers(host, port),
            on_ready=lambda: on_ready(values.url),
        ).run()


def command(name: str, directory: Path, *arguments: str) -> list[str]:
    """How to start one of our own commands as a process."""
    return [
        sys.executable,
        "-m",
        "broadsheet.project.cli",
        name,
        "--dir",
        str(directory),
        *arguments,
    ]


def sandbox_command(directory: Path, values: Values) -> list[str]:
    """How to start the sandbox processor."""
    sandbox = "broadsheet.funding.gateways.sandbox"
    return [
        *(sys.executable, "-m", sandbox),
        *("--dir", str(directory), "--port", str(values.sandbox_port)),
    ]


def answers(host: str, port: int) -> bool:
    """Whether the front page is answered."""
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=2)
    try:
        connection.request("HEAD", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
