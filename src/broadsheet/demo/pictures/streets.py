"""Pictures of streets, roofs and gardens, by day and by night."""

from __future__ import annotations

from broadsheet.demo.pictures.canvas import HEIGHT, WIDTH, Canvas
from broadsheet.demo.pictures.colours import mix
from broadsheet.demo.pictures.folk import cyclist, passer_by, stander
from broadsheet.demo.pictures.nature import cloud, hills, moon, round_tree
from broadsheet.demo.pictures.town import (
    House,
    lamp,
    skyline,
    terrace_house,
    windows,
)


def rooftops(c: Canvas) -> None:
    c.gradient(["#28406b", "#55699a", "#b78fa0", "#f0b998"], 0, 640)
    moon(c, 300, 170, 40)
    hills(c, 420, 130, "#51628f", length=900)
    rows = [
        (520, 210, "#5b6893"),
        (640, 240, "#4c5580"),
        (790, 290, "#3c436b"),
        (960, 340, "#2c3256"),
        (1180, 420, "#1f2442"),
    ]
    roofs = ["#a2574d", "#8a4a50", "#b56a4c", "#74445a"]
    for depth, (base, height, wall) in enumerate(rows):
        x = -60.0 - depth * 20
        while x < WIDTH + 40:
            w = (105 + 36 * depth) * c.dice.between(0.85, 1.2)
            h = height * c.dice.between(0.62, 1.0)
            roof = mix(c.dice.choice(roofs), wall, 0.55 - depth * 0.08)
            eaves = base - h * 0.62
            c.rect(x, eaves, x + w, base + 300, mix(wall, "#ffffff", c.dice.between(0, 0.08)))
            c.polygon([(x - 8, eaves + 4), (x + w * 0.5, base - h), (x + w + 8, eaves + 4)], roof)
            c.rect(
                x + w * 0.7,
                base - h * 0.98,
                x + w * 0.8,
                base - h * 0.7,
                mix(roof, "#000000", 0.15),
            )
            look = House(wall, roof, mix(wall, "#0b0f20", 0.35), "#ffd37a", 0.42)
            windows(c, (x + w * 0.1, eaves + 12, x + w * 0.9, eaves + h * 0.42), (3, 2), look)
            x += w + c.dice.between(-4, 10)
        c.haze("#9a7f9a", base - height, base, 0.16 * (4 - depth) / 4)


def boarded_terrace(c: Canvas) -> None:
    c.gradient(["#b9c4c9", "#d9d6cb", "#e8dcc6"], 0, 760)
    walls = ["#a4644f", "#96584a", "#8d6a5e", "#9c5c49", "#a8705a"]
    x = -120.0
    for index, wall in enumerate(walls):
        look = House(wall, "#4a4247", "#35424d", "#f2d894", 0 if index == 2 else 0.25, "#2f4a52")
        terrace_house(c, x, 880, 372, 760, look)
        for share in (0.03, 0.06, 0.33, 0.36, 0.39, 0.64, 0.67):
            for _ in range(5):
                bx = x + c.dice.between(8, 330)
                y = 318 + 562 * share
                c.rect(bx, y, bx + 26, y + 9, mix(wall, "#000000", c.dice.between(0.04, 0.14)))
        x += 370
    left, eaves = 620.0, 880 - 760 * 0.74
    for share in (0.1, 0.42, 0.7):
        for column in (0.16, 0.58):
            bx, by = left + 372 * column - 8, eaves + 562 * share - 8
            w, h = 372 * 0.26 + 16, 562 * (0.19 if share < 0.6 or column < 0.5 else 0.3) + 16
            c.rect(bx, by, bx + w, by + h, "#b48b57")
            for plank in range(1, 4):
                c.rect(bx, by + h * plank / 4, bx + w, by + h * plank / 4 + 3, "#8a6a40")
            c.line([(bx + 4, by + h - 4), (bx + w - 4, by + 4)], "#a07b4b", 12)
    for _ in range(30):
        gx = c.dice.between(630, 960)
        c.line(
            [(gx, 322), (gx + c.dice.between(-9, 9), 322 - c.dice.between(14, 44))], "#6f8a4c", 3
        )
    c.gradient(["#8e8a86", "#6f6d6d"], 880, HEIGHT)
    c.rect(0, 880, WIDTH, 902, "#a9a49c")
    for _ in range(40):
        gx = c.dice.between(600, 1010)
        c.line(
            [(gx, 886), (gx + c.dice.between(-10, 10), 886 - c.dice.between(10, 60))], "#64814a", 3
        )
    passer_by(c, 330, 985, 300, "#c79a3d")
    lamp(c, 1330, 905, 520, "#33363d", "#f4e7c5")


