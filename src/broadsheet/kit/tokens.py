"""Random references that cannot be guessed, and signatures that cannot be forged."""

from __future__ import annotations

import hashlib
import hmac
import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""No letters or digits that are taken for each other when read aloud or copied by hand."""


def reference(length: int = 20) -> str:
    """A public reference of `length` characters, about five bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def sign(message: bytes, secret: str) -> str:
    """The HMAC-SHA256 (RFC 2104) of a message, in hexadecimal."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def is_signed(message: bytes, signature: str, secret: str) -> bool:
    """Whether `signature` is the message's, compared in constant time."""
    return hmac.compare_digest(sign(message, secret).encode(), signature.encode())
