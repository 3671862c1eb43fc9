"""Comparing what a processor says it did to our balance with what our ledger says; names differences, mends none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """A movement of our balance, in minor units of its currency: what it brought (negative: took) and cost."""

    ref: str
    amount: int
    fee: int
    currency: str


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One thing that does not agree. `kind` is missing (not in our ledger), extra (not at the processor),
    altered (other amounts) or duplicate (listed twice)."""

    kind: str
    ref: str
    said: str


def compare(
    listed: Iterable[Line], booked: Mapping[str, Line], seen: set[str]
) -> Iterator[Difference]:
    """Differences of some listed lines; `booked` has those of ours with the same refs.

    `seen` grows by every ref, so that what was listed on an earlier page is known here.
    """
    for line in listed:
        if line.ref in seen:
            yield Difference("duplicate", line.ref, f"the processor lists {_words(line)} again")
            continue
        seen.add(line.ref)
        ours = booked.get(line.ref)
        if ours is None:
            yield Difference(
                "missing", line.ref, f"{_words(line)} at the processor, not in the ledger"
            )
        elif ours != line:
            said = f"{_words(line)} at the processor, {_words(ours)} in the ledger"
            yield Difference("altered", line.ref, said)


def extras(booked: Iterable[Line], seen: set[str]) -> Iterator[Difference]:
    """Differences of lines of ours that the processor did not list."""
    for line in booked:
        if line.ref not in seen:
            yield Difference(
                "extra", line.ref, f"{_words(line)} in the ledger, not at the processor"
            )


def _words(line: Line) -> str:
    return f"{line.amount} {line.currency} (fee {line.fee})"
