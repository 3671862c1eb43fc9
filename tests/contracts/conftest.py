"""The processors that keep one contract: the sandbox in this process and as a process of its own, and Stripe."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bench import SECRETS, Bench, SandboxBench, StripeBench
from broadsheet.funding.gateways.in_process import InProcessSandbox
from commanding import clean_environment
from lookalike.serving import served_lookalike
from running import free_port, wait_until


@pytest.fixture(scope="module", params=["in process", "a process", "Stripe"])
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """A sandbox, once in this process and once as it is served, and what plays Stripe."""
    if request.param == "Stripe":
        with served_lookalike() as client:
            yield StripeBench(client)
        return
    folder = tmp_path_factory.mktemp("sandbox")
    if request.param == "in process":
        with InProcessSandbox(folder, SECRETS, dt.datetime.now(dt.UTC)) as sandbox:
            yield SandboxBench(sandbox.client)
    else:
        yield from _served(folder)


def _served(folder: Path) -> Iterator[Bench]:
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "broadsheet.funding.gateways.sandbox"),
            *("--dir", str(folder), "--port", str(port)),
        ],
        env={
            **clean_environment(),
            "BROADSHEET_SANDBOX_KEY": SECRETS.key,
            "BROADSHEET_SANDBOX_WEBHOOK_SECRET": SECRETS.webhook_secret,
        },
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            wait_until(lambda: _answers(client), "the sandbox answers")
            yield SandboxBench(client)
    finally:
        process.terminate()
        assert process.wait(10) == 0


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/alive").status_code == 200
    except httpx.HTTPError:
        return False
