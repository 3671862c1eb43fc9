"""Calling Stripe: the library with the version pinned, httpx beneath it, each failure as what it means for money."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx
import stripe

from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.door import need_no_transaction

VERSION: Final = "2026-10-28.endive"
"""The version of Stripe's interface that all of this was written for; calls and events are of it."""

TIMEOUT = httpx.Timeout(10, connect=3)
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


stripe.enable_telemetry = False


class NotFound(GatewayError):
    """Stripe has no such object."""


class Transport(stripe.HTTPClient):
    """The library's requests by httpx, each once: when to ask again is decided by those who keep the keys."""

    name = "httpx"

    def __init__(self) -> None:
        super().__init__()
        self._httpx = httpx.Client(timeout=TIMEOUT)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        try:
            answer = self._httpx.request(method, url, headers=headers, content=post_data)
        except httpx.HTTPError as error:
            raise stripe.APIConnectionError(type(error).__name__) from error  # type: ignore[no-untyped-call]
        return answer.content.decode("utf-8", "replace"), answer.status_code, answer.headers


@functools.lru_cache(maxsize=4)
def client_for(key: str, address: str) -> stripe.StripeClient:
    """A client of the account that `key` belongs to, at Stripe's own address or one that plays it."""
    return stripe.StripeClient(
        key,
        stripe_version=VERSION,
        base_addresses={"api": address.rstrip("/")},
        max_network_retries=0,
        http_client=Transport(),
    )


@contextmanager
def asking() -> Iterator[None]:
    """Turns what can go wrong while Stripe is asked and its answer read into GatewayError.

    A key that is not accepted, or may not do something, is nobody's refusal of a payment: nothing was
    done, and it works again when the key is mended. Refuses to be entered inside a transaction.
    """
    need_no_transaction()
    try:
        yield
    except stripe.APIConnectionError as error:
        if isinstance(error.__cause__, NOT_SENT):
            raise GatewayError("Stripe cannot be reached.") from error
        raise GatewayError("Stripe gave no answer.", ambiguous=True) from error
    except stripe.AuthenticationError as error:
        raise GatewayError(
            "Stripe does not accept our key. Store a good one: broadsheet funding connect stripe"
        ) from error
    except stripe.PermissionError as error:
        raise GatewayError(
            f"Stripe does not let our key do this: {_said(error)} docs/run/stripe.md lists what it needs."
        ) from error
    except stripe.RateLimitError as error:
        raise GatewayError("Stripe is asked too often now.") from error
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        if error.code == "resource_missing":
            raise NotFound("Stripe does not know it.", permanent=True) from error
        raise GatewayError(f"Stripe refused: {_said(error)}", permanent=True) from error
    except stripe.StripeError as error:
        # Of a key that was used otherwise, too, we know only that something was done with it.
        raise GatewayError(f"Stripe has a fault: {_said(error)}", ambiguous=True) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise GatewayError("Stripe gave no sensible answer.", ambiguous=True) from error


def _said(error: stripe.StripeError) -> str:
    """Stripe's own words, in one line and of a length that a row can hold."""
    return " ".join(str(error.user_message or "it says no more.").split())[:200]
