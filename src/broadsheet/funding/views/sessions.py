"""The one cookie that readers have, in their own room alone; and what proves that a form came from a page of it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from broadsheet.funding.actions.entering import STAY, session_mark
from broadsheet.funding.models import RoomSession
from broadsheet.funding.queries import session_of
from broadsheet.kit import tokens
from broadsheet.kit.http import is_same_origin

COOKIE = "room"


def current_session(request: HttpRequest) -> RoomSession | None:
    """Who is in their room in this browser; None for nobody."""
    kept = request.get_signed_cookie(COOKIE, default="", salt=COOKIE)
    return session_of(session_mark(kept)) if kept else None


def keep_session(answer: HttpResponse, kept: str) -> None:
    """Let the browser be in the room, in the language that is active, and send nothing of it to any other page."""
    answer.set_signed_cookie(
        COOKIE,
        kept,
        salt=COOKIE,
        max_age=int(STAY.total_seconds()),
        path=reverse("funding:account"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_session(answer: HttpResponse) -> None:
    """Let the browser forget it."""
    answer.delete_cookie(COOKIE, path=reverse("funding:account"), samesite="Lax")


def form_mark(session: RoomSession) -> str:
    """What forms of this room carry: nobody else's page knows it."""
    return tokens.sign(f"room form {session.mark}".encode(), settings.SECRET_KEY)[:40]


def is_from_room(request: HttpRequest, session: RoomSession) -> bool:
    """Whether a form was sent from a page of this room."""
    is_marked = constant_time_compare(request.POST.get("mark", ""), form_mark(session))
    return is_same_origin(request) and is_marked
