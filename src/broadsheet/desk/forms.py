"""The sign-in, where nobody guesses passwords for long."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.admin.forms.auth import LoginForm

MOST = 10
"""How often one address on the network may be wrong in `WINDOW`."""

WINDOW = 300
"""Seconds after the last wrong password until all of them are forgotten."""


class SignIn(LoginForm):
    """Wagtail's form. After `MOST` wrong passwords from one address it looks at none from there for a while."""

    def clean(self) -> dict[str, Any]:
        key = f"sign-in:{origin(self.request)}"
        if cache.get(key, 0) >= MOST:
            raise ValidationError(
                _("Too many wrong passwords came from your network. Try again in five minutes."),
                code="too_many",
            )
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            cache.set(key, cache.get(key, 0) + 1, WINDOW)
            raise
        return cleaned


def origin(request: HttpRequest) -> str:
    """Where a request comes from: an IPv4 address, or an IPv6 network of 64 bits, which is what one line has.

    Our proxy writes the last of X-Forwarded-For; what stands before it anybody may have written.
    """
    told = str(request.META.get("REMOTE_ADDR") or "")
    if settings.BROADSHEET.behind_proxy:
        told = request.headers.get("X-Forwarded-For", told).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return "elsewhere"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
