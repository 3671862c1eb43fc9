"""Where a supporter has themselves erased: what goes and what stays, a code that was sent for it, and a last button."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet.funding.actions import erase_supporter, prove_again
from broadsheet.funding.choices import Asked
from broadsheet.funding.errors import FundingError, TooMany
from broadsheet.funding.models import RoomSession
from broadsheet.funding.rules.erasing import kept_until
from broadsheet.funding.views.confirm import SeeOther
from broadsheet.funding.views.entering import ask_for_code, digits, too_many_letters
from broadsheet.funding.views.sessions import (
    current_session,
    forget_session,
    form_mark,
    is_from_room,
)
from broadsheet.kit import clock
from broadsheet.kit.public import language_prefix
from broadsheet.theme.answers import page_answer

BY = "supporter"


# The mark in each form and the origin of the request prove what a CSRF cookie would.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    session = current_session(request)
    if session is None:
        return SeeOther(reverse("funding:account"))
    if request.method != "POST":
        return _page(session, letter=str(request.GET.get("letter", "")))
    letter = request.POST.get("letter", "")
    if not is_from_room(request, session):
        notice = _("This form was not sent from our page. Please look at it and send it again.")
        return _page(session, status=403, letter=letter, notice=notice)
    if request.POST.get("do") != "erase":
        return _send_code(request, session)
    code = digits(request.POST.get("code", ""))
    if not prove_again(supporter=session.supporter, key=letter, code=code):
        wrong = _("This code is wrong or no longer good. Have a new one sent to you.")
        return _page(session, status=422, letter=letter, errors={"code": [wrong]})
    return _erase(session)


def _send_code(request: HttpRequest, session: RoomSession) -> HttpResponse:
    try:
        letter = ask_for_code(request, session.supporter.email)
    except TooMany:
        return _page(session, status=429, notice=too_many_letters())
    return SeeOther(f"{reverse('funding:account-erase')}?{urlencode({'letter': letter.key})}")


def _erase(session: RoomSession) -> HttpResponse:
    try:
        erase_supporter(supporter=session.supporter, asked=Asked.ROOM, by=BY)
    except FundingError:
        notice = _("This cannot be done as things are now. Please write to us.")
        return _page(session, status=422, notice=notice)
    answer = _page(session, title=_("You are erased"), is_done=True)
    forget_session(answer)
    return answer


def _page(session: RoomSession, *, status: int = 200, **context: Any) -> HttpResponse:
    until = kept_until(clock.day_of(clock.now()), settings.BROADSHEET.statement_form)
    shown = {
        "title": _("Have yourself erased"),
        "mark": form_mark(session),
        "room": reverse("funding:account"),
        "data_path": reverse("funding:account-data"),
        "giving": f"{language_prefix(get_language() or 'en')}/give/",
        "year": str(until.year),
        "letter": "",
        "notice": "",
        "errors": {},
        "data": {},
        "is_done": False,
    }
    return page_answer(
        "funding/erase.html", path="/account/erase/", status=status, **{**shown, **context}
    )
