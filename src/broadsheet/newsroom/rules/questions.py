"""Understanding what a reader looks for: words, "phrases", -what must not be there, a last word half typed. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from broadsheet.newsroom.rules.words import word_list

LONGEST = 200
"""Characters of a question that are read."""

MOST_WORDS = 16
"""Words of a question that are looked for."""

BEGINNING = 3
"""Letters of the last word from which on it may be the beginning of one."""

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂〝〞", '"'))
STEERING = frozenset([*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
PART = re.compile(r'(?P<minus>-?)(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for. `text` is the question as it was understood, for showing it again.

    A story answers when it has all `words` (those of the phrases among them), a word that begins with
    `beginning` where there is one, each of `phrases` in one piece, none of `unwanted` words or phrases.
    """

    text: str = ""
    words: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    beginning: str = ""
    unwanted: tuple[Phrase, ...] = ()
    is_cut: bool = False

    @property
    def asks(self) -> bool:
        """Whether there is anything to look for: only what must not be there is no question."""
        return bool(self.words or self.beginning)


def understand(said: str) -> Question:
    """The question in whatever a reader sends. Never fails; what is no word or quotation mark is passed over."""
    text = " ".join(_legible(said[: LONGEST * 4]).split())
    wanted: list[Phrase] = []
    unwanted: list[Phrase] = []
    room, last, is_cut = MOST_WORDS, "", len(text) > LONGEST or len(said) > LONGEST * 4
    for is_wanted, said_words, is_quoted in _parts(text[:LONGEST]):
        is_cut = is_cut or len(said_words) > room
        phrase = said_words[:room]
        room -= len(phrase)
        last = ""
        if not phrase:
            continue
        (wanted if is_wanted else unwanted).append(phrase)
        if is_wanted and not is_quoted and len(phrase) == 1 and len(phrase[0]) >= BEGINNING:
            last = phrase[0]
    if last:
        wanted.pop()
    return Question(
        text=text[:LONGEST].strip(),
        words=tuple(dict.fromkeys(word for phrase in wanted for word in phrase)),
        phrases=tuple(dict.fromkeys(phrase for phrase in wanted if len(phrase) > 1)),
        beginning=last,
        unwanted=tuple(dict.fromkeys(unwanted)),
        is_cut=is_cut,
    )


def _legible(said: str) -> str:
    """Without characters that control something: terminals, the direction of the page."""
    return "".join(
        " " if unicodedata.category(character) in ("Cc", "Cs") else character
        for character in said
        if ord(character) not in STEERING
    )


def _parts(text: str) -> Iterator[tuple[bool, Phrase, bool]]:
    """The parts of a question: whether it must be there, its words, whether it stood in quotation marks."""
    for part in PART.finditer(text.translate(QUOTES)):
        is_quoted = part["quoted"] is not None
        phrase = tuple(word_list(part["quoted"] if is_quoted else part["plain"]))
        if phrase:
            yield not part["minus"], phrase, is_quoted
