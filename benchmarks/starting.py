"""How soon a newsroom that is started answers: a reader from its edition, and an editor."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PAGE, DESK = 1.5, 6.0
"""Seconds until the first page, and until the editor's desk."""

PATIENCE = 60


def measure(newsroom: Path) -> None:
    """Start `broadsheet serve` on the newsroom; print seconds to the first page and to the desk, and how it ends."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [sys.executable, "-m", "broadsheet.project.cli", "serve", "--dir", str(newsroom)]
    begun = time.perf_counter()
    process = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        page = _answered(port, "/", begun)
        desk = _answered(port, "/desk/login/", begun)
    finally:
        ended = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    print(
        f"start: first page after {page:.2f} s ({page / PAGE:.2f} of {PAGE}), desk after {desk:.2f} s "
        f"({desk / DESK:.2f} of {DESK}); stopped in {time.perf_counter() - ended:.1f} s; load {os.getloadavg()[0]:.1f}"
    )


def _answered(port: int, path: str, begun: float) -> float:
    while time.perf_counter() - begun < PATIENCE:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return time.perf_counter() - begun
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.01)
    raise SystemExit(f"{path} does not answer")
