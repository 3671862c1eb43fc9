"""Which gateway an account has, made from the newsroom's settings."""

from __future__ import annotations

import functools

import httpx
from django.conf import settings

from broadsheet.funding.choices import ProcessorKind
from broadsheet.funding.gateways.in_process import InProcessSandbox
from broadsheet.funding.gateways.offline import OfflineGateway
from broadsheet.funding.gateways.protocol import Gateway
from broadsheet.funding.gateways.sandbox.application import Secrets
from broadsheet.funding.gateways.sandbox.keys import api_key, webhook_secret
from broadsheet.funding.gateways.sandbox_client import SandboxGateway
from broadsheet.funding.models import ProcessorAccount
from broadsheet.kit import clock


def gateway_of(account: ProcessorAccount) -> Gateway:
    """The gateway of an account; the sandbox is reached over the network of this machine."""
    if account.kind == ProcessorKind.OFFLINE:
        return OfflineGateway(account)
    return _sandbox(account.slug, _client(f"http://127.0.0.1:{settings.BROADSHEET.sandbox_port}"))


def in_process_gateway(account: ProcessorAccount, sandbox: InProcessSandbox) -> Gateway:
    """The gateway of a sandbox account whose sandbox is in this process."""
    return _sandbox(account.slug, sandbox.client)


def in_process_sandbox() -> InProcessSandbox:
    """The newsroom's own sandbox, opened in this process; close it after use."""
    values = settings.BROADSHEET
    secrets = Secrets(values.sandbox_key, values.sandbox_webhook_secret)
    return InProcessSandbox(settings.DATA_DIR / "sandbox", secrets, clock.now())


def _sandbox(slug: str, client: httpx.Client) -> Gateway:
    values = settings.BROADSHEET
    return SandboxGateway(
        client,
        key=api_key(slug, values.sandbox_key),
        secrets=[webhook_secret(slug, values.sandbox_webhook_secret)],
        checkout_origin=values.sandbox_address,
    )


@functools.lru_cache(maxsize=4)
def _client(base_url: str) -> httpx.Client:
    return httpx.Client(base_url=base_url, trust_env=False)