def street_trees(c: Canvas) -> None:
    c.gradient(["#f4e3b5", "#f8efd4", "#fdf6e4"], 0, 620)
    c.glow(800, 470, 560, "#fffdf0", 0.9)
    c.rect(0, 610, WIDTH, HEIGHT, "#d8c49c")
    for side in (-1, 1):
        for step in range(6):
            near = 1 - step / 6.5
            x0, x1 = 800 + side * (120 + 740 * near), 800 + side * (120 + 740 * (near - 0.14))
            top = 470 - 420 * near
            fill = ["#e6c79c", "#d9ab8a", "#efdcb6"][step % 3]
            c.polygon(
                [(x0, top), (x1, top + 52), (x1, 640 + 40 * near), (x0, 640 + 110 * near)], fill
            )
            for row in range(3):
                y = top + (640 - top) * (0.18 + 0.26 * row)
                w = (x1 - x0) * 0.28
                c.rect(
                    min(x0 + w, x0 + 2 * w), y, max(x0 + w, x0 + 2 * w), y + 66 * near, "#7d8f93"
                )
    c.polygon([(700, 620), (900, 620), (1900, HEIGHT), (-300, HEIGHT)], "#cdbb98")
    c.polygon([(760, 620), (840, 620), (1260, HEIGHT), (340, HEIGHT)], "#b7a684")
    for step in range(5, -1, -1):
        near = 1 - step / 6.2
        for side in (-1, 1):
            x, base, size = (
                800 + side * (70 + 560 * near**1.3),
                632 + 300 * near**1.5,
                120 + 640 * near**1.2,
            )
            c.ellipse(x - side * size * 0.18, base, size * 0.56, size * 0.06, "#8f8461")
            round_tree(c, x, base, size, mix("#5f9450", "#d9d79a", 0.45 * (1 - near)), "#5d4632")
    for x, base, tall, coat in (
        (700, 820, 150, "#c8503f"),
        (770, 822, 112, "#3f6f8a"),
        (930, 730, 86, "#7a5a86"),
    ):
        passer_by(c, x, base, tall, coat)


