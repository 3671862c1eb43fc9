"""What was read most: a report for whoever may edit stories."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from wagtail.models import Page
from wagtail.permissions import policy_registry

from broadsheet.desk.queries.reading import report

SPANS = {"1": _("24 hours"), "7": _("7 days"), "30": _("30 days")}


def may_read_report(user: Any) -> bool:
    """Whether somebody may edit any page at all."""
    return bool(policy_registry.get_by_type(Page).user_has_permission(user, "change"))


@require_safe
def most_read(request: HttpRequest) -> HttpResponse:
    """The stories read most in the last 24 hours, 7 or 30 days (`?days=`), those that may be edited by who asks."""
    if not may_read_report(request.user):
        raise PermissionDenied
    chosen = request.GET.get("days", "1")
    days = chosen if chosen in SPANS else "1"
    context = {
        "days": days,
        "spans": SPANS,
        "report": report(request.user, int(days)),
        "is_counting": settings.BROADSHEET.reading_kept > 0,
    }
    return render(request, "desk/reading.html", context)
