"""The confirm page: shows what will be given, and sends the supporter to the processor's checkout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from broadsheet.funding.actions import ask_for_link, begin_donation, open_checkout
from broadsheet.funding.actions.pledging import CONSENT_VERSION, consent_text
from broadsheet.funding.choices import Dedication
from broadsheet.funding.errors import (
    BadAmount,
    GatewayError,
    NonceSpent,
    NotTaken,
    ProofNeeded,
    TooMany,
)
from broadsheet.funding.forms import ConfirmForm, missed_campaign, read_amount
from broadsheet.funding.models import CampaignText
from broadsheet.funding.queries import takes_gifts, taking_account
from broadsheet.funding.rules.fees import FeeSchedule, cover_for
from broadsheet.funding.rules.folding import OPEN
from broadsheet.funding.views.challenges import asker_of, linked_gift, mint_challenge, needs_proof
from broadsheet.funding.views.nonces import check_nonce, core_of, mint_nonce
from broadsheet.kit.http import is_same_origin
from broadsheet.kit.money import Money
from broadsheet.theme.answers import page_answer
from broadsheet.theme.languages import language

BY = "supporter"
FOLDED = ("organisation", "dedication", "dedicated_to", "message")


class SeeOther(HttpResponseRedirect):
    """303: go there with a GET, whatever came before."""

    status_code = 303


# No cookie, hence no CSRF token: the origin of the request and the nonce prove the same.
@gzip_page
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        linked = linked_gift(str(request.GET.get("link", "")))
        form = ConfirmForm(linked or _from_link(request))
        typed = str(form.data["amount"])
        errors = {"amount": _amount_errors(typed, form.currency)} if typed else {}
        if form.has_missed_campaign:
            errors["campaign"] = [missed_campaign()]
        notice = ""
        if request.GET.get("link") and linked is None:
            notice = _("This link is no longer good. Nothing was charged: you can begin anew here.")
        is_due = linked is None and needs_proof(request)
        page = _page(form, mint_nonce(), errors=errors, notice=notice, is_due=is_due)
        # Whoever goes back from the checkout gets the page they had, its nonce too: no second gift by accident.
        page["Cache-Control"] = "private, no-cache"
        return page
    if not is_same_origin(request):
        notice = _("This form was not sent from our page. Please look at it and send it again.")
        return _page(ConfirmForm(_from_link(request)), mint_nonce(), notice=notice, status=403)
    form = ConfirmForm(request.POST)
    nonce = str(form.data.get("nonce", ""))
    if not check_nonce(nonce):
        notice = _("This page is too old. Please look at it and confirm once more.")
        return _page(form, mint_nonce(), errors=form.errors, notice=notice, status=422)
    if not form.is_valid():
        return _page(form, nonce, errors=form.errors, status=422)
    work = _send_link if form.data.get("letter") else _give
    try:
        return work(request, form, nonce)
    except TooMany:
        return _too_many(form, nonce)


def _give(request: HttpRequest, form: ConfirmForm, nonce: str) -> HttpResponse:
    asker = asker_of(request, nonce)
    try:
        donation = begin_donation(gift=form.gift(), nonce=core_of(nonce), by=BY, asker=asker)
        attempt = open_checkout(donation=donation, by=BY, asker=asker)
    except ProofNeeded:
        notice = _(
            "Before we go on we have to know that no machine is at work. Please confirm once more: your browser "
            "does the rest by itself. If it runs no scripts, have a link sent to you."
        )
        return _page(form, nonce, notice=notice, status=422, is_due=True)
    except NonceSpent:
        notice = _("You changed something since you sent this form. Please confirm once more.")
        return _page(form, mint_nonce(), notice=notice, status=422)
    except GatewayError:
        notice = _(
            "The payment processor cannot be reached now. Nothing was charged. "
            "All that you wrote is still here: please try again in a moment."
        )
        return _page(form, nonce, notice=notice, status=503, is_retry=True)
    except (BadAmount, NotTaken):
        notice = _("Gifts cannot be taken now. Nothing was charged. Please try again later.")
        return _page(form, nonce, notice=notice, status=503, is_retry=True)
    if attempt.state in OPEN and attempt.checkout_url:
        return SeeOther(attempt.checkout_url)
    return SeeOther(reverse("funding:gift-thanks", args=[donation.reference]))


def _send_link(request: HttpRequest, form: ConfirmForm, nonce: str) -> HttpResponse:
    said = {name: str(form.data.get(name, "")) for name in form.fields if name != "nonce"}
    ask_for_link(
        email=form.cleaned_data["email"],
        said=said,
        language=get_language() or settings.LANGUAGE_CODE,
        asker=asker_of(request, nonce),
        by=BY,
    )
    title = _("Look at your e-mail")
    return page_answer("funding/link_sent.html", title=title, path="/give/confirm/")


def _too_many(form: ConfirmForm, nonce: str) -> HttpResponse:
    notice = _(
        "Too much was begun with this e-mail address or from your network. Nothing was charged, and all that "
        "you wrote is still here: please try again in an hour."
    )
    page = _page(form, nonce, notice=notice, status=429, is_due=True)
    page["Retry-After"] = "3600"
    return page


def _from_link(request: HttpRequest) -> dict[str, Any]:
    """What a link or a page's plain form says: nothing of it is stored."""
    said = request.GET
    return {
        "amount": said.get("other") or said.get("amount", ""),
        "campaign": said.get("campaign", ""),
        "currency": said.get("currency", ""),
        "cadence": said.get("cadence", ""),
        "origin": said.get("from") or _page_before(request),
    }


