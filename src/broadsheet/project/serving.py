"""Which processes a newsroom consists of, and running them together."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from broadsheet.project import heartbeat
from broadsheet.project.address import LOOPBACK, at_port, forget_port, note_port
from broadsheet.project.prefixes import STYLEGUIDE
from broadsheet.project.processes import need_port
from broadsheet.project.roles import APP, NEWSSTAND, WORKER, Role, newsstand_at, supervise
from broadsheet.project.supervisor import Program, Supervisor
from broadsheet.project.values import Values

PATIENCE = 60
"""Seconds for which readers wait at the start for what other machines have published."""


def serve_newsroom(
    directory: Path, values: Values, host: str, port: int | None, on_ready: Callable[[str], None]
) -> int:
    """Run all processes of a newsroom until a signal; return the exit status.

    `on_ready` gets the site's address once the front page is answered. A newsroom whose address is this
    machine's own (a trial) moves with `port`. Raises Busy when it is served already, as a whole or by an app or a
    worker of its own, or a port is taken.
    """
    port = port or urlsplit(values.url).port or 8000
    doing = [APP, WORKER, newsstand_at(port)]
    locks = supervise(directory / "data" / "run", doing, "broadsheet serve", "This newsroom")
    need_port(host, port)
    values = at_port(values, port)
    programs = [
        Program("web", command("web", directory, "--host", host, "--port", str(port))),
        *worker_programs(directory, values),
    ]
    note_port(directory, port)
    catch_up(directory, values)
    with locks:
        return run(
            directory, programs, lambda: answers(host, port, "/"), lambda: on_ready(values.url)
        )


def serve_role(
    directory: Path,
    values: Values,
    role: Role,
    host: str,
    port: int | None,
    on_ready: Callable[[], None],
) -> int:
    """Run the processes of one role until a signal; return the exit status.

    `on_ready` is called once they work. The newsroom's address is the settings', wherever its
    processes listen. Raises Busy when the same runs already (of newsstands, at the same port) or a port is taken.
    """
    folder = directory / "data" / "run"
    port = port or role.port
    name = newsstand_at(port) if port and role.name == NEWSSTAND else role.name
    with supervise(folder, [name], f"broadsheet serve --role {role.name}"):
        if port:
            need_port(host, port)
            words = ("--host", host, "--port", str(port))
            programs = [Program(role.name, command(role.name, directory, *words))]
        else:
            programs = worker_programs(directory, values)
            heartbeat.stop(folder, WORKER)  # what one that was killed has left
        if role.name != NEWSSTAND:
            forget_port(directory)
        else:
            catch_up(directory, values)

        def is_ready() -> bool:
            if not port:
                return heartbeat.age(folder, WORKER) is not None
            return answers(host, port, "/" if role.name == NEWSSTAND else STYLEGUIDE)

        return run(directory, programs, is_ready, on_ready)


def catch_up(directory: Path, values: Values) -> None:
    """Where several machines serve the newsroom, have what they published while this one was away before any reader
    is answered: a story may have been withdrawn. Goes on with what is here where that takes too long or cannot be."""
    if values.node:
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command("press follow", directory), timeout=PATIENCE, check=False)


def worker_programs(directory: Path, values: Values) -> list[Program]:
    """The worker, and the sandbox where that is the processor. Raises Busy when the sandbox's port is taken."""
    programs = [Program("worker", command("worker", directory))]
    if values.processor == "sandbox":
        mend = "Free it, or choose another sandbox_port or --port."
        need_port(LOOPBACK[0], values.sandbox_port, mend)
        programs.append(Program("sandbox", sandbox_command(directory, values)))
    return programs


def run(
    directory: Path,
    programs: list[Program],
    is_ready: Callable[[], bool],
    on_ready: Callable[[], None],
) -> int:
    """Keep programs running in this newsroom until a signal; return the exit status."""
    return Supervisor(
        programs,
        {**os.environ, "BROADSHEET_DIR": str(directory)},
        say=lambda line: print(line, file=sys.stderr, flush=True),  # noqa: T201
        is_ready=is_ready,
        on_ready=on_ready,
    ).run()


def command(name: str, directory: Path, *arguments: str) -> list[str]:
    """How to start one of our own commands, of one word or several, as a process."""
    return [
        sys.executable,
        "-m",
        "broadsheet.project.cli",
        *name.split(),
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


def answers(host: str, port: int, path: str) -> bool:
    """Whether a page is answered that everybody may ask for."""
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=2)
    try:
        connection.request("HEAD", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
