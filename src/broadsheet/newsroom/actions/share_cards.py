"""Drawing the cards that other sites show beside links, behind the press; and letting go of them."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from PIL import Image
from wagtail.images.models import Filter
from wagtail.models import Page

from broadsheet.kit.wishes import Entering, Unmakeable
from broadsheet.newsroom.models import Article, FrontPage, ShareCardFile
from broadsheet.newsroom.queries import editions, stories
from broadsheet.newsroom.renderers import sharing
from broadsheet.newsroom.renderers.cards import register_of
from broadsheet.theme.looks import look
from broadsheet.theme.pictures import LOGO, UNREADABLE, is_ours
from broadsheet.theme.share_cards import drawn
from broadsheet.theme.typesetting import NoFace


def make_share_card(pk: int) -> Entering | None:
    """Draw the card of a page. Raises Unmakeable where there is no face for its words or a picture cannot be read."""
    page = stories.page(pk)
    plate = editions.plate(page.locale.language_code) if page is not None else None
    if page is None or plate is None or not isinstance(page, Article | FrontPage):
        return None
    photo = None
    if isinstance(page, Article):
        section = register_of(plate).card(page).section
        card = sharing.story_card(page, plate, section.title if section else "")
        photo = page.picture
    else:
        card = sharing.edition_card(plate)
    chosen = look()
    logo = chosen.logo if chosen else None
    try:
        content, ending = drawn(card, _opened(logo, LOGO[1]), _opened(photo, sharing.PHOTO_SPEC))
    except NoFace as error:
        raise Unmakeable(f"{error} Install one: apt install fonts-noto-core") from error
    except UNREADABLE as error:
        if is_ours(error):
            raise
        raise Unmakeable(f"The card of “{page.title}” cannot be drawn: {error}") from error

    def enter() -> bool:
        if not Page.objects.filter(pk=pk).exists():
            return False
        _let_go(ShareCardFile.objects.filter(page=pk))
        made = ShareCardFile(page_id=pk, stamp=card.stamp)
        made.file.save(f"{card.stamp}{ending}", ContentFile(content))
        return True

    return enter


def forget_share_cards() -> None:
    """Let go of the cards of pages that are not public: their words are in them."""
    _let_go(ShareCardFile.objects.exclude(page__live=True))


def _let_go(cards: Any) -> None:
    for card in cards:
        card.delete()  # one by one: each has a file


def _opened(picture: Any, spec: str) -> Image.Image | None:
    if picture is None:
        return None
    file = picture.generate_rendition_file(Filter(spec))
    file.seek(0)
    opened = Image.open(file)
    opened.load()
    return opened
