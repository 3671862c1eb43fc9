"""Colours: their contrast as WCAG 2.2 defines it, and what lies between two of them."""

from __future__ import annotations

ENOUGH = 4.5
"""The contrast of small text that WCAG 2.2 asks for (1.4.3, AA)."""


def ratio(one: str, other: str) -> float:
    """The contrast of two colours written as `#rgb` or `#rrggbb`, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def between(one: str, other: str, share: float) -> str:
    """The colour that lies `share` (0 to 1) of the way from one colour to another."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(start + (end - start) * share):02x}" for start, end in pairs)


def readable_on(ground: str, light: str, dark: str) -> str:
    """Whichever of two colours is read better on a ground."""
    return max((light, dark), key=lambda colour: ratio(colour, ground))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, int, int]:
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
