"""People as flat figures: standing, sitting, riding; portraits are elsewhere."""

from __future__ import annotations

from broadsheet.demo.pictures.canvas import Canvas, Point
from broadsheet.demo.pictures.colours import mix

SKINS = ("#f0c7a4", "#d9a077", "#a96f48", "#7a4a30", "#e8b48c")
HAIRS = ("#2a1c16", "#5c3a22", "#1d1a1f", "#b98a4e", "#8d8d92", "#7b2f1d")


def stander(
    c: Canvas, x: float, base: float, height: float, coat: str, *, skin: str = "", hair: str = ""
) -> None:
    """Somebody standing; without a skin colour a plain silhouette in the coat's colour."""
    h = height
    legs = mix(coat, "#14161f", 0.55) if skin else coat
    for side in (-1, 1):
        c.polygon(
            [
                (x + side * h * 0.02, base - h * 0.45),
                (x + side * h * 0.1, base - h * 0.45),
                (x + side * h * 0.085, base),
                (x + side * h * 0.025, base),
            ],
            legs,
        )
        c.ellipse(x + side * h * 0.06 + h * 0.012, base - h * 0.01, h * 0.05, h * 0.018, legs)
    c.shape(
        [
            (x - h * 0.06, base - h * 0.83),
            (x + h * 0.06, base - h * 0.83),
            (x + h * 0.14, base - h * 0.76),
            (x + h * 0.15, base - h * 0.45),
            (x + h * 0.12, base - h * 0.36),
            (x - h * 0.12, base - h * 0.36),
            (x - h * 0.15, base - h * 0.45),
            (x - h * 0.14, base - h * 0.76),
        ],
        coat,
    )
    if skin:
        seam = mix(coat, "#000000", 0.22)
        c.line([(x - h * 0.085, base - h * 0.7), (x - h * 0.09, base - h * 0.46)], seam, h * 0.008)
        c.line([(x + h * 0.085, base - h * 0.7), (x + h * 0.09, base - h * 0.46)], seam, h * 0.008)
        c.rect(
            x - h * 0.025,
            base - h * 0.87,
            x + h * 0.025,
            base - h * 0.8,
            mix(skin, "#000000", 0.15),
        )
    c.ellipse(x, base - h * 0.91, h * 0.058, h * 0.07, skin or coat)
    if hair:
        c.shape(
            [
                (x - h * 0.062, base - h * 0.9),
                (x - h * 0.06, base - h * 0.97),
                (x, base - h * 0.995),
                (x + h * 0.062, base - h * 0.965),
                (x + h * 0.05, base - h * 0.935),
                (x - h * 0.03, base - h * 0.945),
            ],
            hair,
        )


def bust(c: Canvas, x: float, base: float, size: float, fill: str) -> None:
    """Head and shoulders from behind, as of somebody sitting in front of us."""
    c.shape(
        [
            (x - size * 0.5, base),
            (x - size * 0.46, base - size * 0.34),
            (x - size * 0.16, base - size * 0.5),
            (x + size * 0.16, base - size * 0.5),
            (x + size * 0.46, base - size * 0.34),
            (x + size * 0.5, base),
        ],
        fill,
    )
    c.ellipse(x, base - size * 0.72, size * 0.2, size * 0.25, fill)
    c.rect(x - size * 0.09, base - size * 0.58, x + size * 0.09, base - size * 0.4, fill)


def conductor(c: Canvas, x: float, base: float, height: float, fill: str) -> None:
    """A conductor from behind with raised arms and a baton."""
    h = height
    stander(c, x, base, h, fill)
    for side in (-1, 1):
        elbow: Point = (x + side * h * 0.25, base - h * 0.72)
        hand: Point = (x + side * h * 0.33, base - h * 0.98)
        c.line([(x + side * h * 0.1, base - h * 0.77), elbow, hand], fill, h * 0.055)
        c.disc(*hand, h * 0.03, fill)
    c.line([(x + h * 0.33, base - h * 0.98), (x + h * 0.25, base - h * 1.16)], "#f7e9c8", h * 0.008)


def cyclist(c: Canvas, x: float, base: float, size: float, coat: str, box: str, dark: str) -> None:
    """A courier on a bicycle, riding right, with a square box on the back."""
    s = size
    hub, crank, front = (
        (x - s * 0.32, base - s * 0.24),
        (x - s * 0.03, base - s * 0.24),
        (x + s * 0.36, base - s * 0.24),
    )
    for wheel in (hub, front):
        c.ring(*wheel, s * 0.24, s * 0.022, dark)
        c.disc(*wheel, s * 0.025, dark)
    seat, head = (x - s * 0.12, base - s * 0.58), (x + s * 0.27, base - s * 0.56)
    for path in (
        [hub, seat, crank, hub],
        [crank, head, seat],
        [head, front],
        [head, (head[0] + s * 0.05, head[1] - s * 0.09)],
    ):
        c.line(path, dark, s * 0.02)
    hip, knee, foot = (
        (x - s * 0.12, base - s * 0.68),
        (x + s * 0.13, base - s * 0.5),
        (x + s * 0.01, base - s * 0.15),
    )
    c.line(
        [hip, (x + s * 0.04, base - s * 0.4), (x - s * 0.06, base - s * 0.3)],
        mix(dark, "#000000", 0.2),
        s * 0.075,
    )
    c.line([hip, knee, foot], mix(coat, "#10131c", 0.6), s * 0.085)
    shoulder = (x + s * 0.07, base - s * 1.0)
    c.line([hip, shoulder], coat, s * 0.2)
    c.line(
        [shoulder, (x + s * 0.22, base - s * 0.82), (x + s * 0.32, base - s * 0.66)],
        mix(coat, "#000000", 0.2),
        s * 0.07,
    )
    c.rect(x - s * 0.42, base - s * 1.13, x - s * 0.06, base - s * 0.76, box, s * 0.03)
    c.rect(
        x - s * 0.42,
        base - s * 1.13,
        x - s * 0.06,
        base - s * 1.06,
        mix(box, "#000000", 0.2),
        s * 0.03,
    )
    c.disc(x + s * 0.14, base - s * 1.13, s * 0.085, "#d9a077")
    c.shape(
        [
            (x + s * 0.03, base - s * 1.13),
            (x + s * 0.06, base - s * 1.23),
            (x + s * 0.18, base - s * 1.24),
            (x + s * 0.25, base - s * 1.15),
        ],
        mix(coat, "#ffffff", 0.5),
    )


def passer_by(c: Canvas, x: float, base: float, height: float, coat: str) -> None:
    """Somebody with face and hair chosen by chance."""
    stander(c, x, base, height, coat, skin=c.dice.choice(SKINS), hair=c.dice.choice(HAIRS))
