"""Pictures of stages: music, puppets and poems."""

from __future__ import annotations

from broadsheet.demo.pictures.canvas import HEIGHT, WIDTH, Canvas, Point
from broadsheet.demo.pictures.colours import mix
from broadsheet.demo.pictures.folk import bust, conductor, stander
from broadsheet.demo.pictures.nature import moon, round_tree
from broadsheet.demo.pictures.town import House, windows


def orchestra(c: Canvas) -> None:
    c.gradient(["#3d1620", "#7a2a2b", "#c9603a", "#f2a651"], 0, 760)
    for step in range(11):
        x = step * 160
        c.polygon(
            [(x, 0), (x + 90, 0), (x + 60, 620), (x + 30, 620)], mix("#5a1d24", "#8a3230", step % 2)
        )
    c.haze("#f2a651", 260, 660, 0.8)
    c.glow(800, 520, 720, "#ffe0a0", 0.7)
    for x in (330, 800, 1270):
        c.shade([(x - 20, 0), (x + 20, 0), (x + 260, 780), (x - 260, 780)], "#fff2cc", 0.13)
    for row in range(4):
        base, size = 610 + row * 82, 96 + row * 20
        fill = mix("#8a3a30", "#2a0f18", 0.25 + row * 0.25)
        c.ellipse(800, base + 60, 700 + row * 90, 70, mix(fill, "#000000", 0.1))
        for seat in range(-7, 8):
            x = 800 + seat * (86 + row * 14) + (40 if row % 2 else 0)
            if row == 3 and abs(seat) < 2:
                continue
            bust(c, x, base, size, fill)
            c.line(
                [
                    (x - size * 0.1, base - size * 0.3),
                    (x + size * 0.55, base - size * c.dice.between(0.5, 0.95)),
                ],
                fill,
                5,
            )
            if seat % 3 == 0 and row > 1:
                c.shape(
                    [
                        (x + size * 0.3, base + 10),
                        (x + size * 0.28, base - size * 0.4),
                        (x + size * 0.42, base - size * 0.9),
                        (x + size * 0.56, base - size * 0.4),
                        (x + size * 0.54, base + 10),
                    ],
                    mix(fill, "#f2a651", 0.16),
                )
    c.rect(690, 930, 910, 990, "#1c0b12", 6)
    conductor(c, 800, 940, 430, "#1c0b12")
    c.rect(0, 985, WIDTH, HEIGHT, "#1c0b12")
    for x in range(40, WIDTH, 130):
        bust(c, x + c.dice.between(-20, 20), HEIGHT + 26, 150, "#12070c")


def puppets(c: Canvas) -> None:
    c.gradient(["#f1d58f", "#e9b565", "#c9803f"], 0, HEIGHT)
    c.glow(800, 480, 620, "#fff3cc", 0.8)
    c.disc(1080, 300, 92, "#fff6dc")
    for x, w, h in ((470, 90, 250), (580, 70, 330), (980, 80, 270), (1080, 110, 210)):
        c.rect(x, 760 - h, x + w, 760, "#b57a4a")
        c.polygon([(x - 8, 762 - h), (x + w / 2, 700 - h), (x + w + 8, 762 - h)], "#8d4f3a")
        windows(
            c, (x + 10, 780 - h, x + w - 10, 740), (2, 4), House("", "", "#8a5a3c", "#fff0bd", 0.4)
        )
    c.rect(0, 760, WIDTH, HEIGHT, "#6d3b2a")
    c.ellipse(800, 790, 520, 46, "#a8683f")
    _puppet(c, 640, 800, 1.0, ("#5d3f8a", "#e8b48c", "#e3b341"))
    _puppet(c, 960, 810, 0.94, ("#2f6f6a", "#a96f48", ""))
    for side in (-1, 1):
        for fold in range(5):
            x = 800 + side * (470 + fold * 84)
            fill = mix("#b5272f", "#6d1420", (fold % 2) * 0.5 + 0.08 * fold)
            c.shape(
                [
                    (x - 52, -20),
                    (x + 52, -20),
                    (x + 64 * side + 40, 700),
                    (x + 70 * side + 44, 1090),
                    (x + 70 * side - 60, 1090),
                    (x + 40 * side - 40, 640),
                ],
                fill,
            )
    for fold in range(9):
        x = fold * 190
        c.ellipse(x + 40, 60, 130, 130, mix("#c9323a", "#8a1b26", (fold % 2) * 0.6))
    c.rect(0, -10, WIDTH, 84, "#8a1b26")
    c.rect(0, 84, WIDTH, 98, "#e3b341")
    for x in range(110, WIDTH, 200):
        bust(c, x, HEIGHT + 10, 150, "#2a1210")


