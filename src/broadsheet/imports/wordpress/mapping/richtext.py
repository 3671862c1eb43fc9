"""Running text: pieces with their marks and links, and how they are written as rich text or as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import groupby

MARKS = {
    **dict.fromkeys(["b", "strong"], "b"),
    **dict.fromkeys(["i", "em", "cite", "dfn", "var"], "i"),
    **dict.fromkeys(["s", "del", "strike"], "s"),
    **dict.fromkeys(["code", "kbd", "samp", "tt"], "code"),
    "sup": "sup",
    "sub": "sub",
}
"""Elements that mark their words, and the one that our editor has for each."""

ORDER = ("b", "i", "s", "sup", "sub", "code")
SPACES = re.compile(r"[ \t\n\r\f]+")


@dataclass(frozen=True, slots=True)
class Style:
    """How words are set: their marks, and the attributes of the link they are in (empty for none)."""

    marks: frozenset[str] = frozenset()
    link: str = ""


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in one style. A piece whose text is a line end is a break, two of them end a paragraph."""

    text: str
    style: Style = PLAIN


LINE = Piece("\n")
"""A break that was asked for (`<br>`); two in a row end the paragraph."""
SOFT = Piece("\r")
"""A line end in a classic post: a break, too; an empty line ends the paragraph."""
PARAGRAPH = Piece("\n\n")


def paragraphs(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """The pieces of each paragraph, tidied, with LINE between lines. Those without words are left out."""
    found: list[list[Piece]] = [[]]
    hard = soft = 0
    for piece in pieces:
        if piece is PARAGRAPH:
            soft = 2
        elif piece is LINE:
            hard += 1
        elif piece is SOFT:
            soft += 1
        elif piece.text.strip() or not (hard or soft):
            if hard > 1 or soft > 1:
                found.append([])
            elif (hard or soft) and found[-1]:
                found[-1].append(LINE)
            hard = soft = 0
            found[-1].append(piece)
    return [tidy for paragraph in found if (tidy := _tidied(paragraph))]


def _tidied(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with single spaces and none at the ends of lines; nothing where nothing is said."""
    made: list[Piece] = []
    for piece in pieces:
        if piece is LINE:
            _strip_end(made)
            made.append(LINE)
            continue
        text = SPACES.sub(" ", piece.text)
        if not made or made[-1] is LINE or made[-1].text.endswith(" "):
            text = text.removeprefix(" ")
        if text:
            made.append(Piece(text, piece.style))
    _strip_end(made)
    return made if any(piece.text.strip() for piece in made) else []


def _strip_end(pieces: list[Piece]) -> None:
    while pieces and pieces[-1] is not LINE:
        piece = pieces.pop()
        if text := piece.text.rstrip(" "):
            pieces.append(Piece(text, piece.style))
            return


def lines(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """The pieces of each line of a paragraph."""
    found: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece is LINE:
            found.append([])
        else:
            found[-1].append(piece)
    return found


def rich(pieces: Iterable[Piece]) -> str:
    """Rich text as Wagtail keeps it, without a paragraph around it: our own tags only, always closed."""
    parts = []
    for link, linked in groupby(pieces, key=lambda piece: piece.style.link):
        inside = "".join(
            _marked(
                marks,
                "".join("<br/>" if one is LINE else escape(one.text, quote=False) for one in run),
            )
            for marks, run in groupby(linked, key=lambda piece: piece.style.marks)
        )
        parts.append(f"<a {link}>{inside}</a>" if link and inside.strip() else inside)
    return "".join(parts)


def _marked(marks: frozenset[str], inside: str) -> str:
    if not inside.strip():
        return inside
    for mark in reversed(ORDER):
        if mark in marks:
            inside = f"<{mark}>{inside}</{mark}>"
    return inside


def plain(pieces: Iterable[Piece], *, between: str = "\n\n", line: str = "\n") -> str:
    """The words alone; `between` stands between paragraphs and `line` between lines."""
    return between.join(
        line.join("".join(piece.text for piece in run) for run in lines(paragraph))
        for paragraph in paragraphs(pieces)
    )
