"""Pictures of the river, its banks, bridges and boats."""

from __future__ import annotations

import math

from broadsheet.demo.pictures.canvas import HEIGHT, WIDTH, Canvas
from broadsheet.demo.pictures.colours import mix
from broadsheet.demo.pictures.folk import stander
from broadsheet.demo.pictures.nature import (
    hills,
    moon,
    round_tree,
    treeline,
)
from broadsheet.demo.pictures.town import House, lamp, skyline, spire, terrace_house, tram_side


def chain_bridge_dusk(c: Canvas) -> None:
    c.gradient(["#1f2a52", "#4b4a7d", "#b8698a", "#f2a071", "#fcd69b"], 0, 690)
    c.glow(1120, 640, 560, "#ffd28a", 0.75)
    c.disc(1120, 600, 54, "#fff0c9")
    hills(c, 590, 70, "#6e557f", length=700)
    skyline(c, 690, 190, House("#3f3a66", "#35315a", "#4d4674", "#ffd27d", 0.3))
    spire(c, 430, 690, 300, "#35315a")
    spire(c, 1330, 690, 230, "#39345f")
    dark, deck = "#191b38", 640
    for x in (480, 1120):
        c.rect(x - 26, 300, x + 26, 700, dark)
        c.rect(x - 38, 290, x + 38, 312, dark)
        c.rect(x - 12, 380, x + 12, 470, "#b8698a", 12)
        c.rect(x - 12, 520, x + 12, 600, "#f2a071", 12)
    for start, end, low in ((-160, 480, 620), (480, 1120, 600), (1120, 1760, 620)):
        cable = [
            (start + (end - start) * t / 40, 305 + (low - 305) * (1 - (t / 20 - 1) ** 2))
            for t in range(41)
        ]
        c.line(cable, dark, 7)
        for knot in cable[::2]:
            c.line([knot, (knot[0], deck)], dark, 2)
    tram_side(c, 660, deck - 2, 300, "#8d2f3f", "#ffe2a0")
    c.rect(0, deck - 6, WIDTH, deck + 22, dark)
    for x in range(60, WIDTH, 170):
        lamp(c, x, deck, 62, dark, "#ffd891")
    c.mirror(700, "#2a2d57", 0.3)
    c.ripples(712, HEIGHT, ["#f7b98a", "#51508a", "#23264c", "#d9838c"], 130)


def weir(c: Canvas) -> None:
    c.gradient(["#cfe3e6", "#e9efe0", "#f8efd2"], 0, 480)
    hills(c, 360, 90, "#a9c6b8", length=700)
    treeline(c, 450, 90, "#7da58f")
    treeline(c, 490, 80, "#56856f", right=760)
    treeline(c, 500, 100, "#477560", left=1040)
    c.gradient(["#9cc0bd", "#6f9fa2"], 490, 640)
    c.ripples(500, 630, ["#c9dfd8", "#86b0b0"], 40)
    lip = [(x, 640 + 10 * math.sin(x / 240)) for x in range(-10, WIDTH + 20, 10)]
    c.polygon([*lip, (WIDTH + 10, 800), (-10, 800)], "#dcebe6")
    for _ in range(420):
        x = c.dice.between(-10, WIDTH + 10)
        top = 642 + 10 * math.sin(x / 240)
        fill = c.dice.choice(["#f7fbf7", "#bcd7d4", "#9cc3c2", "#ffffff"])
        c.line([(x, top), (x + 3, top + c.dice.between(50, 140))], fill, c.dice.between(1.5, 6))
    c.gradient(["#8fb9b9", "#4d8188", "#2c5a66"], 800, HEIGHT)
    for _ in range(260):
        x, y = c.dice.between(0, WIDTH), 792 + 90 * c.dice.fraction() ** 2
        c.ellipse(
            x,
            y,
            c.dice.between(10, 46),
            c.dice.between(4, 15),
            c.dice.choice(["#ffffff", "#e7f2ee", "#cfe3e0"]),
        )
    c.ripples(850, HEIGHT, ["#79a9ac", "#a9cccb", "#2f626d"], 90)
    for x, r in ((140, 120), (300, 70), (1480, 130)):
        c.ellipse(x, 1040, r * 1.5, r, "#35494d")
        c.ellipse(x - r * 0.2, 1015, r * 1.1, r * 0.6, "#4c6265")


