"""The eight portraits of the demo newsroom: stylised busts, each of a few shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.demo.pictures.canvas import Canvas, Point
from broadsheet.demo.pictures.colours import mix

SIDE = 800
INK = "#221a1c"


@dataclass(frozen=True, slots=True)
class Sitter:
    """What distinguishes one portrait from another; `hair` names a style below."""

    ground: str
    skin: str
    hair: str
    colour: str
    coat: str
    shirt: str
    glasses: str = ""
    beard: bool = False
    earrings: str = ""


SITTERS = {
    "layla-haddari": Sitter(
        "#d9a441", "#d9a077", "bob", "#241a1d", "#1f3d4d", "#f3ead6", earrings="#f7dd8c"
    ),
    "hana-verrell": Sitter(
        "#7fa8a3", "#f0c7a4", "bun", "#8a4a2a", "#7d2f3a", "#f3ead6", glasses="#3a2a24"
    ),
    "idris-colloway": Sitter(
        "#8fae84", "#7a4a30", "short", "#1b1718", "#d0873a", "#2f4a3f", beard=True
    ),
    "mirela-tarchan": Sitter("#c98a7a", "#e8b48c", "long", "#3a2420", "#2f4858", "#e9d9b5"),
    "callum-peverel": Sitter(
        "#8aa0c4", "#f2cdb0", "tousled", "#b5682f", "#3f5a4a", "#e9e2d2", glasses="#1f2a3a"
    ),
    "oona-farthing": Sitter(
        "#b59cc4", "#f0c7a4", "curls", "#a9a6ab", "#4a2f5d", "#d9c06f", earrings="#d9573f"
    ),
    "sami-qandil": Sitter(
        "#e0b98a", "#c98f68", "receding", "#2a2225", "#34506b", "#f3f0e6", beard=True
    ),
    "gideon-abara": Sitter("#6f8fa0", "#5d3826", "cap", "#c9503f", "#2a2a30", "#b9c2c4"),
}


def draw_portrait(c: Canvas, sitter: Sitter) -> None:
    c.rect(0, 0, SIDE, SIDE, sitter.ground)
    c.disc(400, 400, 330, mix(sitter.ground, "#ffffff", 0.22))
    c.shade(
        [(400, 70), (900, 300), (900, 800), (560, 800)], mix(sitter.ground, "#000000", 0.5), 0.12
    )
    BEHIND.get(sitter.hair, _nothing)(c, sitter.colour)
    _shoulders(c, sitter)
    _head(c, sitter)
    if sitter.beard:
        _beard(c, mix(sitter.colour, sitter.skin, 0.12))
    _face(c, sitter)
    HAIR[sitter.hair](c, sitter.colour)
    if sitter.glasses:
        _spectacles(c, sitter.glasses)
    for x in (286, 514):
        if sitter.earrings:
            c.disc(x, 452, 13, sitter.earrings)


def _nothing(c: Canvas, colour: str) -> None:
    return None


def _shoulders(c: Canvas, sitter: Sitter) -> None:
    shadow = mix(sitter.coat, "#000000", 0.25)
    c.shape(
        [(110, 860), (130, 690), (250, 620), (400, 600), (550, 620), (670, 690), (690, 860)],
        sitter.coat,
    )
    c.shape([(520, 860), (560, 640), (660, 690), (690, 860)], shadow)
    c.polygon([(330, 600), (470, 600), (400, 770)], sitter.shirt)
    c.polygon([(326, 596), (400, 780), (330, 740), (286, 622)], mix(sitter.coat, "#ffffff", 0.14))
    c.polygon([(474, 596), (400, 780), (470, 740), (514, 622)], mix(sitter.coat, "#ffffff", 0.06))


def _head(c: Canvas, sitter: Sitter) -> None:
    shadow = mix(sitter.skin, "#3a1418", 0.24)
    c.shape([(342, 480), (458, 480), (464, 610), (400, 664), (336, 610)], shadow)
    for x in (284, 516):
        c.ellipse(x, 408, 24, 36, mix(sitter.skin, "#3a1418", 0.12))
    c.shape(
        [
            (286, 380),
            (292, 290),
            (400, 240),
            (508, 290),
            (514, 380),
            (494, 476),
            (440, 540),
            (400, 552),
            (360, 540),
            (306, 476),
        ],
        sitter.skin,
    )
    c.shape(
        [
            (452, 268),
            (508, 292),
            (514, 380),
            (494, 476),
            (440, 540),
            (418, 548),
            (470, 470),
            (486, 380),
        ],
        mix(sitter.skin, "#3a1418", 0.1),
    )


def _face(c: Canvas, sitter: Sitter) -> None:
    brow = mix(sitter.colour if sitter.hair != "cap" else INK, INK, 0.4)
    for side in (-1, 1):
        x = 400 + side * 52
        c.curve([(x - 30, 352), (x, 342), (x + 30, 352)], brow, 8)
        c.ellipse(x, 386, 20, 11, "#fbf6ee")
        c.disc(x, 386, 10, INK)
        c.disc(x + 4, 382, 3, "#ffffff")
        c.curve([(x - 22, 384), (x, 373), (x + 22, 384)], brow, 5)
        c.glow(400 + side * 76, 440, 46, mix(sitter.skin, "#d9473f", 0.4), 0.35)
    shade = mix(sitter.skin, "#3a1418", 0.32)
    c.curve([(402, 380), (416, 432), (398, 446), (386, 440)], shade, 6)
    lip = mix(sitter.skin, "#8f2f33", 0.55)
    c.shape([(360, 486), (384, 480), (400, 485), (416, 480), (440, 486), (400, 508)], lip)
    c.curve([(358, 486), (400, 494), (442, 486)], mix(lip, INK, 0.45), 4)


def _beard(c: Canvas, colour: str) -> None:
    c.shape(
        [
            (288, 400),
            (306, 452),
            (350, 466),
            (400, 458),
            (450, 466),
            (494, 452),
            (512, 400),
            (504, 500),
            (450, 568),
            (400, 580),
            (350, 568),
            (296, 500),
        ],
        colour,
    )


def _spectacles(c: Canvas, colour: str) -> None:
    for x in (348, 452):
        c.ring(x, 388, 42, 7, colour)
    c.curve([(388, 382), (400, 374), (412, 382)], colour, 7)
    c.line([(307, 382), (282, 374)], colour, 7)
    c.line([(493, 382), (518, 374)], colour, 7)


def _mass(c: Canvas, colour: str, points: Sequence[Point], gleam: Sequence[Point]) -> None:
    c.shape(points, colour)
    c.curve(gleam, mix(colour, "#ffffff", 0.22), 9)


def _bob(c: Canvas, colour: str) -> None:
    _mass(
        c,
        colour,
        [
            (272, 470),
            (262, 330),
            (320, 222),
            (420, 196),
            (510, 240),
            (540, 340),
            (528, 470),
            (500, 440),
            (506, 350),
            (452, 296),
            (370, 312),
            (306, 350),
            (300, 440),
        ],
        [(310, 270), (370, 226), (440, 222)],
    )


def _bob_behind(c: Canvas, colour: str) -> None:
    c.shape(
        [
            (258, 540),
            (250, 330),
            (330, 210),
            (470, 210),
            (550, 330),
            (542, 540),
            (480, 570),
            (320, 570),
        ],
        mix(colour, "#000000", 0.2),
    )


def _bun(c: Canvas, colour: str) -> None:
    c.disc(400, 186, 66, mix(colour, "#000000", 0.12))
    c.curve([(362, 166), (400, 146), (440, 170)], mix(colour, "#ffffff", 0.2), 8)
    _mass(
        c,
        colour,
        [
            (276, 420),
            (270, 320),
            (330, 232),
            (400, 212),
            (470, 232),
            (530, 320),
            (524, 420),
            (504, 340),
            (450, 288),
            (400, 276),
            (350, 288),
            (296, 340),
        ],
        [(306, 296), (350, 246), (400, 234)],
    )


def _short(c: Canvas, colour: str) -> None:
    _mass(
        c,
        colour,
        [
            (280, 390),
            (276, 310),
            (310, 236),
            (400, 206),
            (490, 236),
            (524, 310),
            (520, 390),
            (504, 320),
            (470, 282),
            (400, 270),
            (330, 282),
            (296, 320),
        ],
        [(320, 256), (370, 228), (420, 224)],
    )


def _long(c: Canvas, colour: str) -> None:
    _mass(
        c,
        colour,
        [
            (270, 640),
            (250, 480),
            (262, 320),
            (330, 218),
            (430, 196),
            (520, 250),
            (546, 360),
            (548, 500),
            (530, 640),
            (496, 560),
            (512, 430),
            (490, 330),
            (420, 262),
            (352, 330),
            (300, 400),
            (296, 540),
        ],
        [(300, 300), (350, 236), (420, 218)],
    )


def _long_behind(c: Canvas, colour: str) -> None:
    c.shape(
        [
            (236, 680),
            (240, 360),
            (330, 220),
            (470, 220),
            (560, 360),
            (564, 680),
            (460, 700),
            (340, 700),
        ],
        mix(colour, "#000000", 0.25),
    )


def _tousled(c: Canvas, colour: str) -> None:
    _mass(
        c,
        colour,
        [
            (280, 380),
            (262, 320),
            (290, 240),
            (330, 236),
            (352, 184),
            (400, 208),
            (450, 176),
            (474, 218),
            (524, 226),
            (520, 280),
            (544, 326),
            (518, 384),
            (500, 320),
            (456, 300),
            (420, 318),
            (372, 288),
            (330, 322),
            (300, 322),
        ],
        [(320, 262), (364, 222), (420, 226)],
    )


def _curls(c: Canvas, colour: str) -> None:
    spots = [
        (276, 440, 46),
        (258, 370, 52),
        (272, 296, 58),
        (322, 234, 62),
        (400, 208, 66),
        (478, 234, 62),
        (528, 296, 58),
        (542, 370, 52),
        (524, 440, 46),
        (350, 262, 44),
        (450, 262, 44),
    ]
    for x, y, r in spots:
        c.disc(x, y, r, colour)
    for x, y, r in spots[1:9:2]:
        c.ring(x - 6, y - 6, r * 0.5, 6, mix(colour, "#ffffff", 0.35))


def _receding(c: Canvas, colour: str) -> None:
    _mass(
        c,
        colour,
        [(278, 400), (270, 310), (310, 240), (350, 222), (340, 262), (300, 320), (294, 390)],
        [(288, 310), (306, 268)],
    )
    _mass(
        c,
        colour,
        [(522, 400), (530, 310), (490, 240), (450, 222), (460, 262), (500, 320), (506, 390)],
        [(494, 268), (512, 310)],
    )
    c.shape([(340, 232), (400, 206), (460, 232), (448, 250), (400, 238), (352, 250)], colour)


def _cap(c: Canvas, colour: str) -> None:
    c.shape(
        [
            (270, 330),
            (280, 240),
            (340, 184),
            (430, 176),
            (510, 220),
            (534, 326),
            (470, 300),
            (340, 300),
        ],
        colour,
    )
    c.shape(
        [(266, 334), (330, 296), (470, 296), (548, 336), (600, 360), (500, 342), (340, 330)],
        mix(colour, "#000000", 0.25),
    )
    c.curve([(300, 256), (350, 212), (420, 204)], mix(colour, "#ffffff", 0.25), 9)
    for x in (288, 512):
        c.rect(x - 8, 330, x + 8, 392, INK, 6)


HAIR = {
    "bob": _bob,
    "bun": _bun,
    "short": _short,
    "long": _long,
    "tousled": _tousled,
    "curls": _curls,
    "receding": _receding,
    "cap": _cap,
}
BEHIND = {"bob": _bob_behind, "long": _long_behind}
