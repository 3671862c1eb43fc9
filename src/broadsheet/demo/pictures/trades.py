"""Pictures of work: the mill, the market, the bakery, and what things cost."""

from __future__ import annotations

import math

from broadsheet.demo.pictures.canvas import HEIGHT, WIDTH, Canvas, Point
from broadsheet.demo.pictures.colours import mix
from broadsheet.demo.pictures.folk import passer_by, stander
from broadsheet.demo.pictures.nature import hills, treeline
from broadsheet.demo.pictures.town import (
    House,
    awning,
    chimney,
    skyline,
    smoke,
    tram_front,
    windows,
)

FRUIT = ("#d9573f", "#e6a23c", "#8ab04e", "#c93f55", "#f0c74f", "#6f9a45")


def hesper_mill(c: Canvas) -> None:
    c.gradient(["#e9a94a", "#f3c468", "#fae0a0", "#fdf0cf"], 0, 700)
    c.glow(1180, 520, 560, "#fff8dc", 0.9)
    hills(c, 600, 70, "#d3a560", length=900)
    treeline(c, 660, 46, "#b58a4f", right=520)
    brick, dark = "#8d4433", "#6d3329"
    chimney(c, 560, 700, 560, "#7d3b2e", "#f0dcae")
    chimney(c, 990, 700, 480, "#7d3b2e", "#f0dcae")
    smoke(c, 560, 140, 62, "#fff6e0", drift=1.5)
    smoke(c, 990, 216, 54, "#fff6e0", drift=1.5)
    for left, top, right in ((430, 470, 760), (760, 400, 1080), (1080, 500, 1430)):
        c.rect(left, top, right, 740, brick)
        c.rect(left - 8, top - 16, right + 8, top + 8, dark)
        columns = round((right - left) / 46)
        windows(
            c,
            (left + 14, top + 26, right - 14, 730),
            (columns, 4 if top < 450 else 3),
            House(brick, dark, "#4a2a2a", "#ffdf8f", 0.45),
        )
    for step in range(4):
        x = 130 + step * 78
        c.polygon(
            [(x, 740), (x, 610), (x + 78, 560), (x + 78, 740)],
            mix(brick, "#3a2420", 0.2 + 0.05 * step),
        )
        c.polygon([(x + 62, 572), (x + 78, 560), (x + 78, 700), (x + 62, 700)], "#f6d98a")
    c.rect(700, 330, 820, 410, dark)
    c.polygon([(690, 334), (760, 270), (830, 334)], "#54282a")
    c.disc(760, 368, 24, "#f7ecd0")
    c.line([(760, 368), (760, 352)], "#2d1d1d", 3)
    c.line([(760, 368), (772, 374)], "#2d1d1d", 3)
    c.rect(0, 732, WIDTH, 762, "#5d4534")
    c.mirror(762, "#a4743c", 0.3)
    c.ripples(772, HEIGHT, ["#fbe3a6", "#8a5c33", "#d6a254", "#6d432c"], 140)


