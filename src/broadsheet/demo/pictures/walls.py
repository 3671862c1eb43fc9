"""Pictures of painted walls, and of people waiting in front of one."""

from __future__ import annotations

import math

from broadsheet.demo.pictures.canvas import HEIGHT, WIDTH, Canvas
from broadsheet.demo.pictures.colours import mix
from broadsheet.demo.pictures.folk import passer_by


def _hand(c: Canvas, x: float, y: float, s: float, fill: str, *, up: int) -> None:
    """An arm reaching in from above (up = -1) or below, holding a sheet at the height y."""
    dark = mix(fill, "#1d1018", 0.25)
    arm = y + up * s * 4.2
    c.polygon(
        [
            (x - s * 0.5, y + up * s * 1.1),
            (x + s * 0.5, y + up * s * 1.1),
            (x + s * 0.72, arm),
            (x - s * 0.72, arm),
        ],
        fill,
    )
    for finger in range(4):
        fx = x + (finger - 1.5) * s * 0.33
        tip = y - up * s * (0.42 if finger in {1, 2} else 0.3)
        c.rect(
            fx - s * 0.14,
            min(tip, y + up * s * 0.7),
            fx + s * 0.14,
            max(tip, y + up * s * 0.7),
            dark if finger % 2 else fill,
            s * 0.14,
        )
    c.ellipse(x, y + up * s * 0.85, s * 0.66, s * 0.6, fill)
    c.line([(x + s * 0.5, y + up * s * 0.9), (x + s * 0.82, y + up * s * 0.2)], fill, s * 0.3)


def mural(c: Canvas) -> None:
    c.gradient(["#b9d3dc", "#e6ebdd"], 0, 260)
    c.rect(0, 190, WIDTH, 880, "#9a5c48")
    for row in range(16):
        for column in range(-1, 20):
            x = column * 86 + (43 if row % 2 else 0)
            if c.dice.happens(0.45):
                c.rect(
                    x,
                    196 + row * 43,
                    x + 82,
                    196 + row * 43 + 38,
                    c.dice.choice(["#945543", "#a3654f", "#8d503f"]),
                )
    c.gradient(["#f0d9a5", "#e9c98a"], 250, 820, 0, WIDTH)
    for x, cy, r, fill in (
        (200, 420, 210, "#e0895a"),
        (620, 640, 240, "#7fa7a0"),
        (1080, 420, 250, "#d9a04f"),
        (1480, 640, 220, "#a86a5c"),
    ):
        c.disc(
            x,
            min(cy, 800 - r) if cy > 600 else max(cy, 250 + r),
            r * 0.98,
            mix(fill, "#f0d9a5", 0.35),
        )
    sheet = [(x, 530 + 46 * math.sin(x / 170)) for x in range(-20, WIDTH + 40, 20)]
    fills = ("#8d4a3a", "#3f6f7a", "#c97f3f", "#5d4f7d", "#6f8a52", "#b5524a", "#e0b27a", "#2f4f5d")
    for index, x in enumerate(range(70, WIDTH, 208)):
        y = 530 + 46 * math.sin(x / 170)
        _hand(c, x, y + 8, 66, fills[index], up=-1 if index % 2 else 1)
    c.polygon([*sheet, *[(x, y + 34) for x, y in reversed(sheet)]], "#fdf9ec")
    for index, x in enumerate(range(70, WIDTH, 208)):
        y = 530 + 46 * math.sin(x / 170)
        side = 1 if index % 2 else -1
        for finger in range(3):
            c.rect(
                x + (finger - 1) * 24 - 9,
                y + 16 - (26 if side < 0 else 2),
                x + (finger - 1) * 24 + 9,
                y + 16 + (26 if side > 0 else 2),
                mix(fills[index], "#ffffff", 0.12),
                9,
            )
    c.rect(0, 236, WIDTH, 252, "#7a4636")
    c.rect(0, 820, WIDTH, 836, "#7a4636")
    c.rect(0, 880, WIDTH, HEIGHT, "#8d8a7d")
    c.rect(0, 880, WIDTH, 900, "#b5b09f")
    for x, tall, coat in (
        (260, 240, "#3f5a7a"),
        (340, 226, "#c9503f"),
        (980, 250, "#2f3a44"),
        (1420, 236, "#d9a53c"),
    ):
        passer_by(c, x, 990, tall, coat)
    c.line([(980, 860), (1030, 800)], "#2f3a44", 20)


