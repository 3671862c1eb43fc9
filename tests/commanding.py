"""Runs `broadsheet` commands in processes of their own that begin with the libraries loaded.

A command's process is forked from one that has imported what needs no settings and nothing of ours, so every
command still reads its settings and imports our code by itself; only a second of imports each is saved.
As a program, this file is that process: it reads orders from its standard input, one JSON object a line.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LIBRARIES = """
    PIL.Image allauth anyascii babel.dates bs4 click defusedxml.ElementTree django.contrib.postgres.fields
    django.contrib.staticfiles.finders django.core.management.commands.migrate django.db.backends.sqlite3.base
    django.db.models django.forms django.test.client django.urls django_filters django_stubs_ext django_tasks
    draftjs_exporter.html fido2.server filetype html5lib httpx jinja2 laces lxml.etree modelcluster modelsearch
    permissionedforms pillow_heif psycopg pydantic requests rich.progress swapper taggit telepath tinytag
    treebeard unittest.mock wagtail.utils.text yaml
""".split()
PATIENCE = 600
"""Seconds, after which a command hangs; a busy machine is slow, not wrong."""
TESTS = Path(__file__).resolve().parent


def run(
    *arguments: object,
    ok: bool = True,
    cwd: Path | None = None,
    largest_file: int | None = None,
    **environ: str,
) -> subprocess.CompletedProcess[str]:
    """Run `broadsheet` with these arguments; fail with what it said unless it ends as expected.

    `largest_file` lets none of its files grow above so many bytes: what a full disk does, without one.
    """
    words = [str(argument) for argument in arguments]
    with tempfile.TemporaryDirectory(prefix="command-") as folder:
        said, complained = Path(folder) / "out", Path(folder) / "err"
        order = {
            "words": words,
            "environ": {**clean_environment(), **environ},
            "cwd": str(cwd or Path.cwd()),
            "largest_file": largest_file,
            "out": str(said),
            "err": str(complained),
            "patience": PATIENCE,
        }
        status = _give(order)
        ended = subprocess.CompletedProcess(
            words, status, said.read_text("utf-8"), complained.read_text("utf-8")
        )
    assert (ended.returncode == 0) is ok, ended.stdout + ended.stderr
    return ended


def run_program(name: str, *arguments: object) -> str:
    """Run a program below tests/ in a process of its own, and return what it prints; fail unless it ends well."""
    ended = subprocess.run(
        [sys.executable, TESTS / name, *map(str, arguments)],
        env=clean_environment() | {"PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def clean_environment() -> dict[str, str]:
    """The environment without what this test process set for itself."""
    ours = re.compile("BROADSHEET_|DJANGO_|COV_")
    return {name: value for name, value in os.environ.items() if not ours.match(name)}


def _give(order: dict[str, Any]) -> int:
    """Have the loaded process carry out an order; returns the exit status, negative where a signal ended it."""
    loaded = _loaded_process()
    assert loaded.stdin
    assert loaded.stdout
    loaded.stdin.write(json.dumps(order) + "\n")
    loaded.stdin.flush()
    answer = loaded.stdout.readline()
    assert answer, "the process that runs commands is gone"
    return int(answer)


@functools.cache
def _loaded_process() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-P", __file__],
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    atexit.register(process.stdin.close)
    return process


# The loaded process ---------------------------------------------------------------------------


def _serve() -> None:
    """Carry out orders until there are no more; a command's own process leaves by its exit status."""
    while line := sys.stdin.readline():
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _become(order)
            from broadsheet.project.cli import main

            main()
        sys.stdout.write(f"{_await(pid, order['patience'])}\n")
        sys.stdout.flush()


def _become(order: dict[str, Any]) -> None:
    """Turn this copy into a process as a shell would have started it."""
    for number, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, order["out"], os.O_WRONLY | os.O_CREAT),
        (2, order["err"], os.O_WRONLY | os.O_CREAT),
    ):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(order["environ"])
    os.chdir(order["cwd"])
    sys.argv = ["broadsheet", *order["words"]]
    if order["largest_file"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest_file"],) * 2)


def _await(pid: int, patience: int) -> int:
    def give_up(*_signal: object) -> None:
        os.kill(pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(patience)
    _pid, status = os.waitpid(pid, 0)
    signal.alarm(0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    # Some libraries look whether settings are there; what cannot be loaded without them is left to the command.
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        for library in LIBRARIES:
            importlib.import_module(library)
    gc.freeze()  # else each copy would be searched for garbage, and so become a whole one
    _serve()
