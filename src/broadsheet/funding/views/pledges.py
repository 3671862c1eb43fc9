"""Where a supporter looks after a pledge, by a link from an e-mail: looking changes nothing, no cookie is set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
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
    cancel_pledge,
    change_amount,
    change_date,
    open_checkout,
    pause_pledge,
    resume_pledge,
    skip_gift,
)
from broadsheet.funding.actions.telling import signature_of
from broadsheet.funding.choices import Cadence, PledgeState
from broadsheet.funding.errors import FundingError, PledgeRefused, TooMany
from broadsheet.funding.forms import PAUSES, PledgeForm
from broadsheet.funding.models import Donation, Pledge
from broadsheet.funding.queries import unpaid_gift
from broadsheet.funding.views.challenges import asker_of
from broadsheet.funding.views.confirm import SeeOther
from broadsheet.kit import clock
from broadsheet.theme.answers import page_answer
from broadsheet.theme.filters import day

BY = "supporter"
LIVING = (PledgeState.ACTIVE, PledgeState.PAST_DUE, PledgeState.PAUSED)


# The link proves who asks, and there is no cookie that somebody else's page could use.
@gzip_page
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def look_after(request: HttpRequest, key: str, signature: str) -> HttpResponse:
    found = None
    if constant_time_compare(signature, signature_of(key)):
        found = Pledge.objects.select_related("method", "supporter").filter(key=key).first()
    if found is None:
        title, path = _("There is no such link"), f"/give/pledge/{key}/{signature}/"
        return page_answer("funding/pledge.html", title=title, path=path, status=404, pledge=None)
    if request.method != "POST":
        return _page(found, signature, notice=_done(request.GET.get("done", "")))
    wish = request.POST.get("do", "")
    if wish == "pay":
        return _pay(request, found, signature)
    form = PledgeForm(request.POST, pledge=found)
    work = _work(wish, found, form)
    if work is None:
        return _page(found, signature, status=422, errors=form.errors, data=form.data)
    try:
        work()
    except PledgeRefused:
        notice = _("This cannot be done as things are now. Please look at it once more.")
        return _page(found, signature, status=422, notice=notice)
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


def _pay(request: HttpRequest, pledge: Pledge, signature: str) -> HttpResponse:
    """Open the checkout for the gift that could not be taken; say what is true where there is none to open."""
    donation = unpaid_gift(pledge)
    if donation is None:
        return _page(pledge, signature, notice=_("There is nothing to pay now."), status=422)
    try:
        attempt = open_checkout(donation=donation, by=BY, asker=_asker(request, pledge, donation))
    except TooMany:
        notice = _("Too much was begun here. Nothing was charged. Please try again in an hour.")
        return _page(pledge, signature, notice=notice, status=429)
    except FundingError:
        notice = _(
            "The payment processor cannot be reached now. Nothing was charged. Please try again in a moment."
        )
        return _page(pledge, signature, notice=notice, status=503)
    if attempt.checkout_url:
        return SeeOther(attempt.checkout_url)
    return SeeOther(reverse("funding:gift-thanks", args=[donation.reference]))


def _asker(request: HttpRequest, pledge: Pledge, donation: Donation) -> Asker:
    """Who opened the link has shown that they read the mailbox it was sent to: once for each attempt."""
    mark = f"pledge {donation.reference} {donation.attempts.count()}"
    proof = Proof(mark, clock.now() + dt.timedelta(hours=1), pledge.supporter.email)
    return replace(asker_of(request, ""), proof=proof)


def _page(pledge: Pledge, signature: str, *, status: int = 200, **context: Any) -> HttpResponse:
    code, unpaid = get_language() or "en", unpaid_gift(pledge)
    shown = {
        "amount": pledge.gross.format(code),
        "cadence": {Cadence.MONTHLY.value: _("every month"), Cadence.YEARLY.value: _("every year")}[
            pledge.cadence
        ],
        "state": _state(pledge),
        "next_on": day(pledge.next_on) if pledge.next_on and not pledge.held_at else "",
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
        path=f"/give/pledge/{pledge.key}/{signature}/",
        status=status,
        form_targets=settings.BROADSHEET.checkout_origins,
        pledge=pledge,
        **{"errors": {}, "data": {}, "notice": "", **shown, **context},
    )


def _state(pledge: Pledge) -> str:
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