def paper_machine(c: Canvas) -> None:
    c.gradient(["#1d2b38", "#2a3f4f", "#3a5564"], 0, HEIGHT)
    for x in range(0, WIDTH, 200):
        c.rect(x, 0, x + 14, 700, "#22343f")
        c.polygon([(x - 90, 40), (x + 110, 40), (x + 70, 0), (x - 50, 0)], "#15212b")
        c.shade([(x - 60, 46), (x + 80, 46), (x + 210, 620), (x - 190, 620)], "#fff3cf", 0.07)
    c.polygon([(0, 800), (WIDTH, 690), (WIDTH, HEIGHT), (0, HEIGHT)], "#26343c")
    sheet = "#f6f1e2"
    for index in range(7):
        x, r = 1480 - index * 170, 84 + index * 12
        y = 300 + index * 22 + (0 if index % 2 else 150)
        c.disc(x, y, r, "#7c8f99")
        c.disc(x, y, r - 8, "#a9bac1")
        c.disc(x - r * 0.22, y - r * 0.25, r * 0.55, "#c5d2d6")
        c.disc(x, y, 18, "#42535c")
    path: list[Point] = [(1620, 250)]
    for index in range(7):
        x, r = 1480 - index * 170, 84 + index * 12
        y = 300 + index * 22 + (0 if index % 2 else 150)
        edge = y + (r if index % 2 == 0 else -r)
        path += [(x + r * 0.5, edge), (x - r * 0.5, edge)]
    c.line([*path, (300, 470), (250, 560)], sheet, 13)
    c.ellipse(330, 740, 250, 250, "#d9d1ba")
    for radius in range(236, 40, -16):
        c.disc(330, 740, radius, "#f6f1e2" if radius % 32 else "#e6dec8")
    c.disc(330, 740, 40, "#42535c")
    c.polygon([(548, 620), (470, 470), (300, 490), (240, 520), (330, 500), (470, 530)], sheet)
    c.rect(0, 960, WIDTH, 1000, "#d9a53c")
    for x in range(-40, WIDTH, 90):
        c.polygon([(x, 1000), (x + 40, 1000), (x + 80, 960), (x + 40, 960)], "#2a2a2c")
    for x, base, tall, coat in ((760, 960, 250, "#3f6f8a"), (1180, 940, 210, "#d9852f")):
        passer_by(c, x, base, tall, coat)
        c.ellipse(x, base - tall * 0.965, tall * 0.075, tall * 0.04, "#f0c63f")


def heat_pipes(c: Canvas) -> None:
    c.gradient(["#8fa6bd", "#c3cfd8", "#efe6dc"], 0, 620)
    skyline(c, 600, 250, House("#8f9fb0", "#f3f5f6", "#7d8ea0", "#ffd98f", 0.4))
    c.rect(0, 596, WIDTH, 640, "#f4f6f7")
    c.gradient(["#7f9bb0", "#58778f"], 640, HEIGHT)
    c.ripples(660, 1040, ["#a9c0cf", "#6d8aa0", "#c9d8e0"], 70)
    for x in (240, 800, 1360):
        c.rect(x - 30, 620, x + 30, 960, "#6d5a50")
        c.rect(x - 44, 600, x + 44, 640, "#8a746a")
        c.ellipse(x, 960, 60, 12, "#e6edf0")
    for y, r in ((560, 46), (440, 46)):
        body = "#b9c2c9"
        c.rect(-20, y - r, WIDTH + 20, y + r, body)
        c.rect(-20, y - r * 0.62, WIDTH + 20, y - r * 0.2, "#e4e9ec")
        c.rect(-20, y + r * 0.45, WIDTH + 20, y + r, "#8d98a3")
        c.shape(
            [(x, y - r - 7 + 5 * math.sin(x / 60)) for x in range(-40, WIDTH + 80, 80)]
            + [(WIDTH + 40, y - r + 4), (-40, y - r + 4)],
            "#ffffff",
        )
        for x in range(100, WIDTH, 240):
            c.rect(x, y - r - 8, x + 26, y + r + 8, "#9aa5ae", 3)
    c.rect(1000, 380, 1140, 620, "#c9473f", 10)
    c.disc(1070, 440, 46, "#f3efe2")
    c.line([(1070, 440), (1096, 414)], "#c9473f", 6)
    c.ring(1070, 550, 36, 12, "#7a2a2a")
    smoke(c, 1074, 370, 70, "#ffffff", drift=0.5)
    c.shape([(-60, 880), (300, 850), (700, 905), (1000, 1100), (-60, 1100)], "#f7f9fa")
    c.shape([(1000, 1100), (1200, 950), (1660, 880), (1660, 1100)], "#e9eff2")
    for _ in range(170):
        c.disc(
            c.dice.between(0, WIDTH), c.dice.between(0, HEIGHT), c.dice.between(1.5, 4), "#ffffff"
        )
    passer_by(c, 330, 985, 220, "#b5443f")