def river_outfall(c: Canvas) -> None:
    c.gradient(["#6d7f76", "#55685f"], 0, 120)
    for row in range(17):
        top = row * 42
        for column in range(-1, 18):
            x = column * 96 + (48 if row % 2 else 0)
            c.rect(
                x,
                top,
                x + 92,
                top + 38,
                c.dice.choice(["#94644f", "#8a5a47", "#a06f57", "#7f5443"]),
            )
    c.haze("#243530", 0, 720, 0.62)
    c.haze("#20302c", 0, 220, 0.5, "up")
    for radius, fill in ((232, "#5c4238"), (206, "#c08a68"), (184, "#70503f")):
        c.disc(700, 420, radius, fill)
    c.disc(700, 420, 172, "#101a19")
    for step in range(26):
        turn = math.tau * step / 26
        c.line(
            [
                (700 + 186 * math.cos(turn), 420 + 186 * math.sin(turn)),
                (700 + 230 * math.cos(turn), 420 + 230 * math.sin(turn)),
            ],
            "#5c4238",
            4,
        )
    c.polygon([(560, 520), (840, 520), (890, 740), (520, 740)], "#9fb7a2")
    for _ in range(90):
        jet = c.dice.between(570, 830)
        c.line(
            [(jet, 516), (700 + (jet - 700) * 1.4, 745)],
            c.dice.choice(["#c7d6bd", "#86a08d", "#dde6d0", "#718c7c"]),
            4,
        )
    c.gradient(["#466358", "#2a4640", "#152a28"], 716, HEIGHT)
    for radius, fill in ((330, "#587568"), (250, "#7f9a87"), (160, "#b8c9b2")):
        c.ellipse(706, 752, radius, radius * 0.17, fill)
    c.ripples(770, HEIGHT, ["#5e7d6f", "#3a574d", "#89a38f"], 90)
    for x, y, tilt in ((340, 880, 8), (980, 846, -6), (1200, 952, 10), (560, 985, -9)):
        c.shape([(x - 46, y), (x, y - 15), (x + 44, y - tilt / 3), (x, y + 14)], "#d8ddd2")
        c.polygon([(x + 36, y), (x + 66, y - 16), (x + 62, y + 16)], "#b9c2b8")
        c.disc(x - 30, y - 3, 3, "#3a4a46")


def flood_wall(c: Canvas) -> None:
    c.gradient(["#a9cfe0", "#d7e7e4", "#f6eddb"], 0, 600)
    skyline(c, 560, 150, House("#b9c2c4", "#a3aeb3", "#a9b4b8", "#e9dfc4", 0.2), right=940)
    treeline(c, 566, 52, "#8fae93")
    c.polygon([(0, 600), (1600, 540), (1600, 1067), (0, 1067)], "#c9b48c")
    c.polygon(
        [(0, 640), (760, 560), (1600, 545), (1600, 700), (1150, 790), (700, 1067), (0, 1067)],
        "#86b3b9",
    )
    c.ripples(600, 1060, ["#a9ccce", "#6d9ea8"], 50)
    c.polygon([(880, 1067), (1230, 790), (1600, 690), (1600, 1067)], "#d8c7a0")
    c.polygon([(980, 1067), (1290, 810), (1600, 735), (1600, 1067)], "#9db377")
    wall = [
        (-20, 470),
        (520, 440),
        (1000, 470),
        (1620, 360),
        (1620, 730),
        (1010, 668),
        (520, 585),
        (-20, 600),
    ]
    c.polygon([(x, y + 26) for x, y in wall], "#7d8f86")
    c.polygon(wall, "#e3cfae")
    c.line([(-20, 470), (520, 440), (1000, 470), (1620, 360)], "#f6e8cc", 14)
    for step in range(1, 8):
        share = step / 8
        c.line(
            [
                (-20, 470 + 130 * share),
                (520, 440 + 145 * share),
                (1000, 470 + 198 * share),
                (1620, 360 + 370 * share),
            ],
            "#d1b993",
            2,
        )
    c.polygon([(1080, 456), (1250, 426), (1250, 692), (1080, 676)], "#3f6276")
    for share in (0.25, 0.5, 0.75):
        c.line(
            [(1080 + 170 * share, 456 - 30 * share), (1080 + 170 * share, 676 + 16 * share)],
            "#31505f",
            6,
        )
    c.line([(1080, 566), (1250, 560)], "#31505f", 8)
    c.disc(1228, 560, 10, "#f0c05a")
    for x, base, size in ((1395, 800, 210), (1540, 850, 290), (640, 505, 70)):
        round_tree(c, x, base, size, "#6f9a58", "#6a4c35")
    stander(c, 1170, 850, 190, "#c2543f", skin="#d9a077", hair="#2a1c16")


