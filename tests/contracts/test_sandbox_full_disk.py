"""A sandbox whose disk is full says so in a sentence, promises nothing, and goes on when there is room again."""

from __future__ import annotations

import logging
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.funding.gateways.sandbox.application import Sandbox, Secrets
from broadsheet.funding.gateways.sandbox.keys import api_key
from broadsheet.funding.gateways.sandbox.messages import Request
from commanding import clean_environment
from running import free_port, wait_until

SECRETS = Secrets("key for tests", "secret for tests")
SESSION = (
    b'{"amount": 2500, "currency": "USD", "reference": "r", "success_url": "https://ledger.example/",'
    b' "cancel_url": "https://ledger.example/"}'
)


def start(folder: Path, *, largest_file: int | None = None) -> str:
    """What a sandbox says that cannot start."""

    def limit() -> None:
        if largest_file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    measured = {name for name in os.environ if name.startswith("COVERAGE_") and largest_file}
    environ = {name: value for name, value in clean_environment().items() if name not in measured}
    command = [sys.executable, "-m", "broadsheet.funding.gateways.sandbox"]
    ended = subprocess.run(
        [*command, "--dir", folder, "--port", str(free_port())],
        env={
            **environ,
            "BROADSHEET_SANDBOX_KEY": SECRETS.key,
            "BROADSHEET_SANDBOX_WEBHOOK_SECRET": SECRETS.webhook_secret,
        },
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    return ended.stderr


def test_sandbox_without_room_to_start_says_so(tmp_path: Path) -> None:
    assert "Make room on the disk" in start(tmp_path, largest_file=1000)


def test_sandbox_whose_database_is_none_says_so(tmp_path: Path) -> None:
    file = tmp_path / "data" / "sandbox" / "sandbox.sqlite3"
    file.parent.mkdir(parents=True)
    file.write_text("Dear sandbox" * 100, encoding="utf-8")
    assert "not a database" in start(tmp_path)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path, SECRETS)
    yield sandbox
    sandbox.close()


def begin(sandbox: Sandbox, key: str) -> int:
    headers = {
        "authorization": f"Bearer {api_key('sandbox', SECRETS.key)}",
        "idempotency-key": key,
    }
    return sandbox.answer(Request("POST", "/v1/checkout_sessions", headers, SESSION)).status


def test_checkout_on_a_full_disk_is_not_opened_and_later_it_is(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    statuses = {begin(sandbox, f"before-{number}") for number in range(3)}
    assert statuses == {200}
    sandbox.store.run("PRAGMA max_page_count = 1")  # it grows no further
    with caplog.at_level(logging.ERROR):
        until = next(n for n in range(500) if begin(sandbox, f"full-{n}") == 503)
    assert "Make room on the disk" in caplog.text
    assert "Traceback" not in caplog.text
    sandbox.store.run("PRAGMA max_page_count = 1000000")
    assert begin(sandbox, f"full-{until}") == 200


def test_webhooks_are_sent_again_after_the_disk_was_full(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    begin(sandbox, "one")
    sandbox.store.run("ALTER TABLE delivery RENAME TO away")
    with caplog.at_level(logging.ERROR):
        sandbox.deliveries.start()
        wait_until(lambda: "No webhook can be sent" in caplog.text, "the fault was told")
    sandbox.store.run("ALTER TABLE away RENAME TO delivery")
    account = sandbox.store.account("sandbox")
    sandbox.store.keep_account(account | {"webhook_url": "http://127.0.0.1:9/"})
    begin(sandbox, "two")
    (session,) = sandbox.store.rows("SELECT id FROM object ORDER BY seq DESC LIMIT 1")
    sandbox.processor.act(sandbox.processor.session(session["id"]), "pay")
    tried = "SELECT * FROM delivery WHERE attempts > 0"
    wait_until(lambda: sandbox.store.rows(tried), "a webhook was sent")
