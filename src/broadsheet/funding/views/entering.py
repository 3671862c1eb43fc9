"""Coming into one's own room: an address, then a code or the link of a letter. Looking at either changes nothing."""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet.funding.actions import ask_to_enter, enter_by_code, enter_by_link
from broadsheet.funding.actions.entering import signature_of
from broadsheet.funding.errors import TooMany
from broadsheet.funding.forms import AddressForm
from broadsheet.funding.models import EntryLetter
from broadsheet.funding.views.challenges import asker_of
from broadsheet.funding.views.confirm import SeeOther
from broadsheet.funding.views.sessions import keep_session
from broadsheet.kit.http import is_same_origin
from broadsheet.theme.answers import page_answer

BY = "supporter"


def ask_page(request: HttpRequest) -> HttpResponse:
    """The room's door: an address is typed, and the answer is the same whoever's it is."""
    if request.method != "POST":
        return _page("ask")
    if not is_same_origin(request):
        return _page("ask", status=403, notice=_not_ours())
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page("ask", status=422, errors=form.errors, data=form.data)
    try:
        letter = ask_for_code(request, form.cleaned_data["email"])
    except TooMany:
        return _page("ask", status=429, notice=too_many_letters(), data=form.data)
    return SeeOther(f"{reverse('funding:account-code')}?{urlencode({'letter': letter.key})}")


# Who is not signed in has no cookie that somebody else's page could use; the origin is asked all the same.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Where the code is typed."""
    if request.method != "POST":
        return _page("code", letter=str(request.GET.get("letter", "")))
    letter = request.POST.get("letter", "")
    if not is_same_origin(request):
        return _page("code", status=403, letter=letter, notice=_not_ours())
    kept = enter_by_code(key=letter, code=digits(request.POST.get("code", "")), by=BY)
    if not kept:
        wrong = _("This code is wrong or no longer good. Have a new one sent to you.")
        return _page("code", status=422, letter=letter, errors={"code": [wrong]})
    return _let_in(kept)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, key: str, signature: str) -> HttpResponse:
    """Where the link of a letter leads: programs that open it press no button."""
    if not constant_time_compare(signature, signature_of(key)):
        return _page("over", status=404)
    if request.method != "POST":
        return _page("link")
    if not is_same_origin(request):
        return _page("link", status=403, notice=_not_ours())
    kept = enter_by_link(key=key, by=BY)
    return _let_in(kept) if kept else _page("over", status=422)


def _let_in(kept: str) -> HttpResponse:
    answer = SeeOther(reverse("funding:account"))
    keep_session(answer, kept)
    return answer


def ask_for_code(request: HttpRequest, email: str) -> EntryLetter:
    """Have a code sent to an address, in the language of the page. Raises TooMany."""
    return ask_to_enter(
        email=email,
        language=get_language() or settings.LANGUAGE_CODE,
        asker=asker_of(request, ""),
        by=BY,
    )


def too_many_letters() -> str:
    """What is said where none is sent."""
    return _("Several letters were sent already. Look at your e-mail, or try again in an hour.")


def digits(typed: str) -> str:
    """What was typed as digits of ASCII, however they are written and grouped."""
    return "".join(str(unicodedata.decimal(each)) for each in typed if each.isdecimal())


def _not_ours() -> str:
    return _("This form was not sent from our page. Please look at it and send it again.")


def _page(kind: str, *, status: int = 200, **context: Any) -> HttpResponse:
    titles = {
        "ask": _("Your own room"),
        "code": _("Look at your e-mail"),
        "link": _("Your own room"),
        "over": _("This link is no longer good"),
    }
    return page_answer(
        "funding/entry.html",
        title=titles[kind],
        path="/account/",
        status=status,
        kind=kind,
        room=reverse("funding:account"),
        code_path=reverse("funding:account-code"),
        **{"errors": {}, "data": {}, "notice": "", "letter": "", **context},
    )
