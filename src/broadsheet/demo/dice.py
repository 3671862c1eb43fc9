"""Repeatable chance: the same seed gives the same picture and the same gifts everywhere; nothing here is secret."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

MODULUS = 2**31 - 1
MULTIPLIER = 48271


class Dice:
    """The minimal standard generator (Park and Miller, 1993), seeded by a name."""

    def __init__(self, seed: str) -> None:
        self._state = zlib.crc32(seed.encode()) % (MODULUS - 1) + 1
        for _ in range(4):
            self.fraction()

    def fraction(self) -> float:
        self._state = self._state * MULTIPLIER % MODULUS
        return self._state / MODULUS

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.fraction()

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.fraction() * (high - low + 1))

    def choice(self, options: Sequence[T]) -> T:
        return options[self.whole(0, len(options) - 1)]

    def happens(self, probability: float) -> bool:
        return self.fraction() < probability
