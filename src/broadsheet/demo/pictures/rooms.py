"""Pictures of rooms: the council, schools, offices, wards and kitchens."""

from __future__ import annotations

import math

from broadsheet.demo.pictures.canvas import HEIGHT, WIDTH, Canvas
from broadsheet.demo.pictures.colours import mix
from broadsheet.demo.pictures.folk import bust, passer_by, stander
from broadsheet.demo.pictures.nature import bare_tree, moon
from broadsheet.demo.pictures.town import House, lamp, skyline, windows


def council_chamber(c: Canvas) -> None:
    c.gradient(["#5b3a2c", "#7a5038", "#8f6344"], 0, HEIGHT)
    for x in range(0, WIDTH, 160):
        c.rect(x + 8, 40, x + 152, 640, "#6b4632", 6)
        c.rect(x + 22, 60, x + 138, 620, "#7d543b", 4)
    for x, w, top in ((800, 190, 40), (470, 110, 120), (1130, 110, 120)):
        c.rect(x - w - 16, top + w, x + w + 16, 470, "#e5cfa3")
        c.disc(x, top + w, w + 16, "#e5cfa3")
        c.disc(x, top + w, w, "#bfdbe8")
        c.gradient(["#bfdbe8", "#e9efe0", "#fbf0cf"], top + w, 456, x - w, x + w)
        for share in (-0.5, 0, 0.5):
            c.rect(x + w * share * 1.3 - 4, top + 12, x + w * share * 1.3 + 4, 456, "#e5cfa3")
        c.rect(x - w, 330, x + w, 340, "#e5cfa3")
    c.shade([(640, 456), (960, 456), (1240, HEIGHT), (360, HEIGHT)], "#fff1c6", 0.22)
    c.rect(520, 500, 1080, 640, "#4a2d22", 8)
    c.rect(500, 488, 1100, 512, "#a8774e", 6)
    for x, size in ((610, 110), (740, 116), (800, 140), (870, 112), (990, 108)):
        bust(c, x, 492, size, mix("#24202a", "#6b2f33", 0.7 if size == 140 else 0.1))
    c.disc(800, 572, 42, "#d6a94f")
    c.disc(800, 572, 31, "#4a2d22")
    c.polygon([(800, 546), (822, 592), (778, 592)], "#d6a94f")
    for row in range(4):
        rx, ry, y = 540 + row * 190, 110 + row * 50, 690 + row * 92
        fill = mix("#8b3a35", "#4a1d20", row * 0.22)
        for seat in range(-4 - row, 5 + row):
            turn = seat / (5 + row) * 0.95
            place, head = 800 + rx * math.sin(turn), y - ry * (1 - math.cos(turn)) + 12
            if c.dice.happens(0.78):
                bust(
                    c,
                    place,
                    head,
                    92 + row * 26,
                    c.dice.choice(["#26283a", "#3a2f3a", "#2f4045", "#54352f"]),
                )
        band = [
            (800 + rx * math.sin(t / 20), y - ry * (1 - math.cos(t / 20))) for t in range(-24, 25)
        ]
        c.polygon([*band, *[(x, yy + 74 + row * 12) for x, yy in reversed(band)]], fill)
        c.line(band, "#c99661", 9)


