"""What a word is to the search: how text is cut into words, and which spellings are the same word. Pure."""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Iterator

VERSION = 1
"""Raised when the same text gives other words than before: the index is then made anew."""

LONGEST = 64
"""Characters of a word that count."""

MARKS = "".join(
    chr(code)
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) in ("Mn", "Mc", "Me")
)
JOINERS = "\u00ad\u200c\u200d\u0640"
"""Soft hyphen, zero-width joiners, tatweel: they change how a word looks, not which word it is."""

CHARACTERS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
"""Kana and Han, which are written without spaces: each character counts as a word."""

LETTER = rf"[^\W_{CHARACTERS}]"
WORD = re.compile(
    r"[a-zA-Z0-9]++(?![^\x00-\x7f])"  # what most words are, and found ten times as fast as what follows
    rf"|[{CHARACTERS}]|{LETTER}++(?:[{MARKS}{JOINERS}]++{LETTER}*+)*+"
)
APOSTROPHES = frozenset("'’ʼ＇")

SAME = str.maketrans(
    {
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ة": "ه",
        "ھ": "ه",
        "ہ": "ه",
        "ک": "ك",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        **dict.fromkeys(JOINERS),
    }
)
"""Letters that Unicode keeps apart and readers do not."""

ARTICLES = ("وال", "بال", "فال", "كال", "ال", "لل")
"""The Arabic article with what is written together with it."""

SHORTEST_STEM = 3


def words(text: str) -> Iterator[tuple[int, int, str]]:
    """Every word of a text: where it begins, where it ends, and the word that it is.

    Elided and possessive letters are none: “l'eau” is “eau”, “city's” is “city”.
    """
    for found in WORD.finditer(text):
        start, end = found.span()
        if end - start <= 2 and _is_particle(text, start, end):
            continue
        word = fold(found[0])
        if word:
            yield start, end, word


def word_list(text: str) -> list[str]:
    """The words of a text in their order."""
    return [word for _start, _end, word in words(text)]


def _is_particle(text: str, start: int, end: int) -> bool:
    """Whether the apostrophe beside it joins this letter (or `qu`) to a word."""
    if end - start == 2 and text[start:end].lower() != "qu":
        return False
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return _joins(after[:1], after[1:]) or (end - start == 1 and _joins(before[1:], before[:1]))


def _joins(apostrophe: str, letter: str) -> bool:
    return apostrophe in APOSTROPHES and letter.isalpha()


@functools.lru_cache(maxsize=100_000)
def fold(written: str) -> str:
    """The word that is written so: without case, accents, vowel signs and the Arabic article; digits as 0 to 9."""
    if written.isascii():
        return written.lower()[:LONGEST]
    bare = unicodedata.normalize("NFKD", written).casefold()
    bare = unicodedata.normalize("NFKD", bare).translate(SAME)
    kept = "".join(_kept(character) for character in bare)
    return _without_article(unicodedata.normalize("NFC", kept)[:LONGEST])


def _kept(character: str) -> str:
    """The character, or nothing where it is no part of a word: an accent, punctuation that was inside a ligature."""
    if (
        unicodedata.combining(character) > 9
    ):  # below: signs that make another letter, as in Hindi and Kana
        return ""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return character if unicodedata.category(character)[0] in "LMN" else ""


def _without_article(word: str) -> str:
    for article in ARTICLES:
        if word.startswith(article) and len(word) >= len(article) + SHORTEST_STEM:
            return word[len(article) :]
    return word
