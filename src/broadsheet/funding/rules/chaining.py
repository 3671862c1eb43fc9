"""The ledger's chain: each transaction's hash is over its own facts and the hash before it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import NamedTuple

FIRST = "0" * 64
"""What stands before the first transaction."""


class Entry(NamedTuple):
    """A line as the chain knows it; `campaign` is its number, 0 for none."""

    account: str
    minor: int
    currency: str
    campaign: int


class Fact(NamedTuple):
    """A transaction as the chain knows it: opaque keys and amounts, nothing of a person.

    `at` is the instant it happened, in UTC and ISO 8601; `gift` the donation's reference, empty for none.
    """

    number: int
    ident: str
    kind: str
    account: str
    processor_ref: str
    gift: str
    at: str


def chain_hash(previous: str, fact: Fact, entries: Iterable[Entry]) -> str:
    """The hash (SHA-256, hexadecimal) of a transaction that follows `previous`; the order of lines is no part of it."""
    lines = [entry._asdict() for entry in sorted(entries)]
    said = {**fact._asdict(), "previous": previous, "entries": lines}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
