"""Writing a picture for readers: smaller formats, and of what its file said nothing but colours and credit."""

from __future__ import annotations

from typing import IO, Any

from PIL import Image

FORMATS: dict[str, dict[str, Any]] = {
    "jpeg": {"quality": 76, "progressive": True, "optimize": True},
    "webp": {"quality": 80},
    # Speed 6: a third of a second for our largest; 4 takes ten times as long for a twentieth less.
    "avif": {"quality": 61, "speed": 6, "max_threads": 1},
    "png": {"optimize": True},
}

CREDITED_FROM = 480
"""Pixels in width from which a file carries its credit: it has some 400 bytes."""


def write(picture: Image.Image, format_: str, words: bytes, output: IO[bytes]) -> None:
    """Write a picture as `jpeg`, `webp`, `avif` or `png`: without EXIF (place, time, camera), with its colour profile
    and, where it is not small, the words (an XMP packet)."""
    options = dict(FORMATS[format_])
    if picture.info.get("icc_profile"):
        options["icc_profile"] = picture.info["icc_profile"]
    if words and picture.width >= CREDITED_FROM and format_ != "png":
        options["xmp"] = words
    plain = picture.copy()
    plain.info = {}
    plain.save(output, format_.upper(), **options)
