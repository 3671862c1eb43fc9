"""Turning a template into an answer of a dynamic reader page: strict policy, no cookie, kept by nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language

from broadsheet.kit.public import language_prefix
from broadsheet.theme.documents import Head, html_text, page_policy


def page_answer(
    template: str,
    *,
    title: str,
    path: str,
    status: int = 200,
    form_targets: Sequence[str] = (),
    is_challenge: bool = False,
    **context: Any,
) -> HttpResponse:
    """A page in the language of the request, at `path` below that language's prefix, for no search engine.

    `form_targets` are origins besides our own that its forms may lead to, redirects included.
    `is_challenge` where one of them is sent with a proof.
    """
    code = get_language() or settings.LANGUAGE_CODE
    head = Head(
        title=title, path=f"{language_prefix(code)}{path}", listed=False, is_challenge=is_challenge
    )
    response = HttpResponse(html_text(template, code=code, head=head, **context), status=status)
    response["Content-Security-Policy"] = page_policy(
        form_targets=form_targets, has_script=bool(head.script)
    )
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response
