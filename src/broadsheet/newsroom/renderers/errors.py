"""Pages for addresses with nothing behind them, with something useful to do."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from broadsheet.kit.public import Document, language_prefix
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


def gone(path: str) -> Document | None:
    """The page at an address whose document was withdrawn, in the language of the address."""
    codes = dict(editions.editions())
    first = path.split("/")[1]
    code = first if first in codes and language_prefix(first) else settings.LANGUAGE_CODE
    plate = editions.plate(code)
    if plate is None:
        return None
    with translation.override(code):
        title = _("This page was withdrawn")
        text = _("The newsroom has taken it off the site.")
    return _error_document(plate, path, title, text, 410)


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