def _page_before(request: HttpRequest) -> str:
    """The page the supporter came from; where that is the giving page, the one before it (its `from`)."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    if parts.netloc != request.get_host():
        return ""
    return parse_qs(parts.query).get("from", [parts.path])[0]


def _amount_errors(typed: str, currency: str) -> list[str]:
    try:
        read_amount(typed, currency)
    except ValidationError as error:
        return list(error.messages)
    return []


def _page(
    form: ConfirmForm, nonce: str, *, status: int = 200, is_due: bool = False, **context: Any
) -> HttpResponse:
    """The page with what was typed; with a challenge where it `is_due`."""
    code = get_language() or "en"
    words = CampaignText.objects.filter(campaign=form.chosen, language=code).first()
    amount = _understood(form)
    return page_answer(
        "funding/confirm.html",
        title=_("Confirm your gift"),
        path="/give/confirm/",
        status=status,
        form_targets=settings.BROADSHEET.checkout_origins,
        is_challenge=is_due,
        challenge=mint_challenge(nonce) if is_due else "",
        data=form.data,
        nonce=nonce,
        currency=form.currency,
        amount=amount.format(code) if amount else "",
        cover=_cover(amount, code) if amount else "",
        slug=form.chosen.slug if form.chosen else "",
        dedications=[
            (Dedication.NONE.value, _("No")),
            (Dedication.HONOUR.value, _("In honour of")),
            (Dedication.MEMORY.value, _("In memory of")),
        ],
        receipt_languages=[(code, language(code).own_name) for code, _name in settings.LANGUAGES],
        cadence=form.chosen_cadence.value,
        consent=consent_text(form.chosen_cadence, code) if form.chosen_cadence else "",
        consent_version=CONSENT_VERSION,
        once=f"{reverse('funding:gift-confirm')}?{urlencode(_once(form))}",
        more_is_open=_has_more(form, context.get("errors", {})),
        campaign=words.title if words else "",
        is_taken=takes_gifts(),
        **{"errors": {}, "notice": "", "is_retry": False, **context},
    )


def _once(form: ConfirmForm) -> dict[str, str]:
    """The same gift, given once, as a link."""
    kept = {name: str(form.data.get(name, "")) for name in ("amount", "campaign", "currency")}
    return {**kept, "from": str(form.data.get("origin", ""))}


def _has_more(form: ConfirmForm, errors: Mapping[str, object]) -> bool:
    """Whether something was typed, or is wrong, in the part of the form that is folded away."""
    return any(form.data.get(name) or errors.get(name) for name in FOLDED)


def _understood(form: ConfirmForm) -> Money | None:
    try:
        return read_amount(str(form.data.get("amount", "")), form.currency)
    except ValidationError:
        return None


def _cover(amount: Money, code: str) -> str:
    """What covering the fees would add, as text; empty where nobody takes gifts, or no fee is known."""
    account = taking_account()
    if account is None:
        return ""
    schedule = FeeSchedule(account.fee_rate_bp, account.fee_fixed.get(amount.currency, 0))
    cover = cover_for(amount.minor, schedule, amount.currency)
    return Money(cover, amount.currency).format(code) if cover else ""
