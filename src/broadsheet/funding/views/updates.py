"""Where a supporter stops updates, from a link in each of them; looking alone stops nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet.funding.actions import stop_updates
from broadsheet.funding.actions.updating import signature_of
from broadsheet.funding.models import Supporter
from broadsheet.theme.answers import page_answer


# The link proves who asks; mail programs send its one step without having been here (RFC 8058).
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, key: str, signature: str) -> HttpResponse:
    """Ask, and stop when it is sent back."""
    path = f"/give/updates/{key}/{signature}/"
    supporter = None
    if constant_time_compare(signature, signature_of(key)):
        supporter = Supporter.objects.select_related("merged_into").filter(key=key).first()
    if supporter is None:
        title = _("There is no such link")
        return page_answer(
            "funding/updates_stop.html", title=title, path=path, status=404, kind="none"
        )
    if request.method == "POST":
        stop_updates(supporter=supporter.merged_into or supporter, by="supporter")
        title = _("No more updates")
        return page_answer("funding/updates_stop.html", title=title, path=path, kind="stopped")
    return page_answer(
        "funding/updates_stop.html", title=_("Updates of campaigns"), path=path, kind="ask"
    )