def classroom(c: Canvas) -> None:
    c.gradient(["#f3e6c3", "#eed9a8"], 0, 640)
    c.polygon([(0, 640), (WIDTH, 640), (WIDTH, HEIGHT), (0, HEIGHT)], "#c89a63")
    for step in range(-8, 25):
        c.line([(800 + (step - 8) * 60, 640), (800 + (step - 8) * 260, HEIGHT)], "#b98a55", 3)
    c.rect(430, 110, 1170, 500, "#8a5c39", 6)
    c.rect(450, 130, 1150, 480, "#2f6a57")
    c.curve([(500, 220), (560, 190), (600, 240), (660, 200), (720, 230)], "#dfeee2", 5)
    for row, width in ((300, 330), (350, 260), (400, 300)):
        c.line([(500, row), (500 + width, row)], "#a9cdbb", 4)
    c.ring(980, 290, 92, 5, "#dfeee2")
    for turn in (-1.57, -0.3, 1.1, 2.4):
        c.line([(980, 290), (980 + 92 * math.cos(turn), 290 + 92 * math.sin(turn))], "#dfeee2", 4)
    for left, right in ((60, 350), (1250, 1540)):
        c.rect(left - 12, 80, right + 12, 520, "#fbf6e6")
        c.gradient(["#a5d2ea", "#dff0ea"], 92, 508, left, right)
        c.disc((left + right) / 2, 440, 66, "#7fae68")
        c.disc((left + right) / 2 + 80, 460, 46, "#6a9c5b")
        c.rect(left, 508, right, 530, "#fbf6e6")
        c.rect((left + right) / 2 - 5, 92, (left + right) / 2 + 5, 508, "#fbf6e6")
    c.shade([(1250, 92), (1540, 92), (1180, HEIGHT), (560, HEIGHT)], "#fff8d8", 0.3)
    coats = ["#c9503f", "#3f7a8f", "#e0a63f", "#6a8f4f", "#8a5f92"]
    for row in range(3):
        scale, base = 0.72 + row * 0.34, 720 + row * 130
        for column in range(-2, 3):
            x = 800 + column * 300 * scale
            w = 92 * scale
            c.rect(x - w * 0.9, base + 34 * scale, x - w * 0.78, base + 130 * scale, "#5d6a70")
            c.rect(x + w * 0.78, base + 34 * scale, x + w * 0.9, base + 130 * scale, "#5d6a70")
            c.rect(x - w, base, x + w, base + 34 * scale, "#e6bd7e", 6)
            c.rect(x - w * 0.5, base - 10 * scale, x + w * 0.2, base, c.dice.choice(coats), 2)
            c.rect(
                x - w * 0.5,
                base + 56 * scale,
                x + w * 0.5,
                base + 128 * scale,
                c.dice.choice(coats),
                10,
            )
            c.rect(x - w * 0.42, base + 128 * scale, x - w * 0.34, base + 190 * scale, "#5d6a70")
            c.rect(x + w * 0.34, base + 128 * scale, x + w * 0.42, base + 190 * scale, "#5d6a70")


def paper_stacks(c: Canvas) -> None:
    c.gradient(["#20303a", "#2d4350", "#3a5260"], 0, 760)
    c.glow(1150, 330, 620, "#ffdf9a", 0.75)
    c.rect(0, 760, WIDTH, HEIGHT, "#7a4f33")
    c.rect(0, 760, WIDTH, 786, "#99683f")
    for x, sheets, w in (
        (150, 38, 250),
        (430, 58, 270),
        (730, 30, 260),
        (1010, 13, 280),
        (1330, 46, 250),
    ):
        y = 772.0
        for _ in range(sheets):
            shift, thick = c.dice.between(-14, 14), c.dice.between(6, 14)
            fill = c.dice.choice(
                ["#f3ecd8", "#e9dfc4", "#fbf6e8", "#d9cba6", "#f3ecd8", "#c98f4f", "#7fa0a6"]
            )
            c.rect(x + shift, y - thick, x + w + shift, y, fill, 1)
            c.rect(x + shift, y - 1.5, x + w + shift, y, mix(fill, "#000000", 0.25))
            if c.dice.happens(0.16):
                c.rect(
                    x + w + shift - 6,
                    y - thick - 2,
                    x + w + shift + 20,
                    y,
                    c.dice.choice(["#d9573f", "#e6b23f", "#4f9a8f"]),
                )
            y -= thick
        c.shade([(x - 10, y), (x + w * 0.3, y), (x + w * 0.3, 772), (x - 10, 772)], "#0f1c24", 0.16)
    c.line([(1150, 610), (1150, 420), (1060, 300)], "#d9a441", 12)
    c.ellipse(1150, 614, 70, 14, "#b98632")
    c.polygon([(1000, 200), (1110, 270), (1040, 380), (890, 330)], "#d9a441")
    c.shade([(890, 330), (1040, 380), (1190, 772), (640, 772)], "#fff0c0", 0.2)
    c.ellipse(968, 352, 44, 22, "#fff6d8")
    c.ellipse(880, 900, 66, 20, "#5d3a25")
    c.rect(820, 830, 930, 904, "#e7e2d6", 16)
    c.ring(938, 862, 26, 10, "#e7e2d6")


