"""Pictures in pages: a few fixed sizes of each, in WebP and JPEG, published with the page that shows them."""

from __future__ import annotations

import errno
import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from PIL.Image import DecompressionBombError

from broadsheet.kit import reads

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shape:
    """Wagtail's filter specifications that a picture is made to: some in WebP, one in JPEG."""

    webp: tuple[str, ...]
    jpeg: str

    @property
    def specs(self) -> tuple[str, ...]:
        webp = (f"{spec}|format-webp" for spec in self.webp)
        return (*webp, f"{self.jpeg}|bgcolor-ffffff|format-jpeg")


SHAPES = {
    "card": Shape(("fill-360x240", "fill-720x480"), "fill-720x480"),
    "lead": Shape(("fill-360x240", "fill-720x480", "fill-1200x800"), "fill-720x480"),
    "whole": Shape(("max-480x720", "max-800x1200", "max-1200x1200"), "max-800x1200"),
    "portrait": Shape(("fill-96x96", "fill-192x192"), "fill-192x192"),
}
"""Cards and leads are cut to 3:2 around the picture's focal point; a story shows the whole picture."""

TYPES = {".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png"}

LOGO = ("max-480x96|format-png", "max-960x192|format-png")
"""A logo keeps its transparent ground."""

SHARED = "fill-1200x630|bgcolor-ffffff|format-jpeg"
"""What other sites show beside a link to a story."""

STILL = SHAPES["whole"].specs[-1]
"""What stands for a film."""

UNREADABLE = (OSError, ValueError, SyntaxError, DecompressionBombError)
"""What comes of a picture file that is missing or broken."""

OURS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE})
"""What an OSError says when it is the machine that cannot."""


@dataclass(frozen=True, slots=True)
class Made:
    """One file of a picture and where a page finds it."""

    url: str
    width: int
    height: int


def picture(
    image: Any, shape: str, alt: str, *, sizes: str = "100vw", is_first: bool = False
) -> Markup:
    """A `<picture>` of a Wagtail image in one of the shapes; empty where the file cannot be read.

    `sizes` says how wide it will be (HTML's attribute); `is_first` loads it at once, others as they come near.
    """
    made = _made(image, SHAPES[shape].specs)
    if not made:
        return Markup("")
    *webp, jpeg = made
    widths = {one.width: one for one in webp}  # a small picture is no wider in the larger sizes
    srcset = ", ".join(f"{one.url} {one.width}w" for one in widths.values())
    hurry = Markup(' fetchpriority="high"') if is_first else Markup(' loading="lazy"')
    return Markup(
        '<picture><source type="image/webp" srcset="{}" sizes="{}">'
        '<img src="{}" width="{}" height="{}" alt="{}"{} decoding="async"></picture>'
    ).format(srcset, sizes, jpeg.url, jpeg.width, jpeg.height, alt, hurry)


def shared_picture(image: Any) -> Made | None:
    """The picture as other sites show it beside a link, or None where the file cannot be read."""
    return next(iter(_made(image, (SHARED,))), None)


def still_picture(image: Any) -> Made | None:
    """The picture that stands for a film until it is started, or None where the file cannot be read."""
    return next(iter(_made(image, (STILL,))), None)


def logo_picture(image: Any, dark: Any | None, alt: str) -> Markup:
    """A logo as high as a name plate, another file of it on dark ground; empty where it cannot be read."""
    made = _made(image, LOGO)
    if not made:
        return Markup("")
    night = _made(dark, LOGO) if dark is not None else []
    by_night = Markup("")
    if night:
        by_night = Markup(
            '<source media="(prefers-color-scheme: dark)" srcset="{} 1x, {} 2x">'
        ).format(night[0].url, night[1].url)
    plain, sharp = made
    return Markup(
        '<picture>{}<img src="{}" srcset="{} 2x" width="{}" height="{}" alt="{}"></picture>'
    ).format(by_night, plain.url, sharp.url, plain.width, plain.height, alt)


def _made(image: Any, specs: Sequence[str]) -> list[Made]:
    """The files of an image in the order of the specs, made where they are missing; none for a broken picture."""
    with reads.reading():
        try:
            renditions = image.get_renditions(*specs)
            if not all(Path(one.file.path).is_file() for one in renditions.values()):
                # Files were lost, a restored backup without them say: they are made again.
                image.renditions.filter(filter_spec__in=specs).delete()
                renditions = type(image).objects.get(pk=image.pk).get_renditions(*specs)
        except UNREADABLE as error:
            if isinstance(error, OSError) and error.errno in OURS:
                raise  # A full disk is no fault of the picture: a page without it must not go out.
            logger.warning("The picture “%s” cannot be shown: %s", image.title, error)
            return []
        return [_published(image, renditions[spec]) for spec in specs]


def _published(image: Any, rendition: Any) -> Made:
    """A rendition under an address that changes with its content; outside of pressing, where the desk sees it."""
    if reads.current() is None:
        return Made(rendition.url, rendition.width, rendition.height)
    content = (
        f"{image.file_hash or image.file.name} {rendition.filter_spec} {rendition.focal_point_key}"
    )
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    file = Path(rendition.file.path)
    name = re.sub(r"[^a-z0-9]+", "-", Path(image.file.name).stem.lower()).strip("-")[:40]
    path = f"/media/{digest}/{name or 'picture'}-{rendition.width}{file.suffix}"
    reads.use_picture(path, file, TYPES[file.suffix])
    return Made(path, rendition.width, rendition.height)
