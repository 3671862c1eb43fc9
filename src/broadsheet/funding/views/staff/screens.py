"""What the staff's screens have in common: their rights, their frame, and that looking is written down."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from wagtail.admin.auth import permission_denied

from broadsheet.funding.errors import FundingError

View = Callable[..., HttpResponseBase]

ROWS = 50
"""How many rows a list shows at once."""


def need(*rights: str) -> Callable[[View], View]:
    """Let in who has all of these rights of funding; others are sent back with a word, as everywhere at the desk."""
    names = [f"funding.{right}" for right in rights]

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perms(names):
                answer: HttpResponse = permission_denied(request)
                return answer
            return view(request, *args, **kwargs)

        return guarded

    return mark


def screen(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """A screen inside the desk's frame. `sees` says whether who looks may see amounts."""
    sees = request.user.has_perm("funding.see_amounts")
    frame = {"page_title": title, "header_title": title, "header_icon": "user", "sees": sees}
    return render(request, f"funding/staff/{template}.html", {**frame, **context}, using="django")


def person(request: HttpRequest) -> AbstractBaseUser:
    """Who asks: the desk lets nobody in who is not signed in."""
    return cast("AbstractBaseUser", request.user)


def act(request: HttpRequest, done: str, work: Callable[[], object], back: str) -> HttpResponse:
    """Do something that was asked for, say what became of it, and go back to where it was asked for."""
    try:
        work()
        messages.success(request, done)
    except (FundingError, ValueError) as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(back)


def before(request: HttpRequest) -> int | None:
    """The row that a list begins below, None for the newest."""
    named = request.GET.get("before", "")
    return int(named) if named.isascii() and named.isdigit() and len(named) < 19 else None
