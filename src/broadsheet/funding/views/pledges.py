"""Where a supporter looks after a pledge, by a link from an e-mail or from their room: looking changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from broadsheet.funding.actions import (
    Asker,
    Proof,
    advance_gift,
    cancel_pledge,
    change_amount,
    change_date,
    open_checkout,
    pause_pledge,
    resume_pledge,
    skip_gift,
)
from broadsheet.funding.actions.pledging import CONSENT_VERSION, consent_text
from broadsheet.funding.actions.telling import signature_of
from broadsheet.funding.choices import Cadence, PledgeState
from broadsheet.funding.errors import FundingError, PledgeRefused, TooMany
from broadsheet.funding.forms import PAUSES, PledgeForm
from broadsheet.funding.models import Donation, Pledge
from broadsheet.funding.queries import next_day, unpaid_gift
from broadsheet.funding.views.challenges import asker_of
from broadsheet.funding.views.confirm import SeeOther
from broadsheet.kit import clock
from broadsheet.theme.answers import page_answer
from broadsheet.theme.filters import day

BY = "supporter"
LIVING = (PledgeState.ACTIVE, PledgeState.PAST_DUE, PledgeState.PAUSED)


@dataclass(frozen=True, slots=True)
class Door:
    """Where a pledge's page is, below the prefix of a language, and what its forms carry.

    In their room (`is_room`) somebody is sure to be the supporter: there more can be given, too.
    """

    path: str
    mark: str = ""
    is_room: bool = False


# The link proves who asks, and there is no cookie that somebody else's page could use.
@gzip_page
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def look_after(request: HttpRequest, key: str, signature: str) -> HttpResponse:
    found, path = None, f"/give/pledge/{key}/{signature}/"
    if constant_time_compare(signature, signature_of(key)):
        rows = Pledge.objects.select_related("method", "supporter")
        found = rows.filter(key=key, supporter__erased_at=None).first()
    if found is None:
        title = _("There is no such link")
        return page_answer("funding/pledge.html", title=title, path=path, status=404, pledge=None)
    return answer_about(request, found, Door(path))


def answer_about(
    request: HttpRequest, pledge: Pledge, door: Door, *, is_trusted: bool = True
) -> HttpResponse:
    """The page of a pledge, or what was asked of it; nothing is done for a form that is not `is_trusted`."""
    if request.method != "POST":
        return _page(pledge, door, notice=_done(request.GET.get("done", "")))
    if not is_trusted:
        notice = _("This form was not sent from our page. Please look at it and send it again.")
        return _page(pledge, door, status=403, notice=notice)
    wish = request.POST.get("do", "")
    refused = _("This cannot be done as things are now. Please look at it once more.")
    try:
        if wish in ("pay", "card"):
            return _pay(request, pledge, door, is_ahead=wish == "card")
        form = PledgeForm(request.POST, pledge=pledge, may_raise=door.is_room)
        work = _work(wish, pledge, form)
        if work is None:
            return _page(pledge, door, status=422, errors=form.errors, data=form.data)
        work()
    except PledgeRefused:
        return _page(pledge, door, status=422, notice=refused)
    return SeeOther(f"{request.path}?done={wish}")


def _work(wish: str, pledge: Pledge, form: PledgeForm) -> Callable[[], None] | None:
    """What is asked for, None where it cannot be understood; the form then says why."""
    form.wish = wish
    if not form.is_valid():
        return None
    said = form.cleaned_data
    works: dict[str, Callable[[], None]] = {
        "skip": lambda: skip_gift(pledge=pledge, by=BY),
        "resume": lambda: resume_pledge(pledge=pledge, by=BY),
        "pause": lambda: pause_pledge(pledge=pledge, until=form.pause_ends(), by=BY),
        "date": lambda: change_date(pledge=pledge, next_on=said["next_on"], by=BY),
        "amount": lambda: change_amount(
            pledge=pledge,
            amount=said["amount"],
            covers_fees=pledge.cover_minor > 0,
            code=get_language() or settings.LANGUAGE_CODE,
            by=BY,
        ),
        "cancel": lambda: cancel_pledge(pledge=pledge, reason=said["reason"], by=BY),
    }
    return works.get(wish)


def _pay(request: HttpRequest, pledge: Pledge, door: Door, *, is_ahead: bool) -> HttpResponse:
    """Open the checkout for the gift that could not be taken, or for the next one; say where there is none to open."""
    try:
        donation = _ahead(request, pledge) if is_ahead else unpaid_gift(pledge)
        if donation is None:
            return _page(pledge, door, notice=_("There is nothing to pay now."), status=422)
        mark = f"pledge {donation.reference} {donation.attempts.count()}"
        attempt = open_checkout(donation=donation, by=BY, asker=_asker(request, pledge, mark))
    except TooMany:
        notice = _("Too much was begun here. Nothing was charged. Please try again in an hour.")
        return _page(pledge, door, notice=notice, status=429)
    except PledgeRefused:
        raise
    except FundingError:
        notice = _(
            "The payment processor cannot be reached now. Nothing was charged. Please try again in a moment."
        )
        return _page(pledge, door, notice=notice, status=503)
    if attempt.checkout_url:
        return SeeOther(attempt.checkout_url)
    return SeeOther(reverse("funding:gift-thanks", args=[donation.reference]))


def _ahead(request: HttpRequest, pledge: Pledge) -> Donation:
    mark = f"ahead {pledge.key} {pledge.occurrences.count()}"
    return advance_gift(pledge=pledge, asker=_asker(request, pledge, mark), by=BY)


def _asker(request: HttpRequest, pledge: Pledge, mark: str) -> Asker:
    """Who came by the link or is in their room has shown that they read the mailbox: once for each attempt."""
    proof = Proof(mark, clock.now() + dt.timedelta(hours=1), pledge.supporter.email)
    return replace(asker_of(request, ""), proof=proof)


def _page(pledge: Pledge, door: Door, *, status: int = 200, **context: Any) -> HttpResponse:
    code, unpaid, comes = get_language() or "en", unpaid_gift(pledge), next_day(pledge)
    shown = {
        "amount": pledge.gross.format(code),
        "cadence": cadence_words(pledge),
        "state": state_words(pledge),
        "next_on": day(comes) if comes else "",
        "consent": consent_text(Cadence(pledge.cadence), code),  # type: ignore[call-arg]
        "consent_version": CONSENT_VERSION,
        "unpaid": unpaid.gross.format(code) if unpaid else "",
        "can_change": pledge.state in LIVING,
        "can_cancel": pledge.state in (*LIVING, PledgeState.LAPSED),
        "pauses": [
            (count, ngettext("%(count)s month", "%(count)s months", count) % {"count": count})
            for count in PAUSES
        ],
    }
    return page_answer(
        "funding/pledge.html",
        title=_("Your gift"),
        path=door.path,
        status=status,
        form_targets=settings.BROADSHEET.checkout_origins,
        pledge=pledge,
        door=door,
        room=reverse("funding:account"),
        **{"errors": {}, "data": {}, "notice": "", **shown, **context},
    )


def cadence_words(pledge: Pledge) -> str:
    """How often, after an amount."""
    words = {Cadence.MONTHLY.value: _("every month"), Cadence.YEARLY.value: _("every year")}
    return words[pledge.cadence]


def state_words(pledge: Pledge) -> str:
    """How a pledge is, for its supporter."""
    if pledge.held_at and pledge.state != PledgeState.CANCELED:
        return _("Nothing is taken for now: your bank asks about a gift")
    return {
        PledgeState.PENDING.value: _("The first gift has not arrived yet"),
        PledgeState.ACTIVE.value: _("All is well"),
        PledgeState.PAUSED.value: _("Paused"),
        PledgeState.PAST_DUE.value: _("The last gift could not be taken yet"),
        PledgeState.LAPSED.value: _("At rest: nothing is taken any more"),
        PledgeState.CANCELED.value: _("Cancelled: nothing is taken any more"),
    }[pledge.state]


def _done(wish: str) -> str:
    return {
        "skip": _("The gift is skipped."),
        "resume": _("Thank you. Your gift goes on."),
        "pause": _("Your gift is paused."),
        "date": _("The day is changed."),
        "amount": _("The amount is changed, from the next gift on."),
        "cancel": _("Your gift is cancelled, and nothing is taken any more. Thank you."),
    }.get(wish, "")
