"""What sponsors add to a gift. Pure, in whole minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """What a fund does: adds `adds` for every `per` given, at most `most` a gift (None: any), and `room` is left."""

    adds: int
    per: int
    most: int | None
    room: int


def added_to(gift: int, funds: Sequence[Terms]) -> list[int]:
    """What each fund adds to a gift, rounded down. They stand in line: what one that runs dry leaves
    unmatched of the gift is the next one's; what one does not match because of its own limit a gift is nobody's.
    """
    added, rest = [], gift
    for fund in funds:
        wanted = rest * fund.adds // fund.per
        if fund.most is not None:
            wanted = min(wanted, fund.most)
        given = min(wanted, fund.room)
        added.append(given)
        rest = rest + (-given * fund.per // fund.adds) if given < wanted else 0
    return added
