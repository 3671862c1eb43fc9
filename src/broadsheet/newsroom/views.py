"""What the newsroom answers itself: the search."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from broadsheet.kit.reads import asking_once
from broadsheet.newsroom.renderers.searching import search_page
from broadsheet.theme.answers import page_answer


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    with asking_once():
        page = search_page(request.GET.dict(), get_language() or settings.LANGUAGE_CODE)
        return page_answer("newsroom/search.html", title=page.title, path=page.path, page=page)
