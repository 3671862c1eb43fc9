"""Nonces of the confirm page: minted without writing anything, good for one gift and half a day."""

from __future__ import annotations

from django.conf import settings

from broadsheet.kit import clock, tokens

LIFE = 12 * 3600
SKEW = 300
"""Seconds that a clock may be set back, or another server's be behind, without anybody noticing."""


def mint_nonce() -> str:
    """A fresh nonce: its time, something random, and our mark on both."""
    bare = f"{int(clock.now().timestamp())}.{tokens.reference(30)}"
    return f"{bare}.{_mark(bare)}"


def check_nonce(nonce: str) -> bool:
    """Whether a nonce was minted by us within its life. That it is used once is the database's business."""
    bare, _, mark = nonce.rpartition(".")
    if not tokens.is_signed(f"give.{bare}".encode(), mark, settings.SECRET_KEY):
        return False
    return -SKEW <= clock.now().timestamp() - int(bare.partition(".")[0]) <= LIFE


def core_of(nonce: str) -> str:
    """The random part of a nonce, by which its donation is known."""
    return nonce.split(".")[1]


def _mark(bare: str) -> str:
    return tokens.sign(f"give.{bare}".encode(), settings.SECRET_KEY)