def corridor_doors(c: Canvas) -> None:
    c.gradient(["#cfc39a", "#e8dcb8", "#d6c69b"], 0, HEIGHT)
    c.polygon([(0, HEIGHT), (680, 650), (920, 650), (WIDTH, HEIGHT)], "#8d5f3c")
    c.polygon([(440, HEIGHT), (770, 650), (830, 650), (1160, HEIGHT)], "#b57f50")
    c.polygon([(0, 0), (680, 330), (920, 330), (WIDTH, 0)], "#f3ead0")
    for side in (-1, 1):
        for door in range(6):
            near, far = 0.96 * 0.66**door, 0.96 * 0.66 ** (door + 0.62)
            xs = [800 + side * (110 + 740 * share) for share in (near, far)]
            tops = [470 - 270 * share for share in (near, far)]
            feet = [655 + 390 * share for share in (near, far)]
            frame = [
                (xs[0], tops[0] - 14 * near),
                (xs[1], tops[1] - 14 * far),
                (xs[1], feet[1]),
                (xs[0], feet[0]),
            ]
            c.polygon(frame, "#efe3c2")
            inset = (xs[1] - xs[0]) * 0.09
            leaf = [
                (xs[0] + inset, tops[0]),
                (xs[1] - inset, tops[1]),
                (xs[1] - inset, feet[1]),
                (xs[0] + inset, feet[0]),
            ]
            c.polygon(leaf, mix("#3f6a66", "#cfc39a", door * 0.09))
            mid = (xs[0] + xs[1]) / 2
            c.rect(
                min(mid, mid + 60 * near),
                tops[0] + 90 * near,
                max(mid, mid + 60 * near),
                tops[0] + 118 * near,
                "#e9dcb3",
            )
            c.disc(xs[1] - inset * 2.2, (tops[1] + feet[1]) / 2 + 40 * far, 9 * near + 2, "#d6a94f")
    c.rect(706, 360, 894, 650, "#f7efd6")
    c.gradient(["#cfe6f0", "#fdf8e4"], 376, 590, 722, 878)
    c.glow(800, 480, 330, "#fffbe8", 0.8)
    c.rect(797, 376, 803, 590, "#e9dcb3")
    c.polygon([(782, 590), (818, 590), (812, 640), (788, 640)], "#b5643f")
    for lean in (-34, -16, 0, 18, 36):
        c.curve(
            [(800, 592), (800 + lean * 0.6, 560), (800 + lean, 530 + abs(lean) * 0.6)], "#3f7a4a", 3
        )
        c.ellipse(800 + lean, 526 + abs(lean) * 0.6, 9, 16, "#4f8f55")
    c.shade([(722, 650), (878, 650), (1020, HEIGHT), (580, HEIGHT)], "#fff3c9", 0.24)


def library_night(c: Canvas) -> None:
    c.gradient(["#0f1a33", "#182848", "#22365a"], 0, HEIGHT)
    moon(c, 1470, 130, 44)
    c.rect(90, 150, 1510, 960, "#6b4a3c")
    c.polygon([(60, 160), (800, -10), (1540, 160)], "#563a30")
    c.rect(60, 150, 1540, 190, "#8a6350")
    for x in (320, 800, 1280):
        c.rect(x - 190, 430, x + 190, 900, "#8a6350")
        c.disc(x, 430, 190, "#8a6350")
        c.disc(x, 430, 166, "#ffdf9c")
        c.gradient(["#ffdf9c", "#ffd083", "#f2b56b"], 430, 890, x - 166, x + 166)
        for shelf in range(5):
            y = 340 + shelf * 86
            half = 160 if y > 430 else (166**2 - (430 - y) ** 2) ** 0.5 - 8
            bx: float = x - half
            while bx < x + half - 8:
                w, h = c.dice.between(7, 17), c.dice.between(44, 68)
                c.rect(
                    bx,
                    y - h,
                    min(bx + w, x + half),
                    y,
                    c.dice.choice(
                        ["#a5423a", "#3f6f73", "#c98b3f", "#5d4f7d", "#8a5a3a", "#d9b56b"]
                    ),
                )
                bx += w + 1
            c.rect(x - half, y, x + half, y + 7, "#7a4f2f")
        c.rect(x - 4, 264, x + 4, 890, "#6b4a3c")
        c.rect(x - 166, 560, x + 166, 566, "#6b4a3c")
        for px in (-92, 78):
            bust(c, x + px, 880, 120, "#3a2720")
            c.glow(x + px + 60, 800, 80, "#c9f0b0", 0.7)
            c.shape(
                [(x + px + 28, 806), (x + px + 44, 778), (x + px + 78, 778), (x + px + 94, 806)],
                "#3f8a5f",
            )
        c.rect(x - 166, 868, x + 166, 892, "#7a4f2f")
        c.glow(x, 620, 420, "#ffd68a", 0.25)
    c.gradient(["#3a3f52", "#1a2036"], 950, HEIGHT)
    for x in (120, 560, 1040, 1480):
        lamp(c, x, 1010, 220, "#141a2e", "#ffe0a0")
    for x, coat in ((690, "#30415f"), (1180, "#6b3b44")):
        stander(c, x, 1030, 170, coat, skin="#d9a077", hair="#2a1c16")