def _crates(c: Canvas, left: float, base: float, columns: int, size: float) -> None:
    for column in range(columns):
        x = left + column * size * 1.06
        fill = c.dice.choice(FRUIT)
        for row in range(2):
            for item in range(5):
                c.disc(
                    x + size * (0.12 + 0.19 * item),
                    base - size * (0.34 + 0.13 * row),
                    size * 0.115,
                    mix(fill, "#ffffff", 0.12 * row),
                )
        c.rect(x, base - size * 0.34, x + size, base, "#a8763f", 3)
        for slat in (0.1, 0.22):
            c.rect(x, base - size * slat, x + size, base - size * slat + 3, "#7d5429")


def _iron_roof(c: Canvas, iron: str) -> None:
    for step in range(15):
        x = 800 + (step - 7) * 130
        c.line([(800 + (step - 7) * 50, 0), (x, 330)], "#9cc0c2", 5)
    for radius in (900, 700, 520, 370):
        arch = [
            (800 + radius * math.cos(t / 20), 560 - radius * 0.62 * math.sin(t / 20))
            for t in range(64)
        ]
        c.line(arch, mix(iron, "#e4ecdf", (900 - radius) / 1100), 20 * radius / 900)
    for side in (-1, 1):
        for x in (370, 520, 700):
            c.rect(800 + side * x - 9, 420, 800 + side * x + 9, 760, iron)


def saltgate_market(c: Canvas) -> None:
    c.gradient(["#bcd8de", "#e4ecdf", "#f3e6c6"], 0, 660)
    iron = "#3f6a62"
    _iron_roof(c, iron)
    c.glow(800, 470, 520, "#fffbe6", 0.7)
    c.rect(0, 640, WIDTH, HEIGHT, "#c9b28a")
    for scale, y in ((0.5, 560), (0.72, 620)):
        for side in (-1, 1):
            for place in range(2):
                x = 800 + side * (150 + 270 * place) * scale * 1.5 - 110 * scale
                awning(
                    c,
                    x,
                    y - 90 * scale,
                    230 * scale,
                    ["#c9503f", "#f4ead2"] if place else ["#3f7f7a", "#f4ead2"],
                    drop=60 * scale,
                )
                _crates(c, x, y + 110 * scale, 4, 56 * scale)
    for x, base, tall, coat in (
        (700, 830, 210, "#5d6f92"),
        (790, 800, 185, "#b5623f"),
        (880, 850, 225, "#4f7a5d"),
        (950, 815, 196, "#8a5f7d"),
    ):
        passer_by(c, x, base, tall, coat)
    for left, colours in ((-60, ["#c9503f", "#f7eed8"]), (1130, ["#e0a63f", "#f7eed8"])):
        for post in (30, 500):
            c.rect(left + post, 560, left + post + 14, 1000, "#6d4f35")
        c.rect(left + 20, 890, left + 530, HEIGHT, "#8a5f3c")
        _crates(c, left + 34, 896, 4, 116)
        _crates(c, left + 60, 840, 3, 116)
        stander(
            c,
            left + 410,
            900,
            300,
            "#f0ead8",
            skin="#a96f48" if left < 0 else "#e8b48c",
            hair="#2a1c16",
        )
        awning(c, left, 520, 540, colours, drop=96)
    passer_by(c, 620, 1010, 330, "#c98f3c")
    c.polygon([(672, 850), (742, 850), (732, 920), (682, 920)], "#7d5429")


