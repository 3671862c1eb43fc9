"""What our processes need of the operating system: one at a time, and none left behind."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import IO

STOP_FOR_GOOD = 78
"""The exit status (EX_CONFIG of sysexits.h) of a process that a restart cannot help."""

PATIENCE = 0.2
"""Seconds for which a lock may be taken by somebody who only looks whether it is held."""

PAUSE = 0.01

_PR_SET_PDEATHSIG = 1


class Unstartable(Exception):
    """A process cannot do its work here; a restart does not help. The message says how to mend it."""

    exit_status = STOP_FOR_GOOD


class Busy(Unstartable):
    """Something is in use by another process."""


class Outdated(Unstartable):
    """The database is not what this version works with."""


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent dies, however that happens (prctl(2)).

    Nothing here needs a gentle end: a crash at any moment is what the database and the edition bear.
    """
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def hold(folder: Path, name: str, what: str = "", by: str = "") -> IO[str]:
    """Take the lock `name` until this process and the children that inherit it end. Raises Busy.

    `what` is that which runs once at a time, `by` the command that runs it, for the sentence that somebody else
    gets. The lock is the kernel's (flock(2)): nothing stays locked after a crash.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / f"{name}.lock").open("a+")
    if not _locked(file, PATIENCE):
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        what = what or f"The {name} process of this newsroom"
        raise Busy(f"{what} runs already (process {holder}). Stop it first.")
    # The lock holds without this note too, so that a full disk keeps nobody from serving.
    with contextlib.suppress(OSError):
        file.truncate(0)
        file.write(f"{os.getpid()}, {by}" if by else str(os.getpid()))
        file.flush()
    return file


def is_held(folder: Path, name: str) -> bool:
    """Whether a running process holds the lock `name`."""
    try:
        with (folder / f"{name}.lock").open("r+") as file:
            return not _locked(file, 0)
    except FileNotFoundError:
        return False


def running(folder: Path) -> list[str]:
    """The names of all locks that running processes hold, in order."""
    return sorted(file.stem for file in folder.glob("*.lock") if is_held(folder, file.stem))


def _locked(file: IO[str], patience: float) -> bool:
    """Take a file's lock; false where somebody else still holds it after so many seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(PAUSE)
        else:
            return True


def need_port(host: str, port: int, mend: str = "Choose another with --port.") -> None:
    """Raise Busy when nothing of ours could listen on this port; `mend` says what to do about it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except PermissionError:
        raise Busy(f"Port {port} is reserved for the system. {mend}") from None
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise Busy(f"{host} is no address of this machine. Correct --host.") from None
        raise Busy(f"{host} port {port} cannot be used ({error.strerror}). {mend}") from None
