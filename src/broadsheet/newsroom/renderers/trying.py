"""The front page as it would be with another look."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from markupsafe import Markup

from broadsheet.newsroom.queries import editions, stories
from broadsheet.newsroom.renderers.pages import preview
from broadsheet.theme.looks import trying
from broadsheet.theme.models import Look


def front_with(look: Look, request: HttpRequest, mode: str) -> Markup | None:
    """The first language's front page with a look that nobody has saved; None in other modes of the preview."""
    plate = editions.plate(settings.LANGUAGE_CODE) if mode == "front" else None
    if plate is None:
        return None
    page = stories.page(plate.front_pk)
    with trying(look):
        return preview(page) if page is not None else None
