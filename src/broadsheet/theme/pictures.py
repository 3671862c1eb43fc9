"""Pictures in pages: a few fixed sizes of each, in WebP and JPEG with the page that shows them, in AVIF soon after."""

from __future__ import annotations

import errno
import functools
import hashlib
import logging
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from PIL import features
from PIL.Image import DecompressionBombError
from wagtail.images.models import Filter

from broadsheet.kit import reads
from broadsheet.kit.wishes import wish

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shape:
    """Wagtail's filter specifications that a picture is made to: some in WebP, and in AVIF where that is worth
    it, one in JPEG. No others are made for readers, and nothing that they ask for makes one."""

    sizes: tuple[str, ...]
    jpeg: str
    has_avif: bool = True

    @property
    def specs(self) -> tuple[str, ...]:
        """What the page waits for."""
        webp = (f"{size}|credited|format-webp" for size in self.sizes)
        return (*webp, f"{self.jpeg}|bgcolor-ffffff|credited|format-jpeg")

    @property
    def smaller(self) -> tuple[str, ...]:
        """What is made behind the press."""
        return tuple(f"{size}|credited|format-avif" for size in self.sizes if self.has_avif)


SHAPES = {
    "card": Shape(("fill-360x240", "fill-720x480"), "fill-720x480"),
    "lead": Shape(("fill-360x240", "fill-720x480", "fill-1200x800"), "fill-720x480"),
    "whole": Shape(("max-480x720", "max-800x1200", "max-1200x1200"), "max-800x1200"),
    "portrait": Shape(("fill-96x96", "fill-192x192"), "fill-192x192", has_avif=False),
}
"""Cards and leads are cut to 3:2 around the picture's focal point; a story shows the whole picture."""

TYPES = {
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}

AVIF = "avif"
"""The kind of wish for a picture in AVIF; the ident is the picture's id."""

CAN_AVIF = features.check("avif")
"""Whether this machine's Pillow writes AVIF; else pages stay with WebP."""

LOGO = ("max-480x96|credited|format-png", "max-960x192|credited|format-png")
"""A logo keeps its transparent ground."""

SHARED = "fill-1200x630|bgcolor-ffffff|credited|format-jpeg"
"""What other sites show beside a link to a story."""

STILL = SHAPES["whole"].specs[-1]
"""What stands for a film."""

UNREADABLE = (OSError, ValueError, SyntaxError, DecompressionBombError)
"""What comes of a picture file that is missing or broken."""

OURS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE})
"""What an OSError says when it is the machine that cannot."""


def is_ours(error: Exception) -> bool:
    """Whether what came of a picture is no fault of its file: the machine cannot."""
    return isinstance(error, OSError) and error.errno in OURS


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
    smaller = _smaller(image, SHAPES[shape].smaller)
    hurry = Markup(' fetchpriority="high"') if is_first else Markup(' loading="lazy"')
    shown = Markup('<img src="{}" width="{}" height="{}" alt="{}"{} decoding="async">').format(
        jpeg.url, jpeg.width, jpeg.height, alt, hurry
    )
    sources = _source("avif", smaller, sizes) + _source("webp", webp, sizes)
    return Markup("<picture>{}{}</picture>").format(sources, shown)


def _source(format_: str, files: Sequence[Made], sizes: str) -> Markup:
    if not files:
        return Markup("")
    widths = {one.width: one for one in files}  # a small picture is no wider in the larger sizes
    srcset = ", ".join(f"{one.url} {one.width}w" for one in widths.values())
    return Markup('<source type="image/{}" srcset="{}" sizes="{}">').format(format_, srcset, sizes)


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
            if is_ours(error):
                raise  # A full disk is no fault of the picture: a page without it must not go out.
            logger.warning("The picture “%s” cannot be shown: %s", image.title, error)
            return []
        return [_published(image, renditions[spec]) for spec in specs]


def _smaller(image: Any, specs: Sequence[str]) -> list[Made]:
    """The files of an image that are made behind the press: all, or none yet, and then they are wished for."""
    if not (specs and CAN_AVIF):
        return []
    with reads.reading():
        found = image.find_existing_renditions(*map(_filter, specs))
        whole = [one for one in found.values() if Path(one.file.path).is_file()]
        if len(whole) == len(specs):
            return [_published(image, found[_filter(spec)]) for spec in specs]
        # Files that were lost are made again like those that never were.
        image.renditions.filter(
            pk__in=[one.pk for one in found.values() if one not in whole]
        ).delete()
    wish(AVIF, image.pk)
    return []


@functools.cache
def _filter(spec: str) -> Filter:
    return Filter(spec)


def smaller_specs(specs: Collection[str]) -> list[str]:
    """What a picture is made to in AVIF that was made to these specifications."""
    every = dict.fromkeys(small for shape in SHAPES.values() for small in shape.smaller)
    return [small for small in every if small.replace("avif", "webp") in specs]


def _published(image: Any, rendition: Any) -> Made:
    """A rendition under an address that changes with its content; outside of pressing, where the desk sees it."""
    if reads.current() is None:
        return Made(rendition.url, rendition.width, rendition.height)
    # The formats of one size share a folder: what repeats itself in a page costs it little.
    size = rendition.filter_spec.partition("|")[0]
    content = f"{image.file_hash or image.file.name} {size} {rendition.focal_point_key}"
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    file = Path(rendition.file.path)
    name = re.sub(r"[^a-z0-9]+", "-", Path(image.file.name).stem.lower()).strip("-")[:40]
    path = f"/media/{digest}/{name or 'picture'}-{rendition.width}{file.suffix}"
    reads.use_picture(path, file, TYPES[file.suffix])
    return Made(path, rendition.width, rendition.height)
