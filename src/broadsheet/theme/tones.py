"""From the few colours a newsroom chooses to all that a page needs, and whether words can be read in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from broadsheet.theme.contrast import ENOUGH, between, ratio, readable_on

PAPER, INK, ACCENT = "#fffdfa", "#1b1917", "#9b1c1f"
DARK_PAPER, DARK_INK, DARK_ACCENT = "#161513", "#ece7de", "#f2938c"
"""Ours, as in `css/tokens.css`."""

GROUND = ("paper", "tint", "ink", "quiet", "rule", "strong-rule")
ACCENTS = ("accent", "on-accent")


@dataclass(frozen=True, slots=True)
class Pair:
    """Words on a ground that are too pale: the colour to blame by its name here, and what to say of it."""

    name: str
    words: str
    ground: str

    @property
    def contrast(self) -> float:
        return ratio(self.words, self.ground)


def tones(paper: str, ink: str, accent: str) -> dict[str, str]:
    """The tokens of a scheme: what lies between its ink and paper, and what is read on its accent."""
    is_dark = readable_on(paper, "#ffffff", "#000000") == "#ffffff"
    return {
        "paper": paper,
        "tint": between(paper, ink, 0.045),
        "ink": ink,
        "quiet": between(ink, paper, 0.28),
        "rule": between(paper, ink, 0.18),
        "strong-rule": between(ink, paper, 0.45) if is_dark else ink,
        "accent": accent,
        "on-accent": readable_on(accent, "#ffffff", "#1b1212"),
    }


def unreadable(paper: str, ink: str, accent: str) -> Iterator[Pair]:
    """The pairs of a scheme that cannot be read, the worst of each colour first."""
    made = tones(paper, ink, accent)
    for name, words, ground in (
        ("ink", "quiet", "tint"),
        ("ink", "quiet", "paper"),
        ("ink", "ink", "paper"),
        ("accent", "accent", "tint"),
        ("accent", "accent", "paper"),
        ("accent", "on-accent", "accent"),
    ):
        if ratio(made[words], made[ground]) < ENOUGH:
            yield Pair(name, made[words], made[ground])
