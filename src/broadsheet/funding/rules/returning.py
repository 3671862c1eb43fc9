"""Dividing what goes back between gift and cover, so that any number of parts sums exactly. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment in minor units: what was given, what was added for fees, and how much has gone back so far."""

    gift: int
    cover: int
    returned: int

    @property
    def gross(self) -> int:
        return self.gift + self.cover

    @property
    def gift_returned(self) -> int:
        """The gift's share of what has gone back, rounded up: the gift is restated rather too soon than too late."""
        return -(-self.returned * self.gift // self.gross)

    @property
    def gift_left(self) -> int:
        """What is left of the gift."""
        return self.gift - self.gift_returned


@dataclass(frozen=True, slots=True)
class Shares:
    """What a movement takes from gift, cover and our own money; negative where it brings back."""

    gift: int
    cover: int
    lost: int


def shares_of(amount: int, paid: Paid, lost: int) -> tuple[Shares, Paid]:
    """Divide a movement of our balance (negative: taken from us), and say how the payment stands after it.

    More than the payment cannot be returned: the rest is lost. `lost` is what the same refund or dispute
    has cost us beyond the payment so far; what comes back makes that good first.
    """
    if amount < 0:
        taken = min(-amount, paid.gross - paid.returned)
        beyond = -amount - taken
    else:
        beyond = -min(amount, lost)
        taken = -min(amount + beyond, paid.returned)
        beyond -= amount + beyond + taken
    after = Paid(paid.gift, paid.cover, paid.returned + taken)
    gift = after.gift_returned - paid.gift_returned
    return Shares(gift, taken - gift, beyond), after