def _puppet(c: Canvas, x: float, base: float, s: float, fills: tuple[str, str, str]) -> None:
    coat, skin, gold = fills
    for dx, dy in ((-92, 330), (92, 330), (0, 470), (-50, 100), (50, 100)):
        c.line([(x + dx * s, base - dy * s), (x + dx * s * 0.4, 60)], "#6d4a34", 2)
    for side in (-1, 1):
        c.line(
            [
                (x + side * 26 * s, base - 170 * s),
                (x + side * 40 * s, base - 90 * s),
                (x + side * 34 * s, base - 16 * s),
            ],
            mix(coat, "#1d1018", 0.5),
            26 * s,
        )
        c.ellipse(x + side * 46 * s, base - 10 * s, 30 * s, 12 * s, "#2a1614")
        c.line(
            [
                (x + side * 50 * s, base - 330 * s),
                (x + side * 104 * s, base - 270 * s),
                (x + side * 92 * s, base - 330 * s),
            ],
            coat,
            26 * s,
        )
        c.disc(x + side * 92 * s, base - 336 * s, 17 * s, skin)
    c.shape(
        [
            (x - 50 * s, base - 356 * s),
            (x + 50 * s, base - 356 * s),
            (x + 66 * s, base - 240 * s),
            (x + 84 * s, base - 140 * s),
            (x - 84 * s, base - 140 * s),
            (x - 66 * s, base - 240 * s),
        ],
        coat,
    )
    for y in (310, 260, 210):
        c.disc(x, base - y * s, 7 * s, gold or "#f4ead2")
    c.ellipse(x, base - 410 * s, 50 * s, 58 * s, skin)
    for side in (-1, 1):
        c.disc(x + side * 18 * s, base - 416 * s, 6 * s, "#2a1614")
    c.disc(x, base - 400 * s, 9 * s, mix(skin, "#b5473f", 0.4))
    c.curve(
        [(x - 18 * s, base - 384 * s), (x, base - 376 * s), (x + 18 * s, base - 384 * s)],
        "#7a2f2a",
        4,
    )
    _headgear(c, x, base, s, gold)


def _headgear(c: Canvas, x: float, base: float, s: float, gold: str) -> None:
    if gold:
        c.polygon(
            [
                (x - 50 * s, base - 448 * s),
                (x - 56 * s, base - 516 * s),
                (x - 24 * s, base - 480 * s),
                (x, base - 530 * s),
                (x + 24 * s, base - 480 * s),
                (x + 56 * s, base - 516 * s),
                (x + 50 * s, base - 448 * s),
            ],
            gold,
        )
    else:
        c.shape(
            [
                (x - 56 * s, base - 446 * s),
                (x - 40 * s, base - 490 * s),
                (x + 40 * s, base - 490 * s),
                (x + 56 * s, base - 446 * s),
            ],
            "#3a2a24",
        )


def poetry_lanterns(c: Canvas) -> None:
    c.gradient(["#0f1c2e", "#17304a", "#1f4257"], 0, 820)
    moon(c, 1350, 150, 40)
    for x in (0, 330, 1010, 1340):
        c.rect(x, 250, x + 300, 830, "#1d3d4f")
        c.rect(x + 90, 460, x + 210, 830, "#e9b765")
        c.disc(x + 150, 460, 60, "#e9b765")
        c.rect(x + 146, 404, x + 154, 830, "#1d3d4f")
        c.rect(x - 10, 236, x + 320, 262, "#2a5266")
    c.gradient(["#3f6a63", "#2a4c50"], 820, HEIGHT)
    for row in range(4):
        for column in range(-2, 14):
            x = 800 + (column - 6) * (130 + row * 40)
            y = 830 + row * row * 20 + row * 26
            c.polygon(
                [
                    (x, y),
                    (x + 52 + row * 12, y + 10 + row * 5),
                    (x, y + 20 + row * 10),
                    (x - 52 - row * 12, y + 10 + row * 5),
                ],
                "#4f7d74" if (row + column) % 2 else "#335a5b",
            )
    c.ellipse(800, 850, 420, 62, "#5d3a26")
    c.ellipse(800, 838, 420, 58, "#8d5c3a")
    _strings_of_lanterns(c)
    for x, tall, coat, skin in ((690, 330, "#7d3550", "#c98f68"), (910, 340, "#e0c48a", "#f0c7a4")):
        stander(c, x, 842, tall, coat, skin=skin, hair="#2a1c16" if x < 800 else "#b5743a")
    for x in (735, 865):
        c.line([(x, 850), (x, 580)], "#0c1622", 5)
        c.ellipse(x, 572, 12, 18, "#10141c")
        c.ellipse(x, 850, 34, 8, "#10141c")
    for x, size in ((120, 250), (1500, 270), (250, 160), (1390, 170)):
        round_tree(c, x, 900, size, "#2f6a55", "#3a2a20")
        c.rect(x - size * 0.16, 880, x + size * 0.16, 960, "#b5643f", 6)
    for x in range(60, WIDTH, 150):
        bust(c, x + c.dice.between(-24, 24), HEIGHT + 14, 160, "#0d1824")


def _strings_of_lanterns(c: Canvas) -> None:
    for start, end, low in (((-40, 120), (840, 90), 250), ((760, 96), (1640, 140), 260)):
        middle = ((start[0] + end[0]) / 2, float(low))
        wire: list[Point] = [start, middle, end]
        c.curve(wire, "#0c1622", 3)
    colours = ("#ffd36b", "#ff9d5c", "#f26d6d", "#ffe3a0", "#7fd6c2")
    for index, (x, y) in enumerate(
        (
            (90, 170),
            (250, 222),
            (410, 250),
            (570, 232),
            (720, 160),
            (880, 150),
            (1040, 220),
            (1200, 262),
            (1380, 235),
            (1530, 180),
        )
    ):
        fill = colours[index % 5]
        c.glow(x, y + 46, 190, fill, 0.55)
        c.ellipse(x, y + 46, 34, 44, mix(fill, "#ffffff", 0.25))
        c.rect(x - 16, y - 2, x + 16, y + 8, "#3a2417", 3)
        c.rect(x - 14, y + 84, x + 14, y + 94, "#3a2417", 3)
        for share in (-16, 0, 16):
            c.line(
                [(x + share * 0.6, y + 6), (x + share, y + 46), (x + share * 0.6, y + 86)], fill, 3
            )