def hospital_night(c: Canvas) -> None:
    c.gradient(["#0c1836", "#1b2f5c", "#3a5285"], 0, 845)
    moon(c, 240, 190, 48)
    for _ in range(70):
        c.disc(
            c.dice.between(0, WIDTH), c.dice.between(0, 380), c.dice.between(0.6, 1.6), "#c9d6f5"
        )
    skyline(c, 800, 190, House("#1b2a52", "#17244a", "#223360", "#f2cc7d", 0.2))
    wall = "#2c4475"
    c.rect(330, 300, 980, 840, wall)
    c.rect(980, 430, 1420, 840, mix(wall, "#0c1836", 0.2))
    c.rect(310, 280, 1000, 306, "#3d5a92")
    c.rect(960, 414, 1440, 434, "#35507f")
    windows(c, (350, 330, 960, 760), (11, 6), House(wall, wall, "#1e3159", "#ffe3a0", 0.38))
    windows(c, (1000, 450, 1400, 760), (7, 4), House(wall, wall, "#1a2b50", "#d8f0e4", 0.45))
    c.rect(600, 200, 710, 290, "#35507f")
    c.rect(644, 214, 666, 276, "#f7f3e6")
    c.rect(624, 234, 686, 256, "#f7f3e6")
    c.glow(655, 245, 150, "#f7f3e6", 0.4)
    c.rect(520, 740, 800, 840, "#e8f4e6")
    c.rect(500, 724, 820, 744, "#c9473f")
    c.glow(660, 800, 330, "#eafbe9", 0.5)
    for x in (560, 640, 720):
        stander(c, x, 842, 84, "#3d5a92")
    c.gradient(["#1c294b", "#10182f"], 840, HEIGHT)
    c.shade([(520, 840), (800, 840), (960, HEIGHT), (360, HEIGHT)], "#e8f4e6", 0.22)
    c.rect(960, 880, 1290, 1000, "#f1ede2", 12)
    c.polygon([(1290, 900), (1360, 910), (1392, 955), (1392, 1000), (1290, 1000)], "#f1ede2")
    c.polygon([(1300, 910), (1352, 918), (1376, 952), (1300, 952)], "#7fa3c2")
    c.rect(960, 950, 1392, 968, "#c9473f")
    c.rect(1090, 900, 1110, 944, "#c9473f")
    c.rect(1078, 912, 1122, 932, "#c9473f")
    for x in (1040, 1310):
        c.disc(x, 1004, 34, "#0c1020")
        c.disc(x, 1004, 14, "#8d97ac")
    c.glow(1150, 874, 120, "#6fb7ff", 0.8)
    c.rect(1130, 868, 1174, 882, "#9fd0ff", 4)


