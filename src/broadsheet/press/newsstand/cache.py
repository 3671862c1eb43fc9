"""A bounded memory of what is asked for again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Values by key, weighing `room` together at most.

    When it is full, a value is kept only if its key was asked for shortly before, and those that were not asked
    for longest make room for it. So what one reader or a crawler asks for once does not push out what many read
    (2Q: Johnson and Shasha, VLDB 1994).
    """

    def __init__(self, room: int, weigh: Callable[[V], int]) -> None:
        self._room = room
        self._weigh = weigh
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._weight = 0
        self._asked: OrderedDict[K, None] = OrderedDict()
        """Keys whose values were not kept when they were asked for; no more than are kept."""

    def get(self, key: K) -> V | None:
        """The value that is kept for a key."""
        value = self._kept.get(key)
        if value is not None:
            self._kept.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep the value of a key that was asked for, if there is room for it or it is asked for again."""
        weight = self._weigh(value)
        is_full = self._weight + weight > self._room
        if key in self._kept or (is_full and not self._is_asked_again(key)):
            return
        self._kept[key] = value
        self._weight += weight
        while self._weight > self._room:
            _key, oldest = self._kept.popitem(last=False)
            self._weight -= self._weigh(oldest)

    def clear(self) -> None:
        """Let go of every value; which keys were asked for stays known."""
        self._kept.clear()
        self._weight = 0

    def _is_asked_again(self, key: K) -> bool:
        if key in self._asked:
            del self._asked[key]
            return True
        self._asked[key] = None
        while len(self._asked) > len(self._kept):
            self._asked.popitem(last=False)
        return False
