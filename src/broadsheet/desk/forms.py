"""The sign-in, where nobody guesses passwords for long."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.admin.forms.auth import LoginForm

from broadsheet.kit.http import client_address, line_of

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
    """The line that a request comes from, as far as our proxies are to be believed."""
    address = client_address(request)
    return line_of(address) if address else "elsewhere"
