"""Which figures would say what one person gave, and are shown only together with others."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

FEW = 5
"""A sum of fewer people is nobody's business who does not see people."""


def hidden_cells(people: Sequence[AbstractSet[int]]) -> tuple[set[int], bool]:
    """The places of sums that are not shown by themselves, and whether their own sum may be.

    Each is given by who is in it, of whom FEW are enough. Where those of fewer are few even together, the next
    smallest one is hidden too: else what is hidden would follow from the total.
    """
    order = sorted(range(len(people)), key=lambda at: len(people[at]))
    hidden: set[int] = set()
    together: set[int] = set()
    for at in order:
        if len(people[at]) >= FEW and (not hidden or len(together) >= FEW):
            break
        hidden.add(at)
        together |= people[at]
    return hidden, len(together) >= FEW
