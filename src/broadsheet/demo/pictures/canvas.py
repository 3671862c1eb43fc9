"""A canvas in the size of our pictures: drawn twice as large, shrunk at the end; no motifs here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from PIL import Image, ImageChops, ImageDraw

from broadsheet.demo.dice import Dice
from broadsheet.demo.pictures.colours import mix, rgb

WIDTH, HEIGHT = 1600, 1067
SCALE = 2
CURVE_STEPS = 9
GRAIN = 20
TILE = 320

Point = tuple[float, float]


class Canvas:
    """Draws in coordinates of the finished picture, with the origin at the top left."""

    def __init__(self, seed: str, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.width, self.height = width, height
        self.dice = Dice(seed)
        self.image = Image.new("RGB", (width * SCALE, height * SCALE))
        self._pen = ImageDraw.Draw(self.image)

    def polygon(self, points: Iterable[Point], fill: str) -> None:
        self._pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def shape(self, points: Sequence[Point], fill: str) -> None:
        """A closed shape with a smooth outline through the points."""
        self.polygon(smooth([*points, points[0]]), fill)

    def rect(
        self, left: float, top: float, right: float, bottom: float, fill: str, radius: float = 0
    ) -> None:
        box = (left * SCALE, top * SCALE, right * SCALE - 1, bottom * SCALE - 1)
        if box[2] < box[0] or box[3] < box[1]:
            return
        if radius:
            self._pen.rounded_rectangle(box, radius * SCALE, fill=fill)
        else:
            self._pen.rectangle(box, fill=fill)

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: str) -> None:
        self._pen.ellipse(
            ((x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE), fill=fill
        )

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        self.ellipse(x, y, radius, radius, fill)

    def ring(self, x: float, y: float, radius: float, width: float, fill: str) -> None:
        box = [
            (x - radius) * SCALE,
            (y - radius) * SCALE,
            (x + radius) * SCALE,
            (y + radius) * SCALE,
        ]
        self._pen.ellipse(box, outline=fill, width=round(width * SCALE))

    def line(self, points: Iterable[Point], fill: str, width: float = 2) -> None:
        path = [(x * SCALE, y * SCALE) for x, y in points]
        self._pen.line(path, fill=fill, width=max(1, round(width * SCALE)), joint="curve")

    def curve(self, points: Sequence[Point], fill: str, width: float = 2) -> None:
        self.line(smooth(points), fill, width)

    def gradient(
        self,
        colours: Sequence[str],
        top: float = 0,
        bottom: float | None = None,
        left: float = 0,
        right: float | None = None,
    ) -> None:
        """A box whose colours follow one another evenly from its top to its bottom."""
        bottom = self.height if bottom is None else bottom
        right = self.width if right is None else right
        size = (round((right - left) * SCALE), round((bottom - top) * SCALE))
        column = Image.new("RGB", (1, 64))
        column.putdata([rgb(_along(colours, row / 63)) for row in range(64)])
        scaled = column.resize((1, size[1]), Image.Resampling.BICUBIC).resize(size)
        self.image.paste(scaled, (round(left * SCALE), round(top * SCALE)))

    def haze(
        self, colour: str, top: float, bottom: float, strength: float, fade: str = "down"
    ) -> None:
        """A veil over the whole width that gains (`down`) or loses (`up`) strength towards the bottom."""
        size = (self.image.width, round((bottom - top) * SCALE))
        ramp = Image.linear_gradient("L").resize((1, size[1]))
        if fade == "up":
            ramp = ramp.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        if fade == "both":
            half = Image.linear_gradient("L").resize((1, size[1] // 2))
            ramp = Image.new("L", (1, size[1]))
            ramp.paste(half, (0, 0))
            ramp.paste(half.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (0, size[1] - half.height))
        mask = ramp.point(lambda value: round(value * strength)).resize(size)
        self.image.paste(rgb(colour), (0, round(top * SCALE)), mask)

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float = 0.8) -> None:
        """Light around a point, fading to nothing at the radius."""
        side = round(radius * 2 * SCALE)
        mask = _radial(round(strength * 100)).resize((side, side))
        corner = (round((x - radius) * SCALE), round((y - radius) * SCALE))
        self.image.paste(rgb(colour), corner, mask)

    def shade(self, points: Sequence[Point], colour: str, strength: float) -> None:
        """A translucent polygon: a shadow or a beam of light."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, top = max(0.0, min(xs)), max(0.0, min(ys))
        right, bottom = min(float(self.width), max(xs)), min(float(self.height), max(ys))
        size = (round((right - left) * SCALE), round((bottom - top) * SCALE))
        if min(size) < 1:
            return
        mask = Image.new("L", size)
        path = [((x - left) * SCALE, (y - top) * SCALE) for x, y in points]
        ImageDraw.Draw(mask).polygon(path, fill=round(255 * strength))
        self.image.paste(rgb(colour), (round(left * SCALE), round(top * SCALE)), mask)

    def mirror(
        self, waterline: float, colour: str, strength: float = 0.45, squash: float = 1.0
    ) -> None:
        """Fill everything below the waterline with the reflection of what stands above it."""
        below = round((self.height - waterline) * SCALE)
        source = min(round(below * squash), round(waterline * SCALE))
        line = round(waterline * SCALE)
        strip = self.image.crop((0, line - source, self.image.width, line))
        strip = strip.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((self.image.width, below))
        veil = Image.new("RGB", strip.size, rgb(colour))
        self.image.paste(Image.blend(strip, veil, strength), (0, line))

    def ripples(self, top: float, bottom: float, colours: Sequence[str], count: int) -> None:
        """Flat streaks on water, longer and further apart towards the viewer."""
        for _ in range(count):
            depth = self.dice.fraction() ** 1.4
            y = top + (bottom - top) * depth
            length = self.dice.between(20, 60) + 190 * depth
            x = self.dice.between(-80, self.width)
            thick = 0.8 + 2.6 * depth
            self.ellipse(x + length / 2, y, length / 2, thick, self.dice.choice(colours))

    def finish(self, grain: int = GRAIN) -> Image.Image:
        """The picture in its final size, with a slight grain as of printed paper."""
        small = self.image.reduce(SCALE)
        return ImageChops.overlay(small, _paper(self.width, self.height, grain))


