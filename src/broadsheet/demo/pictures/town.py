"""Motifs of a town: houses, skylines, lamps, trams, boats, smoke; no whole pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.demo.pictures.canvas import Canvas
from broadsheet.demo.pictures.colours import mix


@dataclass(frozen=True, slots=True)
class House:
    """How a house looks: `lit` is the share of its windows with a light on."""

    wall: str
    roof: str
    dark: str
    light: str
    lit: float = 0.4
    door: str = ""


def windows(
    c: Canvas, box: tuple[float, float, float, float], grid: tuple[int, int], look: House
) -> None:
    """Rows of windows within a box (left, top, right, bottom); grid is columns by rows."""
    left, top, right, bottom = box
    cell_w, cell_h = (right - left) / grid[0], (bottom - top) / grid[1]
    for column in range(grid[0]):
        for row in range(grid[1]):
            x, y = left + cell_w * (column + 0.24), top + cell_h * (row + 0.2)
            fill = look.light if c.dice.happens(look.lit) else look.dark
            c.rect(x, y, x + cell_w * 0.52, y + cell_h * 0.62, fill)


def terrace_house(
    c: Canvas, left: float, base: float, width: float, height: float, look: House
) -> None:
    """A narrow house with a pitched roof, windows with frames and perhaps a door."""
    right, eaves = left + width, base - height * 0.74
    peak = base - height
    c.rect(left, eaves, right, base, look.wall)
    c.polygon(
        [(left - 5, eaves + 4), (left + width * 0.5, peak), (right + 5, eaves + 4)], look.roof
    )
    c.rect(left + width * 0.72, peak - height * 0.03, left + width * 0.82, eaves - 2, look.roof)
    frame = mix(look.wall, "#ffffff", 0.55)
    for row, share in enumerate((0.1, 0.42, 0.7)):
        for column in (0.16, 0.58):
            if row == 2 and column > 0.5 and look.door:
                continue
            x, y = left + width * column, eaves + (base - eaves) * share
            w, h = width * 0.26, (base - eaves) * 0.19
            c.rect(x - 3, y - 3, x + w + 3, y + h + 3, frame)
            c.rect(x, y, x + w, y + h, look.light if c.dice.happens(look.lit) else look.dark)
            c.rect(x + w / 2 - 1, y, x + w / 2 + 1, y + h, frame)
    if look.door:
        x = left + width * 0.58
        c.rect(x, base - (base - eaves) * 0.34, x + width * 0.26, base, look.door, 3)
    c.rect(right - 3, eaves, right, base, mix(look.wall, "#000000", 0.2))


def skyline(
    c: Canvas,
    base: float,
    height: float,
    look: House,
    *,
    left: float = 0,
    right: float = 0,
    step: float = 70,
) -> None:
    """Far houses side by side, with a spire and some flat blocks among them."""
    x, end = left - 20, right or c.width
    while x < end:
        w = step * c.dice.between(0.6, 1.4)
        h = height * c.dice.between(0.35, 0.8)
        c.rect(x, base - h, x + w, base + 1, look.wall)
        if c.dice.happens(0.55):
            c.polygon(
                [(x, base - h + 1), (x + w / 2, base - h - w * 0.35), (x + w, base - h + 1)],
                look.roof,
            )
        if c.dice.happens(0.3):
            c.rect(x + w * 0.7, base - h - w * 0.36, x + w * 0.82, base - h, look.roof)
        grid = (max(2, round(w / 17)), max(2, round(h / 22)))
        windows(c, (x + 4, base - h + 6, x + w - 4, base - 4), grid, look)
        x += w


def spire(c: Canvas, x: float, base: float, height: float, fill: str) -> None:
    w = height * 0.13
    c.rect(x - w, base - height * 0.6, x + w, base, fill)
    c.polygon(
        [
            (x - w * 1.15, base - height * 0.58),
            (x, base - height),
            (x + w * 1.15, base - height * 0.58),
        ],
        fill,
    )
    c.rect(x - 1.5, base - height * 1.06, x + 1.5, base - height * 0.9, fill)


def lamp(c: Canvas, x: float, base: float, height: float, post: str, light: str) -> None:
    c.glow(x, base - height, height * 0.75, light, 0.6)
    c.rect(x - 3, base - height, x + 3, base, post)
    c.rect(x - 8, base - 14, x + 8, base, post, 3)
    c.disc(x, base - height, height * 0.055, mix(light, "#ffffff", 0.6))


def tram_side(
    c: Canvas,
    left: float,
    base: float,
    length: float,
    body: str,
    glass: str,
    *,
    band: str = "#f4ead2",
) -> None:
    """A tram seen from the side, standing on the height base."""
    h = length * 0.2
    top = base - h
    c.rect(left, top + h * 0.06, left + length, base - h * 0.1, body, h * 0.18)
    c.rect(
        left + h * 0.15, top, left + length - h * 0.15, top + h * 0.1, mix(body, "#000000", 0.3), 4
    )
    c.rect(left, base - h * 0.36, left + length, base - h * 0.29, band)
    cells = 9
    for cell in range(cells):
        x = left + h * 0.16 + cell * (length - h * 0.32) / cells
        w = (length - h * 0.32) / cells
        door = cell in {2, 6}
        low = base - h * (0.16 if door else 0.42)
        c.rect(x + 3, top + h * 0.2, x + w - 3, low, glass, 4)
        if door:
            c.rect(x + w / 2 - 1.5, top + h * 0.2, x + w / 2 + 1.5, low, mix(body, "#000000", 0.35))
    for share in (0.14, 0.23, 0.77, 0.86):
        c.disc(left + length * share, base - h * 0.04, h * 0.09, "#15161c")
    c.rect(
        left + h * 0.1,
        base - h * 0.14,
        left + length - h * 0.1,
        base - h * 0.06,
        mix(body, "#000000", 0.45),
        4,
    )
    c.line(
        [
            (left + length * 0.5, top),
            (left + length * 0.54, top - h * 0.22),
            (left + length * 0.49, top - h * 0.42),
        ],
        mix(body, "#000000", 0.55),
        3,
    )


def tram_front(c: Canvas, x: float, base: float, width: float, body: str, glass: str) -> None:
    """A tram seen head-on."""
    h = width * 1.28
    left, right, top = x - width / 2, x + width / 2, base - h
    dark = mix(body, "#000000", 0.35)
    c.rect(
        left + width * 0.06,
        top - width * 0.07,
        right - width * 0.06,
        top + width * 0.2,
        dark,
        width * 0.06,
    )
    c.rect(left, top, right, base - width * 0.1, body, width * 0.12)
    c.rect(
        left + width * 0.03,
        base - width * 0.22,
        right - width * 0.03,
        base - width * 0.03,
        dark,
        width * 0.05,
    )
    c.rect(
        left + width * 0.08,
        top + width * 0.24,
        right - width * 0.08,
        top + width * 0.74,
        glass,
        width * 0.07,
    )
    shine = mix(glass, "#ffffff", 0.22)
    c.polygon(
        [
            (left + width * 0.2, top + width * 0.24),
            (left + width * 0.36, top + width * 0.24),
            (left + width * 0.22, top + width * 0.74),
            (left + width * 0.1, top + width * 0.74),
        ],
        shine,
    )
    c.rect(
        left + width * 0.26,
        top + width * 0.06,
        right - width * 0.26,
        top + width * 0.18,
        "#1a1714",
        width * 0.02,
    )
    c.rect(
        left + width * 0.34,
        top + width * 0.095,
        right - width * 0.34,
        top + width * 0.145,
        "#f6b73c",
        width * 0.01,
    )
    c.rect(left, top + width * 0.84, right, top + width * 0.89, "#f4ead2")
    for side in (-1, 1):
        c.disc(x + side * width * 0.33, base - width * 0.31, width * 0.065, "#fff4cf")
        c.ring(x + side * width * 0.33, base - width * 0.31, width * 0.075, width * 0.015, dark)


def smoke(c: Canvas, x: float, y: float, size: float, colour: str, *, drift: float = 1.0) -> None:
    """A plume that leaves a chimney and is taken by the wind."""
    for step in range(15):
        share = step / 14
        r = size * (0.18 + 0.75 * share) * c.dice.between(0.8, 1.15)
        px = x + drift * size * 3.4 * share**1.3
        py = y - size * 1.5 * share**0.7
        c.glow(px, py, r * 1.6, colour, 0.75 * (1 - share * 0.75))


def chimney(c: Canvas, x: float, base: float, height: float, fill: str, band: str) -> None:
    w = height * 0.055
    c.polygon(
        [
            (x - w, base),
            (x - w * 0.62, base - height),
            (x + w * 0.62, base - height),
            (x + w, base),
        ],
        fill,
    )
    c.polygon(
        [
            (x + w * 0.1, base),
            (x + w * 0.1, base - height),
            (x + w * 0.62, base - height),
            (x + w, base),
        ],
        mix(fill, "#000000", 0.18),
    )
    for share in (0.88, 0.97):
        c.rect(
            x - w * 0.72, base - height * share - 6, x + w * 0.72, base - height * share + 6, band
        )


def awning(
    c: Canvas, left: float, top: float, width: float, colours: Sequence[str], *, drop: float = 70
) -> None:
    """A striped market awning with a scalloped edge."""
    stripes = 8
    w = width / stripes
    for stripe in range(stripes):
        fill = colours[stripe % len(colours)]
        x = left + stripe * w
        lean = width * 0.02
        c.polygon(
            [(x + lean, top), (x + w + lean, top), (x + w, top + drop), (x, top + drop)], fill
        )
        c.ellipse(x + w / 2, top + drop, w / 2, drop * 0.2, mix(fill, "#000000", 0.12))