def clinic_at_night(c: Canvas) -> None:
    c.gradient(["#0e1a22", "#16292f", "#20383a"], 0, HEIGHT)
    for x, w, h in ((-40, 330, 760), (290, 260, 660), (1150, 240, 700), (1390, 260, 800)):
        wall = c.dice.choice(["#22393d", "#1d3238", "#274045"])
        c.rect(x, 900 - h, x + w, 910, wall)
        c.polygon([(x - 8, 902 - h), (x + w / 2, 900 - h - 110), (x + w + 8, 902 - h)], "#14252b")
        windows(
            c,
            (x + 20, 930 - h, x + w - 20, 700),
            (3, 4),
            House(wall, wall, "#142529", "#f0c873", 0.16),
        )
    c.rect(540, 250, 1150, 910, "#37595a")
    c.rect(520, 230, 1170, 262, "#4a7272")
    windows(
        c, (560, 290, 1130, 500), (5, 1), House("#37595a", "#37595a", "#213c3f", "#f3dd9f", 0.25)
    )
    c.rect(580, 560, 860, 860, "#dff7e3", 4)
    c.rect(900, 560, 1080, 910, "#c8efd4", 4)
    c.rect(987, 560, 993, 910, "#37595a")
    c.rect(717, 560, 723, 860, "#37595a")
    for x, coat in ((628, "#4d7f80"), (680, "#3f6a6f"), (790, "#5d8a7f")):
        bust(c, x, 860, 110, coat)
    stander(c, 1036, 906, 250, "#4d7f80")
    c.glow(820, 720, 620, "#bff5cf", 0.42)
    c.rect(1094, 470, 1234, 610, "#1c8f5f", 14)
    c.rect(1150, 490, 1178, 590, "#f4fff6")
    c.rect(1114, 526, 1214, 554, "#f4fff6")
    c.glow(1164, 540, 210, "#5df0a5", 0.6)
    c.gradient(["#22383a", "#0d191d"], 905, HEIGHT)
    c.shade([(580, 905), (1080, 905), (1360, HEIGHT), (300, HEIGHT)], "#c8efd4", 0.26)
    passer_by(c, 460, 1000, 260, "#b5623f")
    passer_by(c, 520, 1002, 150, "#d9b04a")
    lamp(c, 1420, 940, 420, "#0b1519", "#ffdf9a")


def ferry_street_line(c: Canvas) -> None:
    c.gradient(["#e6d9b8", "#ddcba1", "#cdb588"], 0, 860)
    c.rect(0, 560, WIDTH, 860, "#b99c6d")
    stain = [
        (x, 560 + 14 * math.sin(x / 90) + 9 * math.sin(x / 31)) for x in range(-10, WIDTH + 20, 10)
    ]
    c.polygon([*stain, (WIDTH + 10, 600), (-10, 600)], "#b99c6d")
    for _ in range(70):
        x, y = c.dice.between(0, WIDTH), c.dice.between(590, 850)
        c.ellipse(
            x,
            y,
            c.dice.between(14, 90),
            c.dice.between(4, 16),
            c.dice.choice(["#ad8f60", "#c2a678", "#a58757"]),
        )
    c.rect(0, 860, WIDTH, HEIGHT, "#6f5138")
    c.rect(0, 846, WIDTH, 872, "#8d6a49")
    for x in range(0, WIDTH, 130):
        c.line([(x, 872), (x - 60, HEIGHT)], "#5d4330", 3)
    c.rect(170, 90, 560, 470, "#f4ecd6")
    c.gradient(["#b7d3dc", "#e7ebdc"], 108, 452, 188, 542)
    c.rect(361, 108, 369, 452, "#f4ecd6")
    bare_tree(c, 300, 452, 70, "#7d8f8f")
    c.shade([(188, 108), (542, 108), (1060, 846), (560, 846)], "#fffbe2", 0.25)
    c.line([(690, 552), (1420, 549)], "#3c3a3f", 4)
    c.line([(1404, 532), (1420, 549), (1404, 566)], "#3c3a3f", 4)
    for step in range(9):
        c.line([(690 + step * 88, 552), (690 + step * 88, 538)], "#3c3a3f", 3)
    c.rect(760, 700, 1290, 728, "#8a5734", 6)
    for x in (800, 1240):
        c.rect(x - 11, 728, x + 11, 960, "#6d4327")
    c.rect(1000, 642, 1056, 700, "#d9e2dd", 12)
    c.rect(1390, 560, 1408, 960, "#5d3a24")
    c.rect(1290, 760, 1408, 782, "#7a4d2e")
    c.rect(1300, 782, 1316, 960, "#5d3a24")
    for y in (590, 640, 690):
        c.rect(1376, y, 1418, y + 20, "#7a4d2e")
    for x in (520, 700, 1490):
        c.ellipse(x, 960, 60, 8, "#5a4230")