def couriers(c: Canvas) -> None:
    c.gradient(["#1d2746", "#31395f", "#4a4766"], 0, 700)
    x = -30.0
    for fill in ("#2a3156", "#353a62", "#2c2f52", "#3b3d66", "#2a3156"):
        c.rect(x, 60, x + 340, 720, fill)
        windows(
            c,
            (x + 30, 80, x + 310, 330),
            (4, 2),
            House(fill, fill, mix(fill, "#0a0d1d", 0.4), "#f1c46b", 0.3),
        )
        light = c.dice.choice(["#ffd98c", "#ffb877", "#f7e3ad"])
        c.rect(x + 34, 430, x + 306, 690, light, 6)
        c.rect(x + 34, 390, x + 306, 440, c.dice.choice(["#8d3b44", "#2f6a6e", "#7a5a2b"]), 4)
        for item in range(4):
            c.rect(
                x + 60 + item * 60,
                600 - c.dice.between(0, 70),
                x + 96 + item * 60,
                690,
                mix(light, "#7a4a2b", 0.5),
            )
        c.glow(x + 170, 640, 300, light, 0.35)
        x += 336
    c.gradient(["#2a2f4d", "#171b30"], 718, HEIGHT)
    for gx in range(140, WIDTH, 336):
        c.glow(gx, 790, 190, "#ffcf84", 0.3)
    for x, base, size, coat, box in (
        (330, 930, 330, "#3f7a78", "#d9573f"),
        (830, 960, 390, "#c9933a", "#d9573f"),
        (1330, 925, 320, "#6a5f9a", "#d9573f"),
    ):
        c.ellipse(x, base + 6, size * 0.62, 12, "#0e1122")
        c.shade(
            [
                (x + size * 0.42, base - size * 0.5),
                (x + size * 1.3, base - size * 0.2),
                (x + size * 1.3, base + 14),
            ],
            "#fff0c0",
            0.22,
        )
        cyclist(c, x, base, size, coat, box, "#0e1122")
    for _ in range(230):
        x, y = c.dice.between(-20, WIDTH), c.dice.between(-20, HEIGHT)
        c.line([(x, y), (x - 7, y + c.dice.between(18, 44))], "#8b95bb", 1)


def allotments(c: Canvas) -> None:
    c.gradient(["#86b9d9", "#cbe0e3", "#f5ecd3"], 0, 430)
    cloud(c, 220, 170, 330, "#eef3ef")
    cloud(c, 1050, 110, 420, "#f3f5ef")
    skyline(c, 430, 120, House("#b4bfc2", "#a39a97", "#9fabaf", "#e9dcb7", 0.2))
    c.gradient(["#93a95c", "#7c9248"], 428, HEIGHT)
    soils = ["#7a5a3c", "#8a6846", "#6d4f35"]
    greens = ["#5f9447", "#8ab04e", "#3f7a4a", "#b5b84f"]
    for strip in range(7):
        near, far = -300 + strip * 320, 420 + strip * 110
        c.polygon(
            [(far, 452), (far + 92, 452), (near + 276, HEIGHT), (near, HEIGHT)], soils[strip % 3]
        )
        for row in range(17):
            share = (row / 16) ** 1.7
            y = 462 + 590 * share
            left, width = far + (near - far) * share, 92 + 184 * share
            for plant in range(4):
                r = 6 + 26 * share
                c.ellipse(
                    left + width * (plant + 0.5) / 4, y, r, r * 0.75, greens[(strip + row // 6) % 4]
                )
    for x, base, size, wall in (
        (180, 640, 190, "#c9573f"),
        (1390, 600, 160, "#3f7f8a"),
        (760, 520, 96, "#e0b24c"),
        (1080, 740, 230, "#7a9a6a"),
    ):
        c.rect(x, base - size * 0.8, x + size, base, wall)
        c.polygon(
            [
                (x - size * 0.12, base - size * 0.76),
                (x + size * 0.5, base - size * 1.2),
                (x + size * 1.12, base - size * 0.76),
            ],
            mix(wall, "#2a2420", 0.55),
        )
        c.rect(x + size * 0.16, base - size * 0.6, x + size * 0.44, base, mix(wall, "#2a2420", 0.4))
        c.rect(x + size * 0.58, base - size * 0.6, x + size * 0.84, base - size * 0.34, "#e9f0ea")
    for x, base in ((520, 800), (600, 830), (690, 806), (420, 1000)):
        for lean in (-26, 0, 26):
            c.line([(x + lean, base), (x, base - 190)], "#5a4630", 4)
        c.ellipse(x, base - 80, 30, 66, "#4f8a4a")
    stander(c, 960, 930, 250, "#4a6a8f", skin="#e8b48c", hair="#8d8d92")
    c.ellipse(960, 702, 46, 11, "#d9bf7d")
    c.ellipse(960, 690, 25, 18, "#d9bf7d")
    c.line([(1002, 790), (1040, 960)], "#6b4c30", 6)