def mural_detail(c: Canvas) -> None:
    c.gradient(["#efd7a0", "#e6bf7d"], 0, HEIGHT)
    for row in range(25):
        c.rect(0, row * 43, WIDTH, row * 43 + 2, "#dcb877")
        for column in range(20):
            x = column * 86 + (43 if row % 2 else 0)
            c.rect(x, row * 43, x + 2, row * 43 + 43, "#dcb877")
    c.disc(1160, 330, 330, "#dd8f5c")
    c.disc(380, 830, 300, "#8fb0a4")
    _hand(c, 480, 600, 230, "#c47a3d", up=1)
    _hand(c, 1130, 480, 220, "#2f5f74", up=-1)
    c.polygon(
        [
            (-20, 500),
            (480, 540),
            (800, 500),
            (1130, 440),
            (1640, 470),
            (1640, 580),
            (1130, 560),
            (800, 620),
            (480, 660),
            (-20, 610),
        ],
        "#fdf9ec",
    )
    c.polygon([(800, 500), (860, 490), (850, 612), (800, 620)], "#e6dfc8")
    for finger in range(4):
        c.rect(
            480 + (finger - 1.6) * 82 - 34,
            520,
            480 + (finger - 1.6) * 82 + 34,
            700,
            mix("#c47a3d", "#ffffff", 0.08 * (finger % 2)),
            34,
        )
        c.rect(
            1130 + (finger - 1.6) * 78 - 32,
            380,
            1130 + (finger - 1.6) * 78 + 32,
            580,
            mix("#2f5f74", "#ffffff", 0.08 * (finger % 2)),
            32,
        )
    for cx, cy in ((430, 880), (520, 930), (470, 980)):
        c.line([(cx - 40, cy), (cx + 46, cy + 10)], "#a5622f", 6)
    for _ in range(16):
        at, drop = c.dice.between(0, WIDTH), c.dice.between(660, 900)
        c.rect(at, drop, at + 5, drop + c.dice.between(30, 120), mix("#c47a3d", "#efd7a0", 0.3), 2)


def queue(c: Canvas) -> None:
    c.gradient(["#f0bf4a", "#f5cd68", "#f0bf4a"], 0, 860)
    for x in range(0, WIDTH, 64):
        c.rect(x, 0, x + 3, 860, "#e9b33d")
    c.rect(0, 860, WIDTH, HEIGHT, "#4a5560")
    c.rect(0, 850, WIDTH, 874, "#e7dcc0")
    _egg_stall(c)
    coats = (
        "#2f4f6d",
        "#b5443f",
        "#3f6f5d",
        "#6d4f7d",
        "#26303c",
        "#c97f3f",
        "#4a7a92",
        "#7d2f3f",
        "#55606a",
    )
    for index, coat in enumerate(coats):
        x, tall = 1220 - index * 146, c.dice.between(400, 500)
        if index == 4:
            tall = 300
        base = 980 + c.dice.between(-6, 10)
        passer_by(c, x, base, tall, coat)
        if index in {0, 3, 6}:
            _basket(c, x, base, tall)
        if index == 2:
            c.line([(x - 66, base), (x - 54, base - tall * 0.5)], "#1d2228", 8)
        if index in {1, 5}:
            c.shape(
                [
                    (x - 30, base - tall * 0.945),
                    (x - 24, base - tall * 1.03),
                    (x + 24, base - tall * 1.03),
                    (x + 32, base - tall * 0.945),
                ],
                mix(coat, "#1d1d20", 0.4),
            )
            c.ellipse(x, base - tall * 0.945, 50, 9, mix(coat, "#1d1d20", 0.4))
        c.ellipse(x, base + 6, tall * 0.17, 9, "#3b454f")


def _egg_stall(c: Canvas) -> None:
    c.rect(1330, 210, WIDTH, 860, "#7d3b2e")
    c.rect(1364, 330, WIDTH, 640, "#f7ecd0")
    for row in range(3):
        for egg in range(5):
            c.ellipse(
                1400 + egg * 48,
                612 - row * 52,
                20,
                25,
                c.dice.choice(["#fffaf0", "#e6c4a0", "#d9a983"]),
            )
        c.rect(1364, 634 - row * 52, WIDTH, 641 - row * 52, "#a8763f")
    c.rect(1330, 660, WIDTH, 690, "#5d2a22")
    for stripe in range(6):
        c.rect(
            1290 + stripe * 60, 200, 1350 + stripe * 60, 300, "#c9503f" if stripe % 2 else "#f7ecd0"
        )
        c.ellipse(1320 + stripe * 60, 300, 30, 18, "#b5402f" if stripe % 2 else "#e9dcb8")


def _basket(c: Canvas, x: float, base: float, tall: float) -> None:
    c.polygon(
        [
            (x + 52, base - tall * 0.42),
            (x + 112, base - tall * 0.42),
            (x + 104, base - tall * 0.24),
            (x + 60, base - tall * 0.24),
        ],
        "#8a5f34",
    )
    c.line(
        [
            (x + 62, base - tall * 0.42),
            (x + 82, base - tall * 0.52),
            (x + 102, base - tall * 0.42),
        ],
        "#8a5f34",
        5,
    )
