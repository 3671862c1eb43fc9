"""Pictures of the marsh, its herons and the meadows."""

from __future__ import annotations

from broadsheet.demo.pictures.canvas import HEIGHT, WIDTH, Canvas
from broadsheet.demo.pictures.colours import mix
from broadsheet.demo.pictures.folk import stander
from broadsheet.demo.pictures.nature import (
    bare_tree,
    flying_heron,
    heron,
    hills,
    poplar,
    reeds,
    round_tree,
    treeline,
)


def eastmarsh_dawn(c: Canvas) -> None:
    c.gradient(["#7d93b8", "#c3b6cf", "#f6cdbf", "#fde7c4"], 0, 620)
    c.glow(520, 520, 520, "#fff0c4", 0.85)
    c.disc(520, 500, 62, "#fffbe6")
    for y, fill, size in ((480, "#b7abc9", 80), (545, "#9a93b8", 60)):
        hills(c, y, size, fill, length=640)
        c.haze("#fbe3cf", y - 10, y + 110, 0.75)
    treeline(c, 640, 44, "#7c7b9f")
    c.gradient(["#f3d9c6", "#b9b6c8", "#6f7f94"], 640, HEIGHT)
    c.ellipse(520, 668, 250, 12, "#fff3d8")
    banks = [
        [(-40, 700), (320, 690), (700, 715), (520, 742), (150, 748), (-40, 760)],
        [(1640, 730), (1180, 722), (860, 752), (1100, 790), (1640, 806)],
        [(-40, 830), (420, 812), (880, 850), (640, 905), (200, 918), (-40, 960)],
        [(1640, 900), (1300, 884), (1010, 934), (1180, 1010), (1640, 1090)],
    ]
    for bank, fill in zip(banks, ("#8a87a3", "#77788f", "#57607a", "#414c63"), strict=True):
        c.shape(bank, fill)
    for x, y, size, fill in (
        (250, 735, 46, "#6b6c8b"),
        (1290, 770, 60, "#555b76"),
        (140, 890, 92, "#353d52"),
    ):
        bare_tree(c, x, y, size, fill)
    c.haze("#fbe6d4", 630, 800, 0.55, "both")
    reeds(c, 1120, 1600, 1080, 190, ["#2e3648", "#3a4357", "#4b5263"], 70)
    reeds(c, -10, 330, 1080, 150, ["#2e3648", "#3a4357"], 40)
    for x, y, span in ((980, 300, 74), (1090, 262, 60), (1180, 318, 54)):
        flying_heron(c, x, y, span, "#6d6f92", lift=c.dice.between(-0.4, 1))


def heron_reeds(c: Canvas) -> None:
    c.gradient(["#dfe6c9", "#bccfae", "#8fb09a"], 0, 700)
    c.glow(1120, 210, 620, "#fffbe0", 0.75)
    treeline(c, 560, 70, "#9dbb9f")
    treeline(c, 610, 60, "#7fa48c")
    reeds(c, 0, WIDTH, 660, 200, ["#8cab7a", "#a3b878", "#7a9c74"], 170)
    c.haze("#e9f0d4", 480, 690, 0.5, "both")
    heron(c, 640, 700, 500, ("#8f9cab", "#3c4658", "#e6a63a"))
    c.mirror(700, "#5d8a80", 0.35)
    c.ripples(712, HEIGHT, ["#cfe0bd", "#4d786f", "#86ab95"], 90)
    for radius in (60, 104):
        c.ellipse(642, 706, radius, radius * 0.09, "#a9c5ad")
        c.ellipse(642, 706, radius - 5, radius * 0.09 - 2, "#7da594")
    c.line([(640, 640), (638, 712)], "#3c4658", 6)
    reeds(c, 1040, 1640, 1090, 620, ["#2f5a4e", "#47704f", "#6a8a4a"], 70)
    reeds(c, -30, 260, 1090, 420, ["#2f5a4e", "#3d664f", "#6a8a4a"], 40)


def heron_flight(c: Canvas) -> None:
    c.gradient(["#3a2a4d", "#8a3f55", "#dd6b45", "#f7a94f", "#fdd98a"], 0, 860)
    c.glow(430, 760, 560, "#ffe39a", 0.8)
    c.disc(430, 742, 84, "#fff0b8")
    for y, shade in ((180, "#7c3b55"), (300, "#a94c50"), (420, "#cf6148")):
        for _ in range(3):
            x = c.dice.between(0, WIDTH)
            c.ellipse(
                x,
                y + c.dice.between(-30, 40),
                c.dice.between(200, 420),
                c.dice.between(6, 15),
                shade,
            )
    hills(c, 830, 50, "#8c3c46", length=800)
    treeline(c, 900, 54, "#4d2438")
    for x in (180, 1130, 1380):
        bare_tree(c, x, 940, 96, "#2c1628")
    c.gradient(["#3a1a2e", "#1d0f1c"], 930, HEIGHT)
    for x, y, span, up in ((760, 330, 330, 0.95), (1090, 500, 250, -0.55), (1340, 300, 190, 0.6)):
        flying_heron(c, x, y, span, "#22142a", lift=up)


