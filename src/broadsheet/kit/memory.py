"""Answers of readers that outlive the documents they were asked for; see `kit.reads`."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable
from typing import Any

from broadsheet.kit.reads import Reads


class Memory:
    """Answers, each kept until one of the keys that it read changes.

    Holds at most `most`; what was not asked for longest goes first. Whoever owns it has to tell it of every
    change that it hears of (`forget`), and to empty it when it may have missed one.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, tuple[Any, Reads]] = OrderedDict()
        self._by_key: dict[str, set[Hashable]] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, question: Hashable) -> tuple[Any, Reads] | None:
        """An answer and what was read for it, or None where it is not known."""
        known = self._answers.get(question)
        if known is not None:
            self._answers.move_to_end(question)
        return known

    def __setitem__(self, question: Hashable, known: tuple[Any, Reads]) -> None:
        """Remember an answer. One that depends on no key could never be forgotten, so it is not kept."""
        keys = known[1].keys
        if not keys:
            return
        if question in self._answers:
            self._drop(question)
        self._answers[question] = known
        for key in keys:
            self._by_key.setdefault(key, set()).add(question)
        if len(self._answers) > self._most:
            self._drop(next(iter(self._answers)))

    def forget(self, keys: Iterable[str]) -> None:
        """Let go of every answer that read one of these keys."""
        for key in keys:
            for question in tuple(self._by_key.get(key, ())):
                self._drop(question)

    def empty(self) -> None:
        """Let go of everything."""
        self._answers.clear()
        self._by_key.clear()

    def _drop(self, question: Hashable) -> None:
        _answer, reads = self._answers.pop(question)
        for key in reads.keys:
            questions = self._by_key[key]
            questions.discard(question)
            if not questions:
                del self._by_key[key]
