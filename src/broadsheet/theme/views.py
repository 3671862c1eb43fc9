"""The living style guide: every component in every state, as readers would get it. Editors only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup
from wagtail.admin.auth import require_admin_access

from broadsheet.theme.documents import Head, html_text, page_policy
from broadsheet.theme.languages import language
from broadsheet.theme.looks import trying
from broadsheet.theme.models import Look
from broadsheet.theme.samples import samples

LANGUAGES = ("en", "ar", "fr", "es")


@require_safe
@require_admin_access
def styleguide(request: HttpRequest) -> HttpResponse:
    """In the language that `?language=` names, English where it names none of ours."""
    response = HttpResponse(guide(request))
    response["Content-Security-Policy"] = page_policy()
    return response


def guide(request: HttpRequest) -> str:
    """The style guide's HTML for a request."""
    asked = request.GET.get("language")
    code = asked if asked in LANGUAGES else "en"
    tongue = language(code)
    return html_text(
        "theme/styleguide.html",
        code=code,
        head=Head(title="Style guide", path=request.path, listed=False),
        tongues=[language(other) for other in LANGUAGES],
        **samples(tongue.direction),
    )


def guide_with(look: Look, request: HttpRequest, mode: str) -> Markup | None:
    """The style guide with a look that nobody has saved; None in other modes of the preview."""
    if mode != "guide":
        return None
    with trying(look):
        return Markup(guide(request))  # noqa: S704 - our own template's output