def _depot_hall(c: Canvas) -> None:
    for x in range(9):
        c.polygon(
            [
                (x * 200, 0),
                (x * 200 + 90, 0),
                (800 + (x - 4) * 70 + 20, 300),
                (800 + (x - 4) * 70, 300),
            ],
            "#f7f2e0",
        )
    c.rect(430, 300, 1170, 640, "#dccfae")
    c.rect(470, 330, 1130, 640, "#c3b48f")
    for x in (600, 800, 1000):
        tram_front(c, x, 660, 130, "#5d7a78", "#2a3c3c")
        c.rect(x - 70, 506, x + 70, 610, "#cbc3ae", 12)
    c.polygon([(0, HEIGHT), (430, 640), (1170, 640), (WIDTH, HEIGHT)], "#a5967a")
    for rail in (-250, -150, 150, 250):
        c.polygon(
            [
                (800 + rail, 640),
                (800 + rail + 5, 640),
                (800 + rail * 2.5 + 20, HEIGHT),
                (800 + rail * 2.5 - 4, HEIGHT),
            ],
            "#5d564a",
        )
    for side in (-1, 1):
        c.polygon(
            [
                (800 + side * 370, 300),
                (800 + side * 900, 60),
                (800 + side * 900, 1000),
                (800 + side * 370, 640),
            ],
            "#b5a582",
        )
        for step in range(3):
            x = 800 + side * (440 + step * 150)
            c.rect(x - 26, 350 - step * 46, x + 26, 470 - step * 20, "#f2ead0", 4)


def depot_stalls(c: Canvas) -> None:
    c.gradient(["#d3cbb6", "#eae2cb", "#b5a582"], 0, HEIGHT)
    _depot_hall(c)
    palettes = (
        ["#c9503f", "#f7eed8"],
        ["#3f7f8a", "#f7eed8"],
        ["#e0a63f", "#f7eed8"],
        ["#6f8f4a", "#f7eed8"],
    )
    for index, (x, base, size) in enumerate(
        ((250, 800, 0.8), (1060, 800, 0.8), (-30, 960, 1.15), (1170, 960, 1.15))
    ):
        for post in (16, 380):
            c.rect(x + post * size, base - 260 * size, x + (post + 10) * size, base, "#6d4f35")
        stander(c, x + 210 * size, base - 10, 230 * size, "#f0ead8", skin="#d9a077", hair="#3a2a20")
        c.rect(x + 10 * size, base - 84 * size, x + 396 * size, base + 20 * size, "#8a5f3c")
        _crates(c, x + 18 * size, base - 80 * size, 4, 88 * size)
        awning(c, x, base - 330 * size, 400 * size, palettes[index], drop=74 * size)
    c.rect(760, 120, 840, 132, "#d98a2b")
    c.line([(800, 0), (800, 190)], "#54524f", 4)
    c.shape(
        [(770, 250), (780, 200), (800, 186), (820, 200), (830, 250), (842, 262), (758, 262)],
        "#c9963a",
    )
    passer_by(c, 720, 930, 250, "#5d6f92")
    passer_by(c, 850, 960, 270, "#a5523f")


