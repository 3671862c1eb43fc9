"""Signing and checking webhooks: HMAC-SHA256 over `timestamp.body`, as `t=…,v1=…` (Stripe's scheme)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

TOLERANCE = 300
"""Seconds after which a signature is too old to be believed."""

AHEAD = 60
"""Seconds that the signer's clock may be ahead of ours."""


class SignatureError(ValueError):
    """The bytes were not signed by who we think; the message says what is the matter, not the secret."""


def signature_header(body: bytes, secrets: Iterable[str], timestamp: int) -> str:
    """The header's value for a body; one `v1` for each secret, so that secrets can be changed in peace."""
    marks = [f"v1={_sign(body, secret, timestamp)}" for secret in secrets]
    return ",".join([f"t={timestamp}", *marks])


def check_signature(body: bytes, header: str, secrets: Iterable[str], now: int) -> None:
    """Raise SignatureError unless one `v1` of the header is one of our secrets' over these very bytes.

    `now` in seconds: a signature older than TOLERANCE or more than AHEAD in the future is refused.
    Passing is no proof against a replay within that time; storing each event once is.
    """
    timestamp, marks = _parse(header)
    if not now - TOLERANCE <= timestamp <= now + AHEAD:
        raise SignatureError("the signature is not of this time")
    expected = [_sign(body, secret, timestamp).encode() for secret in secrets]
    if not any(hmac.compare_digest(mark.encode(), right) for mark in marks for right in expected):
        raise SignatureError("the signature is not ours")


def _parse(header: str) -> tuple[int, list[str]]:
    """The timestamp and the `v1` marks of a header."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    marks = [value for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or len(times[0]) > 12:
        raise SignatureError("the signature has no one time")
    if not marks:
        raise SignatureError("the signature has no mark of a kind we know")
    return int(times[0]), marks


def _sign(body: bytes, secret: str, timestamp: int) -> str:
    return hmac.new(secret.encode(), b"%d.%b" % (timestamp, body), hashlib.sha256).hexdigest()
