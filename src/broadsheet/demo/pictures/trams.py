"""Pictures of trams, from outside, inside and the cab."""

from __future__ import annotations

from broadsheet.demo.pictures.canvas import HEIGHT, WIDTH, Canvas
from broadsheet.demo.pictures.colours import mix
from broadsheet.demo.pictures.folk import bust, stander
from broadsheet.demo.pictures.nature import hills, moon
from broadsheet.demo.pictures.town import (
    House,
    lamp,
    skyline,
    spire,
    tram_front,
    tram_side,
)


def night_tram(c: Canvas) -> None:
    c.gradient(["#0b1230", "#182350", "#2f3a70", "#4b4a80"], 0, 720)
    for _ in range(130):
        c.disc(
            c.dice.between(0, WIDTH), c.dice.between(0, 460), c.dice.between(0.6, 1.9), "#c9d2f2"
        )
    moon(c, 1240, 210, 92)
    hills(c, 600, 80, "#222c5c", length=760)
    skyline(c, 700, 210, House("#161d44", "#11173a", "#1d2550", "#f5c76a", 0.16))
    spire(c, 300, 700, 330, "#11173a")
    tram_side(c, 250, 752, 1060, "#a8323a", "#ffe6a1")
    for x in (378, 585, 700, 930, 1155):
        bust(c, x, 668, 62, "#6b3a35")
    c.gradient(["#0d1230", "#0a0e26"], 742, 800)
    for x in range(-40, WIDTH, 92):
        c.rect(x, 800, x + 10, 880, "#0a0e26")
    c.rect(0, 790, WIDTH, 806, "#0a0e26")
    c.line([(0, 486), (WIDTH, 470)], "#0a0e26", 3)
    for x in (140, 1440):
        lamp(c, x, 746, 330, "#0a0e26", "#ffdd8f")
    c.glow(780, 720, 620, "#ffd987", 0.28)
    c.mirror(880, "#0d1638", 0.25)
    c.ripples(884, HEIGHT, ["#f3c871", "#2a3874", "#0a1030", "#c98f58"], 120)


def tram_depot(c: Canvas) -> None:
    c.gradient(["#c8b590", "#e9dcb9", "#b09872"], 0, 780)
    for x in range(17):
        c.polygon(
            [(800, 330), (x * 100 - 6, 0), (x * 100 + 30, 0)], "#f7efd4" if x % 2 else "#dfcda2"
        )
    for scale in (1.0, 0.72, 0.5, 0.34):
        w, top = 860 * scale, 330 - 330 * scale
        arch = [
            (800 - w, 900),
            (800 - w, top + 190 * scale),
            (800 - w * 0.55, top + 30 * scale),
            (800, top - 12 * scale),
            (800 + w * 0.55, top + 30 * scale),
            (800 + w, top + 190 * scale),
            (800 + w, 900),
        ]
        c.curve(arch, mix("#3c4a45", "#c8b590", (1 - scale) * 0.8), 22 * scale)
    c.polygon([(0, 1067), (0, 800), (610, 620), (990, 620), (1600, 800), (1600, 1067)], "#8d7b5f")
    c.rect(560, 330, 1040, 640, "#fff6d9")
    c.glow(800, 470, 520, "#fff6d9", 0.9)
    for side in (-1, 1):
        c.polygon(
            [
                (800 + side * 900, 170),
                (800 + side * 290, 380),
                (800 + side * 290, 640),
                (800 + side * 900, 860),
            ],
            "#6f6350",
        )
        for step in range(5):
            x = 800 + side * (330 + step * 110)
            c.rect(x - 22, 420 - step * 38, x + 22, 540 + step * 6, "#d9c798", 4)
    for rail in (-1, 1):
        c.polygon(
            [
                (800 + rail * 150, 640),
                (800 + rail * 156, 640),
                (800 + rail * 330, 1067),
                (800 + rail * 300, 1067),
            ],
            "#4b443a",
        )
    for x, base, width in ((418, 790, 210), (1182, 790, 210)):
        tram_front(c, x, base, width, "#4e6b6a", "#20302f")
        c.rect(x - 112, base - 250, x + 112, base - 70, "#b9b09a", 16)
    c.ellipse(800, 972, 300, 26, "#5d513f")
    tram_front(c, 800, 965, 470, "#b5342f", "#28343d")
    for side in (-1, 1):
        c.glow(800 + side * 155, 820, 140, "#fff2c4", 0.75)
    stander(c, 1240, 985, 250, "#2f4858", skin="#a96f48", hair="#1d1a1f")
    c.rect(1206, 800, 1272, 836, "#e9c94a")