def weirside_flood(c: Canvas) -> None:
    c.gradient(["#8d9aa6", "#b5bbb9", "#d5cdbb"], 0, 640)
    for cx, cy, wide in ((90, 130, 420), (720, 90, 520), (1220, 190, 380)):
        c.ellipse(cx + wide / 2, cy, wide / 2, 34, "#a3adb3")
        c.ellipse(cx + wide * 0.62, cy + 26, wide / 3, 24, "#b9bfbf")
    walls = ["#c9694f", "#e2b25c", "#6f97a3", "#d8cdb8", "#a85a5f", "#7f9a78", "#e0a07a", "#8fa9b5"]
    x = -40.0
    for wall in walls:
        w, h = c.dice.between(205, 232), c.dice.between(470, 560)
        look = House(
            wall, mix(wall, "#2d2a33", 0.7), "#3c4a57", "#f3dc9c", 0.08, mix(wall, "#20242c", 0.6)
        )
        terrace_house(c, x, 760, w, h, look)
        x += w
    c.haze("#6f6a55", 600, 690, 0.55)
    c.mirror(676, "#8b7f63", 0.52)
    c.ripples(686, HEIGHT, ["#a99c7c", "#776c54", "#c5b998"], 120)
    c.rect(1060, 520, 1068, 720, "#4a4f58")
    c.ring(1064, 500, 40, 12, "#c2473a")
    c.disc(1064, 500, 34, "#f3efe4")
    c.shape([(330, 842), (350, 896), (640, 896), (672, 836), (600, 850), (400, 852)], "#2f5d6b")
    c.line([(332, 843), (500, 856), (671, 837)], "#f0dfba", 6)
    for px, coat in ((430, "#d9a23b"), (560, "#7c3d3d")):
        c.shape([(px - 34, 852), (px - 30, 776), (px, 758), (px + 30, 776), (px + 34, 852)], coat)
        c.disc(px, 736, 24, "#d9a077")
        c.shape([(px - 26, 734), (px - 20, 708), (px + 4, 702), (px + 26, 730)], "#3b2a20")
    c.line([(575, 800), (740, 905)], "#5b4630", 7)
    c.ellipse(520, 902, 190, 7, "#6b614b")


def ferry_boat(c: Canvas) -> None:
    c.gradient(["#22304f", "#41557a", "#8c8aa0", "#e0a68a"], 0, 560)
    moon(c, 1180, 190, 46)
    hills(c, 490, 90, "#3d4d6e", length=900)
    hills(c, 535, 60, "#2c3a58", length=600)
    for x in (160, 230, 320, 1380, 1460):
        c.rect(x, 535, x + 5, 541, "#ffd98a")
    c.mirror(560, "#2b3c5c", 0.35)
    c.ripples(570, HEIGHT, ["#c99a8a", "#50658a", "#1d2a45", "#7c86a0"], 150)
    c.shape([(330, 742), (420, 838), (1110, 838), (1240, 728), (1160, 752), (420, 762)], "#3b2419")
    c.line([(332, 743), (420, 764), (1160, 754), (1238, 730)], "#a4683b", 12)
    for x, coat, tall in (
        (520, "#20283a", 200),
        (640, "#5c2b2c", 214),
        (765, "#2c4a50", 196),
        (880, "#6b5a38", 208),
    ):
        c.shape(
            [
                (x - 44, 770),
                (x - 36, 770 - tall * 0.6),
                (x, 770 - tall * 0.72),
                (x + 40, 770 - tall * 0.6),
                (x + 48, 770),
            ],
            coat,
        )
        c.disc(x + 6, 770 - tall * 0.84, 28, "#c98f68")
        c.ellipse(x + 4, 770 - tall * 0.94, 32, 12, "#171b29")
        c.line([(x + 20, 770 - tall * 0.45), (x + 96, 742), (x + 150, 890)], "#8b5c38", 7)
    stander(c, 1090, 752, 250, "#171d2e")
    c.line([(1120, 590), (1340, 870)], "#8b5c38", 8)
    c.line([(408, 760), (408, 600), (440, 588)], "#20160f", 7)
    c.glow(446, 628, 190, "#ffcf73", 0.85)
    c.rect(428, 600, 464, 656, "#ffe3a0", 8)
    c.rect(424, 594, 468, 604, "#20160f")
    c.ripples(845, 900, ["#f3c98a"], 14)
