"""Pages of giving: their forms may lead on to the processor's checkout."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse

from broadsheet.theme import answers


def page_answer(
    template: str, *, title: str, path: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page in the language of the request; its forms may lead to us and on to the processor's checkout."""
    targets = (
        [] if settings.BROADSHEET.processor == "none" else [settings.BROADSHEET.sandbox_address]
    )
    return answers.page_answer(
        template, title=title, path=path, status=status, form_targets=targets, **context
    )