def tram_cab(c: Canvas) -> None:
    c.gradient(["#101a3d", "#27356b", "#5a5f93", "#a0849a"], 0, 560)
    skyline(c, 560, 170, House("#1c2650", "#172047", "#232e5c", "#f2c66e", 0.2))
    c.gradient(["#323a63", "#171c38"], 556, HEIGHT)
    for rail in (-1, 1):
        for offset, width in ((60, 14), (300, 10)):
            c.polygon(
                [
                    (800 + rail * 3, 560),
                    (800 + rail * offset * 6 + rail * width * 2, HEIGHT),
                    (800 + rail * offset * 6 - rail * width * 2, HEIGHT),
                ],
                "#aab3d6" if offset == 60 else "#5a6490",
            )
    for step in range(1, 9):
        share = (step / 8) ** 2.2
        for side in (-1, 1):
            lamp(
                c,
                800 + side * (50 + 900 * share),
                570 + 330 * share,
                60 + 520 * share,
                "#0c1128",
                "#ffdc92",
            )
    c.glow(800, 640, 380, "#ffe7b0", 0.4)
    frame = "#0a0c18"
    c.polygon([(0, 0), (210, 0), (90, 800), (0, 860)], frame)
    c.polygon([(1600, 0), (1390, 0), (1510, 800), (1600, 860)], frame)
    c.rect(0, 0, WIDTH, 64, frame)
    c.shape(
        [(-60, 1100), (-60, 880), (400, 800), (800, 782), (1200, 800), (1660, 880), (1660, 1100)],
        frame,
    )
    c.shape([(260, 1100), (330, 880), (800, 840), (1270, 880), (1340, 1100)], "#171b2c")
    for x, fill in (
        (520, "#e3b341"),
        (600, "#5ea37a"),
        (680, "#c94f45"),
        (920, "#5ea37a"),
        (1000, "#e3b341"),
    ):
        c.glow(x, 910, 46, fill, 0.7)
        c.disc(x, 910, 13, fill)
    c.ring(800, 930, 62, 7, "#39415c")
    c.line([(800, 930), (838, 890)], "#f0e6c8", 5)


def tram_window(c: Canvas) -> None:
    c.gradient(["#0f1733", "#1b2850", "#2b2f52"], 0, HEIGHT)
    for _ in range(46):
        x, y = c.dice.between(0, WIDTH), c.dice.between(150, 800)
        c.glow(
            x,
            y,
            c.dice.between(40, 150),
            c.dice.choice(["#ffce73", "#ff9d6b", "#8fb7e8", "#f5e2b0"]),
            0.6,
        )
    for _ in range(30):
        y = c.dice.between(200, 760)
        c.ellipse(
            c.dice.between(0, WIDTH),
            y,
            c.dice.between(60, 240),
            3,
            c.dice.choice(["#ffd891", "#9fb8e0", "#ff9d6b"]),
        )
    for x, size, fill in ((520, 500, "#0b0f20"), (1090, 470, "#0d1226")):
        bust(c, x, 900, size, fill)
    c.ellipse(1130, 512, 104, 40, "#0d1226")
    c.ellipse(1100, 470, 78, 62, "#0d1226")
    c.shape(
        [
            (430, 560),
            (446, 430),
            (520, 396),
            (600, 430),
            (622, 560),
            (640, 700),
            (560, 640),
            (440, 690),
        ],
        "#0b0f20",
    )
    frame = "#7a2a2c"
    c.rect(0, 0, WIDTH, 96, frame)
    c.rect(0, 870, WIDTH, HEIGHT, frame)
    c.rect(0, 890, WIDTH, 916, "#f0dfb8")
    for x in (-40, 772, 1560):
        c.rect(x, 0, x + 84, HEIGHT, mix(frame, "#000000", 0.12))
    for x in (44, 856):
        c.ring(x + 358, 482, 0, 0, frame)
        c.shade([(x + 60, 96), (x + 260, 96), (x + 60, 870), (x - 60, 870)], "#ffffff", 0.06)
    c.haze("#000000", 820, HEIGHT, 0.3)
