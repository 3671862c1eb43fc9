"""Sending webhooks: each from a row that survives a restart, again and again until it is taken or too old."""

from __future__ import annotations

import http.client
import json
import logging
import sqlite3
import ssl
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from broadsheet.funding.gateways.sandbox.faults import take_delivery_faults
from broadsheet.funding.gateways.sandbox.keys import webhook_secret
from broadsheet.funding.gateways.sandbox.store import Row, Store, unwritable
from broadsheet.funding.gateways.signatures import signature_header

logger = logging.getLogger(__name__)

PAUSES = (1, 5, 30, 120, 600, 3600, 10_800, 21_600, 43_200, 86_400, 86_400)
"""Seconds before the second, third … try; after the last one, three days on, we give up."""

TIMEOUT = 10
LATE = 60.0
HEADER = "Sandbox-Signature"


Carry = Callable[[str, bytes, str], int]
"""Brings a body with its signature to an address and returns the status of the answer, or raises OSError."""


class Deliveries:
    """The queue of webhooks of one store, and the thread that empties it."""

    def __init__(
        self,
        store: Store,
        master_secret: str,
        time_of: Callable[[], float] = time.time,
        carry: Carry | None = None,
    ) -> None:
        self.store = store
        self.master_secret = master_secret
        self.time_of = time_of
        self.carry = carry or post
        self._news = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None

    def queue(self, account: str, event: int) -> None:
        """Queue one event for its account's address, with the faults that are due."""
        if not self.store.account(account)["webhook_url"]:
            return
        faults = self.faults(account)
        now = self.time_of()
        if "forge" in faults:
            self._add(event, now, forged=1)
        if "drop" not in faults:
            due = now + (LATE if "delay" in faults else 0.3 if "reorder" in faults else 0.0)
            for _ in range(2 if "duplicate" in faults else 1):
                self._add(event, due)
        self._news.set()

    def faults(self, account: str) -> list[str]:
        """The faults that the next webhook of an account has."""
        return take_delivery_faults(self.store, account)

    def _add(self, event: int, due: float, forged: int = 0) -> None:
        self.store.run(
            "INSERT INTO delivery (event, due, forged) VALUES (?, ?, ?)", event, due, forged
        )

    def start(self) -> None:
        """Send from now on, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="deliveries", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send nothing more; what is being sent is finished first."""
        self._ended = True
        self._news.set()
        if self._thread:
            self._thread.join(TIMEOUT)

    def _run(self) -> None:
        while not self._ended:
            self._news.clear()
            try:
                self.send_due()
                pause = self._until_next()
            except sqlite3.Error as error:
                logger.error("No webhook can be sent: %s", unwritable(error))  # noqa: TRY400 - a sentence
                pause = LATE
            self._news.wait(pause)

    def _until_next(self) -> float | None:
        """Seconds until the next delivery is due, None when none waits."""
        waiting = self.store.rows("SELECT min(due) AS due FROM delivery WHERE state='waiting'")
        due = waiting[0]["due"]
        return None if due is None else max(0.05, due - self.time_of())

    def send_due(self) -> int:
        """Send what is due, one after the other; return how many were tried."""
        due = self.store.rows(
            "SELECT delivery.*, event.body, event.account FROM delivery JOIN event"
            " ON event.seq = delivery.event WHERE state = 'waiting' AND due <= ?"
            " ORDER BY due, delivery.seq",
            self.time_of(),
        )
        for row in due:
            if not self._ended:
                self._send(row)
        return len(due)

    def _send(self, row: Row) -> None:
        account = self.store.account(row["account"])
        body, secrets = row["body"].encode(), self.secrets(account)
        if row["forged"]:
            body, secrets = _forged(row["body"]), ["whsec_of_somebody_else"]
        signature = signature_header(body, secrets, int(self.time_of()))
        try:
            status = self.carry(account["webhook_url"], body, signature)
            answer = str(status)
        except (OSError, http.client.HTTPException, ValueError) as error:
            status, answer = 0, f"{type(error).__name__}: {error}"[:200]
        attempts = row["attempts"] + 1
        taken = 200 <= status < 300
        over = taken or row["forged"] or attempts > len(PAUSES)
        self.store.run(
            "UPDATE delivery SET state = ?, attempts = ?, answer = ?, due = ? WHERE seq = ?",
            "done" if taken else "given up" if over else "waiting",
            *(attempts, answer, self.time_of() + (0 if over else PAUSES[attempts - 1]), row["seq"]),
        )

    def secrets(self, account: Row) -> list[str]:
        """What an account's webhooks are signed with: its own secret and, during a change, others."""
        return [webhook_secret(account["id"], self.master_secret), *account["more_secrets"]]


def _forged(body: str) -> bytes:
    """The event as a thief would like it: ten times the money."""
    event = json.loads(body)
    about = event["data"]["object"]
    about["amount"] = about["amount"] * 10
    return json.dumps(event).encode()


def post(address: str, body: bytes, signature: str) -> int:
    """POST a webhook; return the status of the answer. Raises OSError or HTTPException."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    headers = {"Content-Type": "application/json", HEADER: signature, "User-Agent": "Sandbox/1"}
    try:
        connection.request("POST", parts.path or "/", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
