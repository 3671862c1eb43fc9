"""A supporter's own room: what they gave and promised, and what they choose. Nobody sees another's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.funding.actions import (
    leave_room,
    send_receipt_again,
    show_name,
    start_updates,
    stop_updates,
)
from broadsheet.funding.actions.stating import statement_path
from broadsheet.funding.choices import DonationState
from broadsheet.funding.errors import CareRefused
from broadsheet.funding.models import CampaignText, Donation, RoomSession, Supporter
from broadsheet.funding.queries import (
    gifts_of,
    given_by,
    next_day,
    pledges_of,
    shows_name,
    statements_of,
)
from broadsheet.funding.queries.export import data_of
from broadsheet.funding.queries.room import SHOWN
from broadsheet.funding.views.confirm import SeeOther
from broadsheet.funding.views.entering import ask_page
from broadsheet.funding.views.pledges import Door, answer_about, cadence_words, state_words
from broadsheet.funding.views.sessions import (
    current_session,
    forget_session,
    form_mark,
    is_from_room,
)
from broadsheet.kit.money import Money
from broadsheet.kit.public import language_prefix
from broadsheet.theme.answers import page_answer
from broadsheet.theme.filters import day

BY = "supporter"


# The mark in each form and the origin of the request prove what a CSRF cookie would.
@gzip_page
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest) -> HttpResponse:
    session = current_session(request)
    if session is None:
        return ask_page(request)
    if request.method != "POST":
        return _page(request, session, notice=_done(request.GET.get("done", "")))
    if not is_from_room(request, session):
        notice = _("This form was not sent from our page. Please look at it and send it again.")
        return _page(request, session, notice=notice, status=403)
    wish = request.POST.get("do", "")
    if wish == "leave":
        leave_room(session=session, by=BY)
        answer = SeeOther(reverse("funding:account"))
        forget_session(answer)
        return answer
    try:
        _work(wish, request, session.supporter)()
    except CareRefused:
        notice = _("This cannot be done as things are now. Please look at it once more.")
        return _page(request, session, notice=notice, status=422)
    return SeeOther(f"{reverse('funding:account')}?done={wish}")


@gzip_page
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def room_pledge(request: HttpRequest, key: str) -> HttpResponse:
    """One of the supporter's own pledges; another's is not there."""
    session = current_session(request)
    if session is None:
        return SeeOther(reverse("funding:account"))
    found = pledges_of(session.supporter).filter(key=key).first()
    if found is None:
        title, path = _("There is no such gift"), f"/account/pledge/{key}/"
        return page_answer("funding/pledge.html", title=title, path=path, status=404, pledge=None)
    door = Door(path=f"/account/pledge/{key}/", mark=form_mark(session), is_room=True)
    is_trusted = request.method != "POST" or is_from_room(request, session)
    return answer_about(request, found, door, is_trusted=is_trusted)


@gzip_page
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """All that is kept of the supporter, to be downloaded."""
    session = current_session(request)
    if session is None:
        return SeeOther(reverse("funding:account"))
    told = json.dumps(
        data_of(session.supporter), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1
    )
    answer = HttpResponse(told, content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    answer["Cache-Control"] = "no-store"
    return answer


def _work(wish: str, request: HttpRequest, supporter: Supporter) -> Callable[[], object]:
    works: dict[str, Callable[[], object]] = {
        "updates": lambda: start_updates(supporter=supporter, by=BY),
        "quiet": lambda: stop_updates(supporter=supporter, by=BY),
        "named": lambda: show_name(supporter=supporter, is_shown=True, by=BY),
        "unnamed": lambda: show_name(supporter=supporter, is_shown=False, by=BY),
        "receipt": lambda: _send_again(supporter, request.POST.get("gift", "")),
    }
    if wish not in works:
        raise CareRefused("Nobody knows what is to be done.")
    return works[wish]


def _send_again(supporter: Supporter, reference: str) -> None:
    gift = Donation.objects.filter(supporter=supporter, reference=reference).first()
    if gift is None:
        raise CareRefused("There is no such gift.")
    send_receipt_again(donation=gift, by=BY)


def _page(
    request: HttpRequest, session: RoomSession, *, status: int = 200, notice: str = ""
) -> HttpResponse:
    supporter, code = session.supporter, get_language() or "en"
    gifts = gifts_of(supporter, str(request.GET.get("before", "")))
    shown = gifts[:SHOWN]
    return page_answer(
        "funding/room.html",
        title=_("Your own room"),
        path="/account/",
        status=status,
        notice=notice,
        mark=form_mark(session),
        room=reverse("funding:account"),
        giving=f"{language_prefix(code)}/give/",
        supporter=supporter,
        given=[total.format(code) for total in given_by(supporter)],
        pledges=[_pledge(pledge, code) for pledge in pledges_of(supporter)],
        gifts=_rows(shown, code),
        more=shown[-1].reference if len(gifts) > SHOWN else "",
        statements=[(one.label, statement_path(one)) for one in statements_of(supporter)],
        data_path=reverse("funding:account-data"),
        erasing=reverse("funding:account-erase"),
        is_named=shows_name(supporter),
    )


def _pledge(pledge: Any, code: str) -> dict[str, str]:
    comes = next_day(pledge)
    return {
        "path": reverse("funding:account-pledge", args=[pledge.key]),
        "amount": pledge.gross.format(code),
        "cadence": cadence_words(pledge),
        "state": state_words(pledge),
        "next_on": day(comes) if comes else "",
    }


def _rows(gifts: list[Donation], code: str) -> list[dict[str, object]]:
    """What the list says of each gift: when, for what, how much, where it is, its receipt."""
    campaigns = {gift.campaign_id for gift in gifts if gift.campaign_id}
    texts = CampaignText.objects.filter(campaign__in=campaigns, language=code)
    titles = dict(texts.values_list("campaign", "title"))
    return [
        {
            "reference": gift.reference,
            "at": gift.settled_at or gift.created_at,
            "amount": gift.gross.format(code),
            "purpose": titles.get(gift.campaign_id, ""),
            "state": _state(gift, code),
            "receipt": max(gift.receipts.all(), key=lambda each: each.version, default=None),
        }
        for gift in gifts
    ]


def _state(gift: Donation, code: str) -> str:
    paid = [one for one in gift.attempts.all() if one.captured_minor and not one.is_extra]
    returned = sum(one.returned_minor for one in paid)
    if returned:
        said = _("%(returned)s given back")
        return said % {"returned": Money(returned, gift.currency).format(code)}
    return {
        DonationState.SETTLED.value: _("Arrived"),
        DonationState.PENDING.value: _("Not complete yet"),
        DonationState.LAPSED.value: _("Not completed"),
    }[gift.state]


def _done(wish: str) -> str:
    return {
        "updates": _("You get updates of campaigns again."),
        "quiet": _(
            "You get no more updates of campaigns. Receipts for your gifts are sent as ever."
        ),
        "named": _("Your name is shown beside your gifts."),
        "unnamed": _("Your name is shown beside none of your gifts."),
        "receipt": _("The receipt is on its way to you by e-mail."),
    }.get(wish, "")
