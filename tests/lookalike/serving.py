"""Serving the lookalike to tests; what it answered is held against Stripe's own types when it ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from commanding import clean_environment
from lookalike.types import misfits
from running import free_port, wait_until


@contextmanager
def served_lookalike() -> Iterator[httpx.Client]:
    """A fresh lookalike in a process of its own, as a client at its address."""
    port = free_port()
    folder = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "lookalike", str(port)],
        env={**clean_environment(), "PYTHONPATH": folder},
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            wait_until(lambda: _answers(client), "the lookalike answers")
            yield client
            found = misfits(client.get("/answers").json())
            assert not found, "\n".join(found)
    finally:
        process.terminate()
        process.wait(10)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/answers").status_code == 200
    except httpx.HTTPError:
        return False