def bakery_oven(c: Canvas) -> None:
    c.gradient(["#2a1a17", "#3a231c", "#2a1814"], 0, HEIGHT)
    for row in range(15):
        for column in range(-1, 15):
            x = column * 120 + (60 if row % 2 else 0)
            c.rect(
                x,
                row * 62,
                x + 115,
                row * 62 + 57,
                c.dice.choice(["#5d3429", "#693b2c", "#54302a", "#623829"]),
            )
    c.haze("#120a0a", 0, 930, 0.55, "up")
    for radius, fill in ((330, "#7d4a33"), (290, "#99603f")):
        c.disc(560, 520, radius, fill)
        c.rect(560 - radius, 520, 560 + radius, 720, fill)
    c.disc(560, 520, 240, "#ff9a3c")
    c.gradient(["#ff9a3c", "#ffc04f", "#ffdf86"], 520, 720, 320, 800)
    c.glow(560, 640, 330, "#fff3b8", 0.9)
    for x in (400, 470, 540, 620, 700):
        c.shape([(x - 46, 712), (x - 38, 676), (x, 658), (x + 38, 676), (x + 46, 712)], "#8a4a20")
        c.line([(x - 20, 684), (x + 14, 676)], "#e0a05a", 4)
    c.rect(200, 716, 920, 760, "#b0724a", 6)
    c.glow(560, 600, 780, "#ff8a2b", 0.42)
    c.rect(0, 930, WIDTH, HEIGHT, "#3a261e")
    c.shade([(320, 930), (800, 930), (1080, HEIGHT), (60, HEIGHT)], "#ff9a3c", 0.3)
    stander(c, 1090, 1010, 600, "#1a100e")
    c.line([(1030, 600), (930, 690), (860, 700)], "#1a100e", 40)
    c.line([(1240, 760), (700, 706)], "#c98f52", 14)
    c.polygon([(600, 690), (740, 700), (740, 718), (600, 712)], "#c98f52")
    c.rect(1036, 408, 1144, 446, "#f2e6cf", 8)
    c.shape([(1040, 420), (1034, 360), (1090, 336), (1146, 360), (1140, 420)], "#f2e6cf")
    c.rect(1290, 600, 1310, 960, "#4a2f22")
    for shelf in range(4):
        y = 500 + shelf * 120
        c.rect(1250, y, WIDTH, y + 14, "#6d4630")
        for x in range(1270, WIDTH, 84):
            c.shape(
                [(x, y), (x + 6, y - 34), (x + 38, y - 50), (x + 70, y - 34), (x + 76, y)],
                c.dice.choice(["#b5702f", "#9a5a24", "#c98542"]),
            )
            c.line([(x + 22, y - 34), (x + 54, y - 40)], "#f0cf9a", 3)


def cost_lantern(c: Canvas) -> None:
    c.gradient(["#132a45", "#1c3c5e", "#28507a"], 0, HEIGHT)
    for y in range(220, 900, 136):
        c.rect(120, y, 1480, y + 2, "#35608a")
    heights = (190, 250, 330, 365, 470, 620)
    for index, tall in enumerate(heights):
        x = 700 + index * 128
        fill = mix("#5e94b8", "#ffcf5f", index / 5)
        c.rect(x, 900 - tall, x + 92, 900, fill, 4)
        c.rect(x + 66, 900 - tall, x + 92, 900, mix(fill, "#0f2036", 0.25), 4)
        c.glow(x + 46, 900 - tall, 100, fill, 0.25)
    c.rect(120, 898, 1480, 906, "#cfe0ea")
    c.glow(390, 560, 560, "#ffdf86", 0.65)
    metal = "#0b1726"
    c.curve([(300, 330), (300, 190), (390, 150), (480, 190), (480, 330)], metal, 12)
    c.polygon([(270, 360), (330, 280), (450, 280), (510, 360)], metal)
    c.rect(290, 356, 490, 790, "#ffe9a8")
    c.gradient(["#ffd978", "#fff6d0", "#ffd978"], 360, 790, 296, 484)
    c.shape([(390, 470), (436, 590), (420, 680), (390, 700), (360, 680), (344, 590)], "#ff9d3c")
    c.shape([(390, 560), (412, 630), (390, 690), (368, 630)], "#fff8df")
    for x in (286, 384, 482):
        c.rect(x, 352, x + 12, 800, metal)
    c.rect(262, 790, 518, 838, metal, 6)
    c.rect(240, 838, 540, 900, metal, 6)
    c.disc(390, 262, 26, metal)
    c.line(
        [(746, 690), (874, 628), (1002, 548), (1130, 512), (1258, 408), (1386, 258)], "#fff3cf", 6
    )
    for x, y in ((746, 690), (874, 628), (1002, 548), (1130, 512), (1258, 408), (1386, 258)):
        c.disc(x, y, 13, "#fff3cf")
        c.disc(x, y, 7, "#1c3c5e")
