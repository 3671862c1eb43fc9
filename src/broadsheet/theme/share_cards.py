"""The card that other sites show beside a link: headline, section and the newsroom's name or logo, in its colours."""

from __future__ import annotations

import hashlib
import io
from dataclasses import astuple, dataclass

from PIL import Image, ImageDraw

from broadsheet.theme import typesetting
from broadsheet.theme.typesetting import Direction, fit

SIZE = (1200, 630)
"""What all who show links expect."""

EDITION = 1
"""To be raised with every change of how a card looks: then all are made again."""

MARGIN = 72
BAND = 14
PHOTO = (440, 630)
LARGEST = 100_000
"""Bytes of a card; some services show none that is larger than 300 kB, and phones load it in lists."""

HEADLINE = (92, 84, 76, 68, 60, 54, 48, 43, 38, 34)
NAME = (44, 38, 32, 27)
KICKER = (30, 26)


@dataclass(frozen=True, slots=True)
class ShareCard:
    """What a card shows. `logo` and `photo` are keys of the pictures it is made with, empty where there are none."""

    headline: str
    kicker: str
    name: str
    direction: Direction
    paper: str
    ink: str
    accent: str
    logo: str = ""
    photo: str = ""

    @property
    def stamp(self) -> str:
        """What tells this card from any other."""
        return hashlib.sha256(repr((EDITION, astuple(self))).encode()).hexdigest()[:16]


def drawn(
    card: ShareCard, logo: Image.Image | None, photo: Image.Image | None
) -> tuple[bytes, str]:
    """A card as a file, and the ending of its name. Raises NoFace for letters that nothing here can draw."""
    canvas = Image.new("RGB", SIZE, card.paper)
    pen = ImageDraw.Draw(canvas)
    width, height = SIZE
    left, right = MARGIN, width - MARGIN
    if photo is not None:
        at = width - PHOTO[0] if card.direction == "ltr" else 0
        canvas.paste(photo.convert("RGB").resize(PHOTO), (at, 0))
        left, right = (
            (MARGIN, at - MARGIN // 2)
            if card.direction == "ltr"
            else (PHOTO[0] + MARGIN // 2, width - MARGIN)
        )
    pen.rectangle((0, 0, width, BAND), fill=card.accent)
    top = MARGIN - 8
    top += _plate(canvas, pen, card, logo, (left, top, right, top + 72)) + 22
    pen.line((left, top, right, top), fill=card.ink, width=2)
    top += 30
    if card.kicker:
        kicker = fit(card.kicker, right - left, 40, KICKER, 600)
        typesetting.draw(pen, kicker, (left, top, right, top + 40), card.accent, card.direction)
        top += kicker.height + 10
    headline = fit(card.headline, right - left, height - MARGIN + 16 - top, HEADLINE)
    typesetting.draw(pen, headline, (left, top, right, height), card.ink, card.direction)
    return _written(canvas, is_flat=photo is None and logo is None)


def _plate(
    canvas: Image.Image,
    pen: ImageDraw.ImageDraw,
    card: ShareCard,
    logo: Image.Image | None,
    box: typesetting.Box,
) -> int:
    """Draw the logo, or the name where there is none; return how high that is."""
    left, top, right, bottom = box
    if logo is None:
        name = fit(card.name, right - left, bottom - top, NAME)
        typesetting.draw(pen, name, box, card.ink, card.direction)
        return name.height
    scale = min((right - left) / logo.width, (bottom - top) / logo.height)
    mark = logo.convert("RGBA").resize(
        (max(1, round(logo.width * scale)), max(1, round(logo.height * scale)))
    )
    canvas.paste(mark, (left if card.direction == "ltr" else right - mark.width, top), mark)
    return mark.height


def _written(canvas: Image.Image, *, is_flat: bool) -> tuple[bytes, str]:
    """A card in the smallest format that becomes it: few colours as PNG, a photo as JPEG."""
    output = io.BytesIO()
    if is_flat:
        canvas.quantize(48, dither=Image.Dither.NONE).save(output, "PNG", optimize=True)
        return output.getvalue(), ".png"
    for quality in (84, 76, 66, 54, 40):
        output = io.BytesIO()
        canvas.save(output, "JPEG", quality=quality, progressive=True, optimize=True)
        if output.tell() <= LARGEST:
            break
    return output.getvalue(), ".jpg"
