"""The sandbox without its socket: the same code over the same database, called directly, at any time wanted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from broadsheet.funding.gateways.sandbox.application import Sandbox, Secrets
from broadsheet.funding.gateways.sandbox.messages import Request


class SandboxTransport(httpx.BaseTransport):
    """Carries requests of an httpx client to a Sandbox in the same process."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        target = request.url.raw_path.decode("ascii")
        answer = self.sandbox.answer(Request(request.method, target, headers, request.read()))
        if answer.lost:
            raise httpx.ReadTimeout("the answer got lost", request=request)
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)


Make = Callable[[Path, Secrets, Callable[[], float]], Sandbox]
"""What makes a sandbox over a directory, by its clock."""


class InProcessSandbox:
    """A sandbox over `folder` whose clock stands at `at`, which may be set."""

    def __init__(
        self, folder: Path, secrets: Secrets, at: dt.datetime, make: Make = Sandbox
    ) -> None:
        self.at = at
        self._master_key = secrets.key
        self.sandbox = make(folder, secrets, self._time)
        self.client = httpx.Client(
            transport=SandboxTransport(self.sandbox), base_url="http://sandbox.invalid"
        )

    def _time(self) -> float:
        return self.at.timestamp()

    def press(self, checkout_id: str, button: str) -> None:
        """Press a button of a checkout page; one that is not there any more does nothing."""
        self.client.post(f"/checkout/{checkout_id}/", data={"outcome": button})

    def switch(self, path: str, **wish: object) -> bool:
        """Use a switch of the sandbox, such as a bank's decision; whether it could be used."""
        headers = {"Authorization": f"Bearer {self._master_key}"}
        answer = self.client.post(f"/admin/{path}", json=wish, headers=headers)
        return answer.status_code == 200

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()
        self.sandbox.close()