def smooth(points: Sequence[Point]) -> list[Point]:
    """Points of a Catmull-Rom curve through the given ones."""
    path: list[Point] = []
    closed = points[0] == points[-1]
    for index in range(len(points) - 1):
        before = points[index - 1] if index else (points[-2] if closed else points[0])
        after = (
            points[index + 2] if index + 2 < len(points) else (points[1] if closed else points[-1])
        )
        start, end = points[index], points[index + 1]
        path += [
            _between(before, start, end, after, step / CURVE_STEPS) for step in range(CURVE_STEPS)
        ]
    path.append(points[-1])
    return path


def _between(before: Point, start: Point, end: Point, after: Point, t: float) -> Point:
    def axis(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )

    return (
        axis(before[0], start[0], end[0], after[0]),
        axis(before[1], start[1], end[1], after[1]),
    )


def _along(colours: Sequence[str], share: float) -> str:
    position = share * (len(colours) - 1)
    index = min(int(position), len(colours) - 2)
    return mix(colours[index], colours[index + 1], position - index)


@cache
def _radial(percent: int) -> Image.Image:
    return Image.radial_gradient("L").point(
        lambda value: round(max(0.0, 1 - value / 181) ** 2 * 2.55 * percent)
    )


@cache
def _paper(width: int, height: int, grain: int) -> Image.Image:
    dice = Dice("paper")
    spread = [
        round(128 + grain * (dice.fraction() + dice.fraction() - 1)) for _ in range(TILE * TILE)
    ]
    tile = Image.frombytes("L", (TILE, TILE), bytes(spread))
    noise = Image.new("L", (width, height))
    for x in range(0, width, TILE):
        for y in range(0, height, TILE):
            noise.paste(tile, (x, y))
    return Image.merge("RGB", (noise, noise, noise))