def water_meadow(c: Canvas) -> None:
    c.gradient(["#89b8d8", "#c7dde0", "#f7ecd0"], 0, 470)
    c.glow(1250, 330, 420, "#fff6d6", 0.7)
    hills(c, 420, 90, "#9fb4c2", length=800)
    hills(c, 460, 50, "#8aa79a", length=600)
    c.gradient(["#a8bd7a", "#c9c26f", "#8fa653", "#6e8f47"], 480, HEIGHT)
    for top, bottom, fill in ((520, 548, "#d9cd7f"), (590, 632, "#b5b85f"), (690, 760, "#d3c168")):
        c.shape(
            [
                (-50, top),
                (500, top - 12),
                (1100, top + 14),
                (1650, top - 4),
                (1650, bottom),
                (900, bottom + 10),
                (300, bottom - 6),
                (-50, bottom),
            ],
            fill,
        )
    left = [
        (1130, 486),
        (1010, 510),
        (1150, 545),
        (860, 590),
        (620, 640),
        (900, 700),
        (1040, 770),
        (620, 860),
        (180, 950),
        (60, 1090),
    ]
    right = [
        (760, 1090),
        (820, 990),
        (1180, 880),
        (1340, 780),
        (1180, 690),
        (860, 645),
        (1000, 600),
        (1230, 548),
        (1050, 510),
        (1150, 486),
    ]
    c.shape([*left, *right], "#9fc7d6")
    c.shape([(x + (8 if x < 1100 else -8), y + 6) for x, y in [*left, *right]], "#b9d9e0")
    for x, y, size in ((240, 590, 150), (330, 600, 120), (1400, 640, 190), (1490, 655, 150)):
        poplar(c, x, y, size * 1.5, mix("#4f7a4a", "#c9c26f", 0.15))
    for x, y, size in ((560, 545, 60), (1290, 556, 64), (90, 720, 170), (1480, 860, 260)):
        round_tree(c, x, y, size, "#5c8550", "#57432f")
    for _ in range(240):
        tx, ty = c.dice.between(0, WIDTH), c.dice.between(930, 1067)
        c.line(
            [(tx, ty), (tx + c.dice.between(-8, 8), ty - c.dice.between(12, 44))],
            c.dice.choice(["#55773a", "#7d9a48", "#a9b658"]),
            2,
        )


def eastmarsh_embankment(c: Canvas) -> None:
    c.gradient(["#b9c7cd", "#d9d8cd", "#f0e4cb"], 0, 600)
    c.glow(300, 430, 420, "#fff4d6", 0.8)
    hills(c, 520, 40, "#a9b3ae", length=900)
    treeline(c, 580, 40, "#8c9a8c")
    c.gradient(["#b4ac7c", "#9a9a63", "#6d7a4d"], 580, HEIGHT)
    for _ in range(26):
        x, y = c.dice.between(-50, WIDTH), c.dice.between(610, 1040)
        w = (y - 540) * c.dice.between(0.35, 0.8)
        c.ellipse(x, y, w, w * 0.09, c.dice.choice(["#cfd6cf", "#bac7c4", "#aebcb6"]))
    c.polygon([(1640, 560), (960, 640), (1010, 690), (1640, 880)], "#7b6a4e")
    c.polygon([(1640, 540), (960, 630), (1640, 700)], "#a58e68")
    c.polygon([(1640, 640), (960, 634), (1640, 770)], "#8f7a57")
    for y in (596, 640):
        c.line([(1640, y - 20), (980, 632)], "#55483a", 4)
    for step in range(9):
        x = 930 - step * 92
        low = 690 + step * 26
        c.rect(x - 8 - step, 560 - step * 4, x + 8 + step, low, "#6d6a66")
        c.rect(x + 2, 560 - step * 4, x + 8 + step, low, "#54524f")
        c.ellipse(x, low, 26 + step * 4, 6 + step * 0.7, "#8f9a86")
    steel = "#d98a2b"
    c.polygon([(640, 150), (664, 150), (672, 700), (632, 700)], steel)
    for y in range(160, 690, 44):
        c.line([(640, y), (668, y + 40), (636, y + 40)], "#a5641c", 4)
    c.polygon([(350, 196), (1180, 150), (1180, 166), (350, 222)], steel)
    c.line([(652, 84), (380, 196)], "#54524f", 3)
    c.line([(652, 84), (1130, 152)], "#54524f", 3)
    c.polygon([(630, 160), (652, 80), (676, 160)], steel)
    c.rect(360, 200, 430, 262, "#6b675f")
    c.line([(1080, 160), (1080, 400)], "#3f3d3a", 3)
    c.rect(1066, 400, 1094, 600, "#6d6a66")
    for x, coat in ((1210, "#e0b73c"), (1262, "#d9722e")):
        stander(c, x, 640, 74, coat)
    reeds(c, -20, 560, 1090, 250, ["#4d5a36", "#6d7440", "#8a8650"], 95)
    reeds(c, 1180, 1640, 1090, 150, ["#4d5a36", "#6d7440"], 45)
