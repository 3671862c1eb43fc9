"""Showing a reader where a story answers their question: hits marked, the passage that has most of them. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from broadsheet.newsroom.rules.questions import Question
from broadsheet.newsroom.rules.words import words

LENGTH = 240
"""Characters of an excerpt, about."""

LEAD = 60
"""Characters before the first hit of an excerpt, at most."""

APART = " · "
"""Stands between what does not read on: a heading, a name, a cell of a table, and whatever is beside it."""

SENTENCE = re.compile(rf"[.!?؟۔…:]\s+|{APART}")
READS_ON = re.compile(r"[.!?؟۔…:][\"'”’»›)\]]*$")
"""How a line of running text ends after which the next may follow as it does in a paragraph."""

BLANK = re.compile(r"\n\s*\n")

IsHit = Callable[[str], bool]
Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text; `is_hit` where it is a word that was looked for."""

    text: str
    is_hit: bool = False


def hits_of(question: Question) -> IsHit:
    """What tells whether a word is one that was looked for."""
    wanted, beginning = frozenset(question.words), question.beginning
    return lambda word: word in wanted or bool(beginning and word.startswith(beginning))


def marked(text: str, is_hit: IsHit) -> list[Part]:
    """The whole text in parts."""
    return _parts(text, [span for span in words(text) if is_hit(span[2])], 0, len(text))


def excerpt(text: str, is_hit: IsHit, length: int = LENGTH) -> list[Part]:
    """The passage with the most different hits in parts, the first of its like; empty where there is none.

    `text` is as `in_one_line` takes it.
    """
    text = in_one_line(text)
    hits = [span for span in words(text) if is_hit(span[2])]
    if not hits:
        return []
    start = _beginning(text, _best(hits, length - LEAD))
    end = _end(text, start + length)
    parts = _parts(text, [hit for hit in hits if hit[0] >= start and hit[1] <= end], start, end)
    before = [Part("… ")] if start > 0 else []
    after = [Part(" …")] if end < len(text) else []
    return before + parts + after


def in_one_line(text: str) -> str:
    """Lines as one line that reads well: a dot between what blank lines set apart, and after a line that ends no
    sentence."""
    runs = ([line for line in run.split("\n") if line.strip()] for run in BLANK.split(text))
    return APART.join(_read_on(run) for run in runs if run)


def _read_on(lines: list[str]) -> str:
    """Lines of running text as one."""
    pieces = [lines[0].strip()]
    for before, line in itertools.pairwise(lines):
        pieces += [" " if READS_ON.search(before.rstrip()) else APART, line.strip()]
    return "".join(pieces)


def _best(hits: list[Span], reach: int) -> int:
    """Where the passage begins that has the most different words within `reach`, then the most words."""
    best, score, last = hits[0][0], (0, 0), 0
    for first, (start, _end, _word) in enumerate(hits):
        last = max(last, first)
        while last < len(hits) and hits[last][1] <= start + reach:
            last += 1
        inside = hits[first:last]
        found = (len({word for _start, _end, word in inside}), len(inside))
        if found > score:
            best, score = start, found
    return best


def _beginning(text: str, hit: int) -> int:
    """Where to begin so that the hit is read in its sentence: at its start where that is near, else at a word's."""
    earliest = max(0, hit - LEAD)
    if earliest == 0:
        return 0
    before = text[earliest:hit]
    sentences = [found.end() for found in SENTENCE.finditer(before)]
    if sentences:
        return earliest + sentences[-1]
    space = before.find(" ")
    return earliest + space + 1 if space >= 0 else hit


def _end(text: str, wanted: int) -> int:
    """Where to end: between two words, unless there is a word without end."""
    if wanted >= len(text):
        return len(text)
    space = text.rfind(" ", wanted - 40, wanted + 1)
    return len(text[:space].removesuffix(APART.rstrip())) if space > 0 else wanted


def _parts(text: str, hits: Iterable[Span], start: int, end: int) -> list[Part]:
    parts, at = [], start
    for first, last, _word in hits:
        if first > at:
            parts.append(Part(text[at:first]))
        parts.append(Part(text[first:last], is_hit=True))
        at = last
    return [*parts, Part(text[at:end])] if at < end else parts
