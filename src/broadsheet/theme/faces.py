"""The web face that a newsroom may choose: files as documents of the edition, styles, what a page asks for first."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from broadsheet.kit.public import Document, register_kind

FOLDER = Path(__file__).parent / "fonts"
"""Subsets as Fontsource publishes them, unchanged, each family with its licence (SIL Open Font License 1.1)."""

WOFF2 = "font/woff2"

LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,"
    "U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
EXTENDED = (
    "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,"
    "U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF"
)
ARABIC = (
    "U+0600-06FF,U+0750-077F,U+0870-088E,U+0890-0891,U+0897-08E1,U+08E3-08FF,U+200C-200E,U+2010-2011,"
    "U+204F,U+2E41,U+FB50-FDFF,U+FE70-FE74,U+FE76-FEFC"
)
"""The characters of the subsets: a browser loads only those whose characters a page holds."""

ARABIC_LANGUAGES = ("ar", "fa")
"""Urdu is set in Nastaliq, Hebrew in its own faces."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One file of a family. `size` brings families to one size for the eye: a percentage of the em."""

    name: str
    family: str
    range: str
    weights: str
    size: int
    style: str = "normal"

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.woff2"

    @property
    def rule(self) -> str:
        return (
            f'@font-face{{font-family:"{self.family}";font-style:{self.style};font-weight:{self.weights};'
            f'font-display:optional;size-adjust:{self.size}%;src:url("{path(self.name)}")format("woff2");'
            f"unicode-range:{self.range}}}"
        )


NEWSREADER = ("Newsreader", "200 800", 108)
MARKAZI = ("Markazi Text", "400 700", 116)


def _cut(name: str, family: tuple[str, str, int], range_: str, style: str = "normal") -> Cut:
    title, weights, size = family
    return Cut(name, title, range_, weights, size, style)


CUTS = {
    cut.name: cut
    for cut in (
        _cut("newsreader-latin-wght-normal", NEWSREADER, LATIN),
        _cut("newsreader-latin-wght-italic", NEWSREADER, LATIN, "italic"),
        _cut("newsreader-latin-ext-wght-normal", NEWSREADER, EXTENDED),
        _cut("newsreader-latin-ext-wght-italic", NEWSREADER, EXTENDED, "italic"),
        _cut("markazi-text-arabic-wght-normal", MARKAZI, ARABIC),
        _cut("markazi-text-latin-wght-normal", MARKAZI, LATIN),
    )
}

NEAR = {"Georgia": 103.8, "Noto Serif": 95.5, "Times New Roman": 113.9}
"""Faces that readers have, and the percentage at which their lines are as long as Newsreader's.

Measured on a text of this site (Noto Serif) and taken from the mean widths of letters that the package
@capsizecss/metrics lists (the others). Markazi Text at 116 % runs as wide as Noto Naskh Arabic to a five hundredth.
"""

ASCENT, DESCENT = 0.735, 0.265
"""Newsreader's own, of its em (its table `hhea`)."""

STACK = ",".join(['"Newsreader"', *(f'"near {name}"' for name in NEAR), "Georgia", "serif"])
ARABIC_STACK = (
    '"Markazi Text","Noto Naskh Arabic","Geeza Pro","Sakkal Majalla","Times New Roman",serif'
)
TOKENS = f"--plate:{STACK};--text:{STACK};"


def path(name: str) -> str:
    """Where a file is found: the address changes with what is in it, so browsers keep it for good."""
    return f"/assets/{name}-{_digest(name)}.woff2"


@functools.cache
def _digest(name: str) -> str:
    return hashlib.sha256(CUTS[name].file.read_bytes()).hexdigest()[:12]


@functools.cache
def rules() -> str:
    """The styles of the web face besides its tokens.

    `font-display: optional`: a page that the face reaches too late keeps the reader's own face while it is
    read, and the next page has it from the browser's store. So nothing moves, ever. What stands in for it is
    brought to its width and height, so that both pages look alike.
    """
    near = (_near(name, size) for name, size in NEAR.items())
    own = ":lang(ar),:lang(fa)"
    stack = f"{own}{{--text:{ARABIC_STACK};}}"
    return "".join([*(cut.rule for cut in CUTS.values()), *near, stack])


def _near(name: str, size: float) -> str:
    scale = NEWSREADER[2] / size
    height = f"ascent-override:{ASCENT * scale:.1%};descent-override:{DESCENT * scale:.1%};line-gap-override:0%"
    joined = name.replace(" ", "")
    made = ""
    for weight, style, full, short in (
        (400, "normal", "", ""),
        (700, "normal", " Bold", "-Bold"),
        (400, "italic", " Italic", "-Italic"),
    ):
        made += (
            f'@font-face{{font-family:"near {name}";font-style:{style};font-weight:{weight};'
            f'src:local("{name}{full}"),local("{joined}{short or "-Regular"}");size-adjust:{size}%;{height}}}'
        )
    return made


def asked_early(code: str) -> list[str]:
    """What a page in a language of this code will need above all: paths of files."""
    names = (
        ["markazi-text-arabic-wght-normal", "markazi-text-latin-wght-normal"]
        if code in ARABIC_LANGUAGES
        else ["newsreader-latin-wght-normal"]
    )
    return [path(name) for name in names]


class FaceKind:
    """The files; always published, so that the desk's preview of a look shows it. The ident is the file's name."""

    name = "face"

    def idents(self) -> Iterable[str]:
        return list(CUTS)

    def render(self, ident: str) -> Document | None:
        return Document(path(ident), CUTS[ident].file.read_bytes(), WOFF2)

    def path(self, ident: str) -> str | None:
        return path(ident)

    def born_of(self, keys: set[str]) -> Iterable[str]:
        return ()


def register() -> None:
    """Tell the press of our files."""
    register_kind(FaceKind())
