"""Folding what a processor says now into the state of an attempt: the same whatever came first. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.funding.choices import AttemptState, DonationState

OPEN = frozenset(
    {
        AttemptState.CREATED,
        AttemptState.SUBMITTED,
        AttemptState.REQUIRES_ACTION,
        AttemptState.PROCESSING,
        AttemptState.UNKNOWN,
    }
)
"""States of an attempt that may still bring money without anybody beginning anew."""

ENDED = frozenset({AttemptState.FAILED, AttemptState.CANCELED})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a processor says of a checkout: whether it is open, and the state of its latest payment, if any."""

    is_open: bool
    payment: str | None


def fold(current: AttemptState, seen: Seen) -> AttemptState:
    """The state of an attempt after looking at the processor.

    Success is final and beats everything. A refused payment in an open checkout is no end: the supporter
    may try another card there. An end (failed, canceled) is left only for success.
    """
    now = _says(seen)
    if AttemptState.SUCCEEDED in (current, now):
        return AttemptState.SUCCEEDED
    return current if current in ENDED else now


def _says(seen: Seen) -> AttemptState:
    if seen.payment in ("succeeded", "processing"):
        return AttemptState(seen.payment)  # type: ignore[call-arg]
    if seen.payment == "requires_action" and seen.is_open:
        return AttemptState.REQUIRES_ACTION
    if seen.is_open:
        return AttemptState.SUBMITTED
    return AttemptState.FAILED if seen.payment == "failed" else AttemptState.CANCELED


def donation_state(current: DonationState, attempt: AttemptState) -> DonationState:
    """The state of a donation after one of its attempts moved. A settled donation stays settled."""
    if current == DonationState.SETTLED or attempt == AttemptState.SUCCEEDED:
        return DonationState.SETTLED
    return DonationState.PENDING if attempt in OPEN else DonationState.LAPSED
