"""A newsroom that is served, as somebody would start it, and what it answers."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE = 60
"""Seconds to wait for an answer, and for the end."""

PAUSE = 0.005


@contextmanager
def served(newsroom: Path) -> Iterator[int]:
    """`broadsheet serve` for the length of the block; gives its port. It may not answer yet.

    At the port where it was pressed: its addresses have it in them, and another would be pressed first.
    """
    from django.conf import settings

    port = urlsplit(settings.BROADSHEET.url).port or 80
    command = [sys.executable, "-m", "broadsheet.project.cli", "serve", "--dir", str(newsroom)]
    process = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def answer(port: int, path: str) -> tuple[int, str]:
    """Status and text of what is found at a path; (0, "") where nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def wait_for(port: int, path: str) -> None:
    """Return when a page is found at a path."""
    deadline = time.monotonic() + PATIENCE
    while answer(port, path)[0] != 200:
        if time.monotonic() > deadline:
            raise SystemExit(f"{path} does not answer")
        time.sleep(PAUSE)
