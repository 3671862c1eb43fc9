"""Motifs from outdoors: hills, trees, reeds, birds, clouds; no whole pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence

from broadsheet.demo.pictures.canvas import Canvas, Point
from broadsheet.demo.pictures.colours import mix


def hills(c: Canvas, y: float, height: float, fill: str, *, length: float = 520) -> None:
    """A range of soft hills around the height y, filled down to the lower edge."""
    waves = [
        (length / (n + 1) * c.dice.between(0.8, 1.2), height / (n + 1), c.dice.between(0, 6.3))
        for n in range(4)
    ]
    crest = [
        (x, y - sum(size * math.sin(x / step * 2 + phase) for step, size, phase in waves) / 2)
        for x in range(-10, c.width + 20, 10)
    ]
    c.polygon([*crest, (c.width + 10, c.height), (-10, c.height)], fill)


def round_tree(c: Canvas, x: float, base: float, size: float, leaf: str, trunk: str) -> None:
    c.rect(x - size * 0.05, base - size * 0.6, x + size * 0.05, base, trunk)
    light = mix(leaf, "#fff2c0", 0.16)
    for dx, dy, r in ((0, 0.95, 0.4), (-0.24, 0.78, 0.3), (0.25, 0.76, 0.31)):
        c.disc(x + dx * size, base - dy * size, r * size, leaf)
    for dx, dy, r in ((-0.1, 1.08, 0.2), (-0.3, 0.86, 0.14), (0.16, 0.9, 0.13)):
        c.disc(x + dx * size, base - dy * size, r * size, light)


def poplar(c: Canvas, x: float, base: float, height: float, fill: str) -> None:
    w = height * 0.13
    c.shape(
        [
            (x, base - height),
            (x + w, base - height * 0.45),
            (x + w * 0.5, base - height * 0.06),
            (x - w * 0.5, base - height * 0.06),
            (x - w, base - height * 0.45),
        ],
        fill,
    )
    c.rect(x - w * 0.12, base - height * 0.1, x + w * 0.12, base, fill)


def treeline(
    c: Canvas, y: float, size: float, fill: str, *, left: float = 0, right: float = 0
) -> None:
    """A far wood: overlapping crowns standing on the height y."""
    x, end = left, right or c.width
    while x < end:
        r = size * c.dice.between(0.5, 1.0)
        c.ellipse(x, y - r * 0.5, r, r * c.dice.between(0.7, 1.1), fill)
        x += r * 0.8
    c.rect(left, y - size * 0.25, end, y + 2, fill)


def bare_tree(
    c: Canvas, x: float, y: float, length: float, fill: str, *, angle: float = -90, depth: int = 6
) -> None:
    turn = math.radians(angle)
    end = (x + math.cos(turn) * length, y + math.sin(turn) * length)
    c.line([(x, y), end], fill, max(0.7, length * 0.09))
    if depth == 0:
        return
    for side in (-1, 1):
        bend = angle + side * c.dice.between(14, 34)
        bare_tree(c, *end, length * c.dice.between(0.66, 0.8), fill, angle=bend, depth=depth - 1)


def reeds(
    c: Canvas,
    left: float,
    right: float,
    base: float,
    height: float,
    fills: Sequence[str],
    count: int,
) -> None:
    for _ in range(count):
        x = c.dice.between(left, right)
        tall = height * c.dice.between(0.5, 1.0)
        lean = c.dice.between(-0.18, 0.18) * tall
        fill = c.dice.choice(fills)
        top = (x + lean, base - tall)
        c.curve([(x, base), (x + lean * 0.25, base - tall * 0.55), top], fill, 2.4)
        if c.dice.happens(0.4):
            c.ellipse(top[0], top[1] + tall * 0.05, 4.2, tall * 0.06, mix(fill, "#4a2c17", 0.65))
        else:
            leaf = c.dice.choice((-1, 1)) * tall * 0.22
            bend = (x + lean * 0.3 + leaf, base - tall * 0.62)
            c.curve(
                [(x, base - tall * 0.25), bend, (bend[0] + leaf * 0.7, bend[1] + tall * 0.1)],
                fill,
                2,
            )


def moon(c: Canvas, x: float, y: float, radius: float, fill: str = "#fdf3d0") -> None:
    c.glow(x, y, radius * 5, fill, 0.45)
    c.disc(x, y, radius, fill)


def cloud(c: Canvas, x: float, y: float, width: float, fill: str) -> None:
    """A flat-bottomed cloud."""
    for share, rise in ((0.12, 0.07), (0.3, 0.13), (0.52, 0.17), (0.72, 0.12), (0.88, 0.06)):
        c.disc(x + width * share, y - width * rise * 0.45, width * rise, fill)
    c.rect(x, y - width * 0.03, x + width, y + width * 0.05, fill, width * 0.04)


def heron(c: Canvas, x: float, foot: float, size: float, fills: tuple[str, str, str]) -> None:
    """A standing grey heron, looking right; fills are body, dark feathers and bill."""
    body, dark, bill = fills

    def at(points: Sequence[Point]) -> list[Point]:
        return [(x + px * size, foot + py * size) for px, py in points]

    c.line(at([(0.0, -0.42), (0.02, -0.2), (-0.01, 0.0)]), dark, size * 0.013)
    c.line(at([(0.05, -0.42), (0.12, -0.26), (0.04, -0.22)]), dark, size * 0.013)
    c.shape(
        at(
            [
                (0.1, -0.6),
                (0.02, -0.68),
                (-0.16, -0.56),
                (-0.34, -0.36),
                (-0.16, -0.4),
                (0.06, -0.42),
                (0.14, -0.5),
            ]
        ),
        body,
    )
    c.shape(
        at([(0.02, -0.62), (-0.14, -0.53), (-0.36, -0.33), (-0.2, -0.37), (-0.02, -0.47)]), dark
    )
    neck = [
        (0.08, -0.54),
        (0.17, -0.63),
        (0.13, -0.74),
        (0.05, -0.82),
        (0.06, -0.92),
        (0.13, -0.95),
    ]
    c.curve(at(neck), body, size * 0.052)
    c.shape(at([(0.09, -0.985), (0.16, -0.99), (0.22, -0.955), (0.16, -0.93), (0.09, -0.94)]), body)
    c.polygon(at([(0.19, -0.972), (0.42, -0.935), (0.19, -0.938)]), bill)
    c.shape(at([(0.2, -0.975), (0.12, -0.995), (0.02, -0.965), (-0.1, -0.9), (0.06, -0.965)]), dark)
    c.disc(x + 0.172 * size, foot - 0.962 * size, size * 0.009, "#1c1c22")


def flying_heron(c: Canvas, x: float, y: float, span: float, fill: str, *, lift: float) -> None:
    """A heron on the wing, flying left; `lift` from -1 (wings down) to 1 (wings up)."""

    def at(points: Sequence[Point]) -> list[Point]:
        return [(x + px * span, y + py * span) for px, py in points]

    tip = -0.42 * lift
    far = mix(fill, "#8a5a4a", 0.35)
    c.shape(
        at(
            [
                (-0.06, 0),
                (0.02, tip * 0.6),
                (0.22, tip),
                (0.3, tip * 0.98),
                (0.16, tip * 0.4),
                (0.1, 0.02),
            ]
        ),
        far,
    )
    c.shape(
        at([(-0.2, 0.0), (-0.05, -0.045), (0.14, -0.01), (0.24, 0.03), (0.08, 0.05), (-0.1, 0.05)]),
        fill,
    )
    c.shape(
        at(
            [
                (-0.14, 0),
                (-0.16, tip * 0.7),
                (-0.02, tip * 1.12),
                (0.08, tip * 1.15),
                (0.06, tip * 0.5),
                (0.1, 0.02),
            ]
        ),
        fill,
    )
    c.curve(at([(-0.18, 0.01), (-0.24, 0.05), (-0.27, 0.01), (-0.3, -0.02)]), fill, span * 0.03)
    c.polygon(at([(-0.29, -0.045), (-0.44, 0.0), (-0.29, 0.005)]), fill)
    c.line(at([(0.2, 0.02), (0.46, 0.055)]), fill, span * 0.012)
