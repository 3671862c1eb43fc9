"""Which gateway an account has, made from the newsroom's settings."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
from django.conf import settings

from broadsheet.funding.choices import ProcessorKind
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.in_process import InProcessSandbox
from broadsheet.funding.gateways.offline import OfflineGateway
from broadsheet.funding.gateways.protocol import Gateway
from broadsheet.funding.gateways.sandbox.application import Secrets
from broadsheet.funding.gateways.sandbox.keys import api_key, webhook_secret
from broadsheet.funding.gateways.sandbox_client import SandboxGateway
from broadsheet.funding.models import ProcessorAccount
from broadsheet.kit import clock

if TYPE_CHECKING:
    from broadsheet.funding.gateways.stripe.gateway import StripeGateway


_stage: InProcessSandbox | None = None


@contextmanager
def on_stage(sandbox: InProcessSandbox) -> Iterator[None]:
    """Reach every account of the sandbox in this process, for the block: a rehearsal needs no socket."""
    global _stage  # noqa: PLW0603 - a process plays on one stage
    _stage = sandbox
    try:
        yield
    finally:
        _stage = None


def gateway_of(account: ProcessorAccount) -> Gateway:
    """The gateway of an account; the sandbox is reached over the network of this machine."""
    if account.kind == ProcessorKind.OFFLINE:
        return OfflineGateway(account)
    if account.kind == ProcessorKind.STRIPE:
        return stripe_gateway(settings.BROADSHEET.stripe_key, account.endpoint)
    if _stage:
        return _sandbox(account.slug, _stage.client)
    return _sandbox(account.slug, _client(f"http://127.0.0.1:{settings.BROADSHEET.sandbox_port}"))


def in_process_gateway(account: ProcessorAccount, sandbox: InProcessSandbox) -> Gateway:
    """The gateway of a sandbox account whose sandbox is in this process."""
    return _sandbox(account.slug, sandbox.client)


def in_process_sandbox() -> InProcessSandbox:
    """The newsroom's own sandbox, opened in this process; close it after use."""
    values = settings.BROADSHEET
    secrets = Secrets(values.sandbox_key, values.sandbox_webhook_secret)
    return InProcessSandbox(settings.DATA_DIR / "sandbox", secrets, clock.now())


def stripe_gateway(key: str, endpoint: str = "") -> StripeGateway:
    """The gateway of the account at Stripe that a key belongs to. Raises GatewayError without a key."""
    # Late, because its library is large and most processes never ask it.
    from broadsheet.funding.gateways.stripe.client import client_for
    from broadsheet.funding.gateways.stripe.gateway import StripeGateway

    if not key:
        raise GatewayError(
            "There is no key of Stripe's. Store one: broadsheet funding connect stripe"
        )
    values = settings.BROADSHEET
    return StripeGateway(
        client_for(key, values.stripe_url), secrets=values.stripe_webhook_secrets, endpoint=endpoint
    )


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
    # Plain HTTP on this machine: no certificate is trusted, so none are read.
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(base_url=base_url, trust_env=False, verify=nobody)
