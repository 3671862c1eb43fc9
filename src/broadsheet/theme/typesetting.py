"""Setting words into a picture: a face for every character, lines in reading order, as large as they fit."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from PIL import ImageDraw, ImageFont

from broadsheet.theme.faces import FOLDER

Direction = Literal["ltr", "rtl"]
Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""

NEWSREADER = ("newsreader-latin-wght-normal", "newsreader-latin-ext-wght-normal")
MARKAZI = ("markazi-text-arabic-wght-normal", "markazi-text-latin-wght-normal")
OURS = (*NEWSREADER, *MARKAZI, "frank-ruhl-libre-hebrew-wght-normal")
"""Latin, Arabic (with Persian and Urdu) and Hebrew. FreeType reads them as they are (WOFF2)."""

LARGER = {"markazi-text-arabic-wght-normal": 1.16, "markazi-text-latin-wght-normal": 1.08}
"""What brings faces to one size for the eye, as `faces.CUTS` does for pages."""

THEIRS = (
    "NotoSerif*-Bold",
    "NotoSans*-Bold",
    "NotoSerif*-Regular",
    "NotoSans*-Regular",
    "DejaVuSerif-Bold",
)
"""Other scripts are set in what the machine has, the best first."""

MACHINE = Path("/usr/share/fonts")
NOTHING = "\U0010fffe"
"""A character that no face has: it is drawn as whatever a face draws for what it has not."""

MEASURED = 100
"""The size in pixels at which words are measured; other sizes follow from it."""

WHOLE_TO = 54
"""The size in pixels to which words are made smaller to keep them whole."""

LEADING = 1.16
ELLIPSIS = "…"


class NoFace(Exception):
    """There is no face for a letter; the message names it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Words broken into lines at a size in pixels."""

    lines: tuple[str, ...]
    size: int
    weight: int

    @property
    def height(self) -> int:
        return round(len(self.lines) * self.size * LEADING)


def fit(text: str, width: int, height: int, sizes: Sequence[int], weight: int = 700) -> Setting:
    """Break a text into lines that fit, at the first size (largest first) at which they do; at the last one what does
    not fit ends in an ellipsis. Raises NoFace."""
    words = speakable(text).split()
    setting = Setting((), sizes[-1], weight)
    for size in sizes:
        lines = tuple(_broken(words, width, size, weight))
        setting = Setting(lines, size, weight)
        is_whole = all(measure(word, size, weight) <= width for word in words)
        if setting.height <= height and (is_whole or size <= WHOLE_TO):
            return setting
    most = max(1, int(height / (setting.size * LEADING)))
    kept = setting.lines[:most]
    if len(setting.lines) > most:
        last = kept[-1]
        while last and measure(last + ELLIPSIS, setting.size, weight) > width:
            last = last[:-1].rstrip()
        kept = (*kept[:-1], last + ELLIPSIS)
    return Setting(kept, setting.size, weight)


def draw(
    canvas: ImageDraw.ImageDraw, setting: Setting, box: Box, ink: str, direction: Direction
) -> None:
    """Draw lines from the top of a box, on the side where reading begins."""
    left, top, right, _bottom = box
    step = setting.size * LEADING
    for number, line in enumerate(setting.lines):
        baseline = round(top + number * step + setting.size * 0.86)
        x: float = (
            left if direction == "ltr" else right - measure(line, setting.size, setting.weight)
        )
        _draw_line(canvas, line, (x, baseline), setting, ink, direction)


def measure(line: str, size: int, weight: int) -> float:
    """How many pixels wide a line is. Raises NoFace."""
    words = line.split(" ")
    space = _space(size, weight)
    return sum(_width(word, size, weight) for word in words) + space * (len(words) - 1)


def speakable(text: str) -> str:
    """A text without signs that no face has, such as emoji. Raises NoFace for a letter."""
    kept = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if character.isspace():
            kept.append(" ")
        elif character in JOINERS or face_of(character):
            kept.append(character)
        elif category[0] in "LN":
            raise NoFace(
                f"There is no face for “{character}” (U+{ord(character):04X}) on this machine."
            )
    words = "".join(kept).strip("".join(JOINERS) + " ")
    return re.sub(r"\s+", " ", words)


JOINERS = "\u200c\u200d"
"""They part or join letters of Arabic script and are drawn as nothing."""


# Faces ------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def face_of(character: str) -> Path | None:
    """The face that a character is set in: ours, else one that the machine has; None where there is none."""
    ours = (FOLDER / f"{name}.woff2" for name in OURS)
    for face in (*ours, *_theirs()):
        if _has(face, character):
            return face
    return None


@functools.cache
def _theirs() -> tuple[Path, ...]:
    found = (sorted(MACHINE.rglob(f"{pattern}.?tf")) for pattern in THEIRS)
    return tuple(face for some in found for face in some if "Color" not in face.name)


def _has(face: Path, character: str) -> bool:
    try:
        return _drawn(face, character) != _drawn(face, NOTHING)
    except OSError:
        return False


@functools.lru_cache(maxsize=4096)
def _drawn(face: Path, character: str) -> tuple[float, bytes]:
    opened = _opened(face, 24, 400)
    return opened.getlength(character), bytes(opened.getmask(character))


@functools.lru_cache(maxsize=64)
def _opened(face: Path, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(face), round(size * LARGER.get(face.stem, 1)))
    try:
        axes = font.get_variation_axes()
    except OSError:
        return font  # one weight only
    most = max(float(axes[0]["minimum"] or 0), min(weight, float(axes[0]["maximum"] or 0)))
    font.set_variation_by_axes([most, *(float(axis["default"] or 0) for axis in axes[1:])])
    return font


# Lines ------------------------------------------------------------------------------------------


def _broken(words: Sequence[str], width: int, size: int, weight: int) -> Iterator[str]:
    """Lines of words that fit; a word that is too long for a line is cut."""
    space = _space(size, weight)
    line: list[str] = []
    filled = 0.0
    cut = (part for whole in words for part in _cut(whole, width, size, weight))
    for word in cut:
        wide = _width(word, size, weight)
        if line and filled + space + wide > width:
            yield " ".join(line)
            line, filled = [], 0.0
        filled += wide + (space if line else 0)
        line.append(word)
    if line:
        yield " ".join(line)


def _cut(word: str, width: int, size: int, weight: int) -> Iterator[str]:
    while _width(word, size, weight) > width:
        end = len(word) - 1
        while end > 1 and (
            _width(word[:end], size, weight) > width or unicodedata.combining(word[end])
        ):
            end -= 1
        yield word[:end]
        word = word[end:]
    yield word


def _width(word: str, size: int, weight: int) -> float:
    return _measured(word, weight) * size / MEASURED


@functools.lru_cache(maxsize=4096)
def _measured(word: str, weight: int) -> float:
    direction = _direction(word) or "ltr"
    return sum(
        _opened(face, MEASURED, weight).getlength(part, direction=direction)
        for face, part in _parts(word)
    )


def _space(size: int, weight: int) -> float:
    plain = _opened(FOLDER / f"{OURS[0]}.woff2", MEASURED, weight)
    return plain.getlength(" ") * size / MEASURED


def _parts(word: str) -> list[tuple[Path, str]]:
    """A word by the faces it is set in. What a face of its neighbours has, too, stays with them."""
    is_arabic = any("ARABIC" in unicodedata.name(c, "") for c in word)
    faces: list[Path] = []
    for character in word:
        own = face_of(character)
        if own is None or unicodedata.combining(character) or character in JOINERS:
            own = faces[-1] if faces else own
        elif is_arabic and own.stem in NEWSREADER:
            beside = FOLDER / f"{MARKAZI[1]}.woff2"  # figures and points beside Arabic letters
            own = beside if _has(beside, character) else own
        faces.append(own or FOLDER / f"{OURS[0]}.woff2")
    pairs = groupby(zip(faces, word, strict=True), key=lambda pair: pair[0])
    return [(face, "".join(character for _face, character in found)) for face, found in pairs]


def _direction(word: str) -> Direction | None:
    """The direction of the first letter of a word; None where it has none (figures, points)."""
    for character in word:
        kind = unicodedata.bidirectional(character)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return None


def _draw_line(
    canvas: ImageDraw.ImageDraw,
    line: str,
    at: tuple[float, float],
    setting: Setting,
    ink: str,
    base: Direction,
) -> None:
    """Draw words from left to right as they stand in print: those that run against the line among themselves."""
    x, y = at
    space = _space(setting.size, setting.weight)
    for word, direction in _in_print(line.split(" "), base):
        parts = _parts(word)
        for face, part in parts if direction == "ltr" else reversed(parts):
            font = _opened(face, setting.size, setting.weight)
            canvas.text((x, y), part, font=font, fill=ink, anchor="ls", direction=direction)
            x += font.getlength(part, direction=direction)
        x += space


def _in_print(words: Sequence[str], base: Direction) -> list[tuple[str, Direction]]:
    """Words from left to right with their directions; figures between words of one direction go with them."""
    found = [_direction(word) for word in words]
    directions: list[Direction] = []
    for place, own in enumerate(found):
        before = directions[-1] if directions else base
        after = next((one for one in found[place + 1 :] if one), base)
        directions.append(own or (before if before == after else base))
    runs = [
        (direction, [word for _one, word in pairs])
        for direction, pairs in groupby(
            zip(directions, words, strict=True), key=lambda pair: pair[0]
        )
    ]
    if base == "rtl":
        runs.reverse()
    return [
        (word, direction)
        for direction, run in runs
        for word in (run if direction == "ltr" else reversed(run))
    ]
