"""What documents would be better with and do not wait for: they wish, somebody grants it behind the press.

A wish is a key that a document reads, `wish:<kind>/<ident>`, so the edition knows who wishes for what, and what was
granted re-renders those documents and no others. A document that has what it wished for wishes no more. Idents are
written with twelve digits, so that what is newest is last in the order of names.
"""

from __future__ import annotations

from collections.abc import Callable

from broadsheet.kit.reads import note

PREFIX = "wish:"

Entering = Callable[[], bool]
"""Puts what was made where documents find it. Called in a transaction, together with others; it has to look
whether the thing still fits what it was made of, and says so."""

Maker = Callable[[int], Entering | None]
"""Makes the thing of an ident outside of any transaction, and changes nothing; None where there is nothing to make any
more. Raises Unmakeable where the fault is the thing's own."""

_makers: dict[str, Maker] = {}


class Unmakeable(Exception):
    """What documents wish for cannot be made; the message says why and is safe to show."""


def key_of(kind: str, ident: int) -> str:
    """The key of a wish."""
    return f"{PREFIX}{kind}/{ident:012d}"


def wished_by(key: str) -> tuple[str, int]:
    """Kind and ident of a wish's key."""
    kind, _, ident = key.removeprefix(PREFIX).partition("/")
    return kind, int(ident)


def wish(kind: str, ident: int) -> None:
    """Record that the current document would be better with this; nothing happens outside a recording."""
    note(key_of(kind, ident))


def register_maker(kind: str, maker: Maker) -> None:
    """Say who makes what documents wish for. What was registered first is made first."""
    _makers[kind] = maker


def makers() -> dict[str, Maker]:
    """Who makes what documents wish for, by kind, the most urgent first."""
    return dict(_makers)
