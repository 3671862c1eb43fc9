"""The second factor: asked for after the password, set up at the first sign-in, looked after later."""

from __future__ import annotations

import json
from typing import Any, cast

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.desk.queries.proofs import KEY, is_proven
from broadsheet.kit import clock
from broadsheet.readers.actions import (
    add_passkey,
    begin_one_time_codes,
    confirm_code,
    confirm_passkey,
    make_recovery_codes,
    remove_factor,
)
from broadsheet.readers.errors import ReadersError, TooManyCodes
from broadsheet.readers.models import User
from broadsheet.readers.queries import devices_of, has_second_factor, needs_second_factor

UNREADABLE = (ValidationError, ValueError, TypeError, KeyError, AttributeError, InvalidSignature)
"""What comes of a passkey's answer that is none."""


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor; lead to setting one up where there is none yet."""
    user = _person(request)
    if not has_second_factor(user):
        return HttpResponseRedirect(_at("choose"))
    if is_proven(request):
        return HttpResponseRedirect(_onward(request))
    if request.method == "POST":
        try:
            factor = _given(request, user)
        except TooManyCodes as error:
            messages.error(request, str(error))
            return _question(request, user, status=429)
        if factor is not None:
            return _prove(request, factor)
        messages.error(request, _("That is not right, or it was used before."))
    return _question(request, user)


@require_http_methods(["GET"])
def choose(request: HttpRequest) -> HttpResponse:
    """What somebody has set up, and what else could be."""
    user = _person(request)
    if not _may_change(request, user):
        return HttpResponseRedirect(_at("ask"))
    return _page(
        request,
        "choose",
        devices=devices_of(user),
        needed=needs_second_factor(user),
        has_codes=any(d.type == Authenticator.Type.TOTP for d in devices_of(user)),
        passkeys_work=_passkeys_work(request),
    )


@require_http_methods(["GET", "POST"])
def one_time_codes(request: HttpRequest) -> HttpResponse:
    """Show what an app needs in order to make codes; the first code proves that it has it."""
    user = _person(request)
    if not _may_change(request, user):
        return HttpResponseRedirect(_at("ask"))
    status = 200
    if request.method == "POST":
        try:
            secret, code = totp.get_totp_secret(), request.POST.get("code", "")
            factor = begin_one_time_codes(user=user, secret=secret, code=code)
        except ReadersError as error:
            messages.error(request, str(error))
            status = 429 if isinstance(error, TooManyCodes) else 200
        else:
            if factor is not None:
                totp.clear_totp_secret(request)
                return _added(request, user, factor)
            messages.error(request, _("That is not the code that the app shows now."))
    secret = totp.get_totp_secret()
    address = get_adapter().build_totp_url(user, secret)
    drawn = get_adapter().build_totp_svg(address)
    return _page(request, "codes", status=status, secret=secret, drawn=drawn)


@require_http_methods(["GET", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """Set up a passkey: a key of the device or one that is plugged in."""
    user = _person(request)
    if not _may_change(request, user):
        return HttpResponseRedirect(_at("ask"))
    if request.method == "POST":
        try:
            credential = json.loads(request.POST.get("credential", ""))
            webauthn.complete_registration(credential)
        except UNREADABLE:
            messages.error(request, _("The passkey could not be set up. Try once more."))
        else:
            name = request.POST.get("name", "")
            factor = add_passkey(user=user, name=name, credential=credential)
            return _added(request, user, factor)
    options = webauthn.begin_registration(user, passwordless=False)
    return _page(request, "passkey", options=options)


@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them this once."""
    user = _person(request)
    if not (has_second_factor(user) and is_proven(request)):
        return HttpResponseRedirect(_at("ask"))
    return _show_codes(request, user)


@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Take a device away."""
    user = _person(request)
    if not is_proven(request):
        return HttpResponseRedirect(_at("ask"))
    try:
        remove_factor(user=user, number=number)
    except ReadersError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(_at("choose"))


def _given(request: HttpRequest, user: User) -> Authenticator | None:
    """The factor that a form proves. Raises TooManyCodes."""
    if "credential" not in request.POST:
        return confirm_code(user=user, code=request.POST.get("code", ""))
    try:
        found = webauthn.complete_authentication(user, json.loads(request.POST["credential"]))
    except UNREADABLE:
        found = None
    return confirm_passkey(user=user, factor=found)


def _question(request: HttpRequest, user: User, *, status: int = 200) -> HttpResponse:
    devices = devices_of(user)
    passkeys = [d for d in devices if d.type == Authenticator.Type.WEBAUTHN]
    options = webauthn.begin_authentication(user) if passkeys else None
    return _page(
        request,
        "ask",
        status=status,
        options=options,
        types_codes=len(passkeys) < len(devices),
        next=request.POST.get("next") or request.GET.get("next", ""),
    )


def _prove(request: HttpRequest, factor: Authenticator) -> HttpResponse:
    _remember(request, factor)
    return HttpResponseRedirect(_onward(request))


def _remember(request: HttpRequest, factor: Authenticator) -> None:
    request.session.cycle_key()
    request.session[KEY] = {
        "user": request.user.pk,
        "factor": factor.pk,
        "at": clock.now().timestamp(),
    }


def _added(request: HttpRequest, user: User, factor: Authenticator) -> HttpResponse:
    """A device was added: who adds the first one gets recovery codes with it."""
    _remember(request, factor)
    if len(devices_of(user)) > 1:
        messages.success(request, _("It is set up."))
        return HttpResponseRedirect(_at("choose"))
    return _show_codes(request, user)


def _show_codes(request: HttpRequest, user: User) -> HttpResponse:
    proof = request.session[KEY]
    codes = make_recovery_codes(user=user)
    if not is_proven(request):  # it was proven by one of the codes that are gone
        mine = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
        request.session[KEY] = {**proof, "factor": mine.pk}
    return _page(request, "recovery", codes=codes)


def _may_change(request: HttpRequest, user: User) -> bool:
    """Who has a device gives it first; the password alone sets up the first one only."""
    return not has_second_factor(user) or is_proven(request)


def _passkeys_work(request: HttpRequest) -> bool:
    """Browsers have passkeys for names reached by TLS, and for localhost."""
    host = request.get_host().partition(":")[0]
    return (request.is_secure() and not host.replace(".", "").isdigit()) or host == "localhost"


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _at(name: str) -> str:
    return reverse(f"second_factor:{name}")


def _onward(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return asked
    return reverse(settings.LOGIN_REDIRECT_URL)


def _page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(
        request, f"desk/second_factor/{name}.html", context, status=status, using="django"
    )
