"""Whether somebody at the desk has proven twice who they are."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from broadsheet.kit import clock
from broadsheet.readers.queries import has_second_factor, needs_second_factor

KEY = "second_factor"
"""What a session says of it: whose factor, which, and when."""

HOLDS = dt.timedelta(hours=12)
"""How long a proof holds: a working day."""


def is_proven(request: HttpRequest) -> bool:
    """Whether this browser gave a second factor that is still there, not longer ago than `HOLDS`."""
    proof: dict[str, Any] = request.session.get(KEY, {})
    if proof.get("user") != request.user.pk:
        return False
    if clock.now().timestamp() - proof["at"] > HOLDS.total_seconds():
        return False
    return Authenticator.objects.filter(pk=proof["factor"], user=request.user).exists()


def is_asked(request: HttpRequest) -> bool:
    """Whether who is signed in has to give a second factor now: their work needs one, or they have set one up."""
    user = request.user
    if not (needs_second_factor(user) or has_second_factor(user)):  # type: ignore[arg-type]
        return False
    return not is_proven(request)
