"""What other sites show beside a link to a page: its card, and until that is made the story's picture or the
edition's own card."""

from __future__ import annotations

from pathlib import Path

from django.core.files.storage import default_storage

from broadsheet.kit import reads
from broadsheet.kit.wishes import wish
from broadsheet.newsroom.models import Article
from broadsheet.newsroom.queries.editions import Plate
from broadsheet.newsroom.queries.share_cards import share_card
from broadsheet.theme.documents import SharedPicture
from broadsheet.theme.languages import language
from broadsheet.theme.looks import look
from broadsheet.theme.models import Look
from broadsheet.theme.pictures import LOGO, TYPES, Made
from broadsheet.theme.share_cards import PHOTO, SIZE, ShareCard

CARD = "card"
"""The kind of wish for a card; the ident is the page's id."""

PHOTO_SPEC = f"fill-{PHOTO[0]}x{PHOTO[1]}|bgcolor-ffffff|credited|format-jpeg"


def story_card(story: Article, plate: Plate, section: str) -> ShareCard:
    """What the card of a story shows."""
    photo = story.picture.key_for(PHOTO_SPEC) if story.picture else ""
    return _card(plate, story.headline, kicker=section, photo=photo)


def edition_card(plate: Plate) -> ShareCard:
    """What the card of an edition shows: that of its front page, and of every page that has none of its own."""
    return _card(plate, plate.tagline or plate.name)


def _card(plate: Plate, headline: str, *, kicker: str = "", photo: str = "") -> ShareCard:
    chosen = look() or Look()
    return ShareCard(
        headline=headline,
        kicker=kicker,
        name=plate.name,
        direction="rtl" if language(plate.code).direction == "rtl" else "ltr",
        paper=chosen.paper,
        ink=chosen.ink,
        accent=chosen.accent,
        logo=chosen.logo.key_for(LOGO[1]) if chosen.logo else "",
        photo=photo,
    )


def shared_story(
    story: Article, plate: Plate, section: str, picture: Made | None, alt: str
) -> SharedPicture | None:
    """What stands beside a link to a story: its card, else its picture, else the edition's card."""
    card = _made(story.pk, story_card(story, plate, section))
    if card is not None:
        return SharedPicture(card, story.headline)
    return SharedPicture(picture, alt or story.headline) if picture else shared_edition(plate)


def shared_edition(plate: Plate) -> SharedPicture | None:
    """The edition's card, or None while it is being made."""
    card = _made(plate.front_pk, edition_card(plate))
    return SharedPicture(card, plate.name) if card else None


def _made(pk: int, card: ShareCard) -> Made | None:
    """Where readers find a card as it has to be now; else it is wished for. Nothing outside of pressing."""
    if reads.current() is None:
        return None
    found = share_card(pk)
    file = Path(default_storage.path(found[1])) if found else None
    if found is None or found[0] != card.stamp or file is None or not file.is_file():
        wish(CARD, pk)
        return None
    path = f"/media/{card.stamp}/card{file.suffix}"
    reads.use_picture(path, file, TYPES[file.suffix])
    return Made(path, *SIZE)
