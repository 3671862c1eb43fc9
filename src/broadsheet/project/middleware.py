"""What surrounds every request at the desk: its policy, one transaction, the wait for the press after it."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from broadsheet.kit.models import Change
from broadsheet.press.queries import is_in_step
from broadsheet.project import heartbeat
from broadsheet.project.prefixes import DESK

GetResponse = Callable[[HttpRequest], HttpResponseBase]

PATIENCE = 8.0
"""Seconds that a desk's answer waits for the press; usually it is there in less than one."""

PAUSE = 0.02


# Wagtail's choosers and inline panels are scripts in the page; the editor shows its preview in a frame.
DESK_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'"
)


class DeskPolicy:
    """Tells browsers to load nothing from elsewhere at the desk, and caches to keep nothing of it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path.startswith(DESK):
            response.headers.setdefault("Content-Security-Policy", DESK_POLICY)
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class DeskTransaction:
    """Runs what changes something at the desk in one transaction, undone when it ends in an error.

    Wagtail publishes in several steps outside any transaction: a crash in between would leave a page
    half published. Reading requests stay outside: on SQLite an immediate transaction is the write lock.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in ("GET", "HEAD", "OPTIONS") or not request.path.startswith(DESK):
            return self.get_response(request)
        with transaction.atomic():
            before = after = newest_change()
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            else:
                after = newest_change()
        if after > before and not is_pressed(before, after):
            message = _(
                "Readers do not see this yet. It reaches the site as soon as the press has made "
                "the pages; nothing is lost."
            )
            messages.warning(request, message, fail_silently=True)
        return response


def newest_change() -> int:
    """The number of the newest change that waits for the press, 0 when none waits."""
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def is_pressed(before: int, after: int) -> bool:
    """Wait until the changes numbered above `before` up to `after` are in the edition; false if patience ends.

    So an editor who follows "view live" sees what readers see. Without a worker there is nothing to wait for.
    """
    deadline = time.monotonic() + PATIENCE
    while Change.objects.filter(pk__gt=before, pk__lte=after).exists() or not is_in_step():
        if time.monotonic() > deadline or not heartbeat.is_alive(settings.RUN_DIR, "worker"):
            return False
        time.sleep(PAUSE)
    return True
