"""Pages for addresses with nothing behind them, with something useful to do."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from broadsheet.kit.public import Document
from broadsheet.newsroom.models import Article
from broadsheet.newsroom.queries import editions
from broadsheet.newsroom.queries.editions import Plate
from broadsheet.theme.documents import Head, html_document


def missing_document(code: str) -> Document | None:
    """The page for an address that was never there, in a language's edition."""
    plate = editions.plate(code)
    if plate is None:
        return None
    with translation.override(code):
        title = _("There is no page at this address")
        text = _("It may have been mistyped. The front page and the sections lead on.")
    return _error_document(plate, f"{plate.prefix}/404/", title, text, 404)


def gone(story: Article) -> Document | None:
    """The page at the address of a story that was withdrawn."""
    plate = editions.plate(story.locale.language_code)
    if plate is None or not story.address:
        return None
    with translation.override(plate.code):
        title = _("This story was withdrawn")
        text = _("The newsroom has taken it off the site.")
    return _error_document(plate, story.address, title, text, 410)


def _error_document(plate: Plate, path: str, title: str, text: str, status: int) -> Document:
    sections = [link for link in editions.sections(plate) if link.depth == 1]
    return html_document(
        "newsroom/error.html",
        code=plate.code,
        head=Head(title=title, path=path, listed=False),
        status=status,
        explanation=text,
        home=plate.home,
        sections=sections,
    )
