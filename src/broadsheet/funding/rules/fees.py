"""What a processor keeps of a payment, and what a supporter adds to cover it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.funding.rules.currencies import THREE_DECIMAL


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """A share in basis points (1/10,000) and a fixed part in minor units."""

    rate_bp: int
    fixed: int

    def __post_init__(self) -> None:
        if not 0 <= self.rate_bp < 10_000 or self.fixed < 0:
            raise ValueError("a fee is at least nothing and less than everything")


def fee_of(gross: int, schedule: FeeSchedule) -> int:
    """What the processor keeps of `gross` minor units: the share rounded half up, plus the fixed part."""
    return (gross * schedule.rate_bp + 5_000) // 10_000 + schedule.fixed


def cover_for(gift: int, schedule: FeeSchedule, currency: str) -> int:
    """The least that, added to `gift` minor units, leaves the newsroom at least the gift after the fee.

    The gift is never altered; only the cover is derived, in the steps that the processor can charge.
    """
    step = 10 if currency in THREE_DECIMAL else 1
    net_share = 10_000 - schedule.rate_bp
    gross = -(-(gift + schedule.fixed) * 10_000 // net_share)
    gross -= gross % step
    while gross - step >= gift and _net(gross - step, schedule) >= gift:
        gross -= step
    while _net(gross, schedule) < gift:
        gross += step
    return gross - gift


def _net(gross: int, schedule: FeeSchedule) -> int:
    return gross - fee_of(gross, schedule)
