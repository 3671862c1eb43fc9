"""A newsroom run as people run it: by the command line, in processes of its own. For tests of the whole house."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from commanding import clean_environment

PATIENCE = 180.0
"""Seconds, after which something that is waited for never happens."""

PORTS = range(10_000, 32_000)
"""Below those that the system gives to connections that leave: none but a test takes one that is free."""

_dice = random.SystemRandom()  # not to be seeded, or test processes would choose alike


def free_port() -> int:
    """A port that nobody listens on, and the one after it neither."""
    while True:
        port = _dice.choice(PORTS)
        with socket.socket() as one, socket.socket() as two, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            two.bind(("127.0.0.1", port + 1))
            return port


def wait_until(true: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Return when `true()` is; fail after as many seconds."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def fetch(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    """Status and body of an answer of this machine's server; (0, b"") where none listens yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", quote(path, safe="/?=&%"), headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    except ConnectionRefusedError:
        return 0, b""
    finally:
        connection.close()


@dataclass(slots=True)
class Served:
    """A newsroom that is being served until `stop`: all of it, or what one role does."""

    directory: Path
    port: int = field(default_factory=free_port)
    role: str = ""
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "broadsheet.project.cli", "serve"]
        role = ["--role", self.role] if self.role else []
        port = ["--port", str(self.port)] if self.role != "worker" else []
        self.process = subprocess.Popen(
            [*command, "--dir", str(self.directory), *role, *port],
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if line.startswith(("Serving", "Running")):
                return
        raise AssertionError(said)

    @property
    def url(self) -> str:
        """The site's address."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of an answer."""
        return fetch(self.port, path)

    def processes(self) -> dict[int, str]:
        """The processes that work for this newsroom, by id, with the name of what each does."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if "broadsheet" in " ".join(words[:4]) and str(self.directory) in words:
                pid = int(entry.name)
                if is_running(pid):
                    found[pid] = words[3] if words[2].endswith("cli") else words[2]
        return found

    def wait_for_worker(self) -> None:
        """Return when the worker does its jobs."""
        beat = self.directory / "data" / "run" / "worker.beat"
        wait_until(beat.exists, "the worker's first sign of life")

    def wait_for_own_address(self) -> None:
        """Return when the pages name the port at which they are served: a trial's edition follows its port."""
        wait_until(lambda: self.url.encode() in self.get("/robots.txt")[1], "pages at this address")

    def stop(self, number: int = signal.SIGTERM) -> str:
        """End it by a signal and return all that it said."""
        self.process.send_signal(number)
        said, _none = self.process.communicate(timeout=PATIENCE)
        return said


def below(served: Served) -> list[int]:
    """The processes that a supervisor runs, with those that they run."""
    found, parents = list[int](), [served.process.pid]
    while parents:
        listed = Path(f"/proc/{parents[0]}/task/{parents.pop(0)}/children")
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            children = [int(pid) for pid in listed.read_text().split()]
            found += children
            parents += children
    return found


def kill(served: Served) -> None:
    """Kill what a supervisor runs by -9; it stays itself."""
    pids = below(served)
    assert pids
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(is_running(pid) for pid in pids), "the killed are gone")


def publisher(directory: Path) -> subprocess.Popen[str]:
    """A process that publishes one story after the other."""
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "press" / "publishing.py")],
        env={
            **clean_environment(),
            "BROADSHEET_DIR": str(directory),
            "DJANGO_SETTINGS_MODULE": "broadsheet.project.settings",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
