"""A sandbox processor of either shape, as contract tests use it: its gateway, its buttons, its switches."""

from __future__ import annotations

import httpx

from broadsheet.funding.gateways.sandbox.application import Secrets
from broadsheet.funding.gateways.sandbox.keys import api_key, webhook_secret
from broadsheet.funding.gateways.sandbox_client import SandboxGateway

SECRETS = Secrets("the sandbox's key", "the sandbox's webhook secret")
ACCOUNT = "north"


class Bench:
    """A sandbox of either shape, its account `north` and the buttons and switches around it."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.gateway = self.of(ACCOUNT)

    def of(self, account: str, *, secrets: list[str] | None = None) -> SandboxGateway:
        """The gateway of an account."""
        return SandboxGateway(
            self.client,
            key=api_key(account, SECRETS.key),
            secrets=secrets or [webhook_secret(account, SECRETS.webhook_secret)],
            checkout_origin="http://127.0.0.1:9",
        )

    def press(self, checkout_id: str, outcome: str) -> httpx.Response:
        """Press a button of the hosted page."""
        return self.client.post(f"/checkout/{checkout_id}/", data={"outcome": outcome})

    def act(self, path: str, **wish: object) -> None:
        """Use a switch of the rehearsal interface."""
        headers = {"Authorization": f"Bearer {SECRETS.key}"}
        answer = self.client.post(f"/admin/{path}", json=wish, headers=headers)
        assert answer.status_code == 200, answer.text

    def call(self, path: str, wish: object, key: str) -> httpx.Response:
        """A call to the account's interface as somebody would write it by hand."""
        headers = {
            "Authorization": f"Bearer {api_key(ACCOUNT, SECRETS.key)}",
            "Idempotency-Key": key,
        }
        return self.client.post(f"/v1/{path}", json=wish, headers=headers)
