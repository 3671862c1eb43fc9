"""The inbox console: each event of a processor with its body, its verdict and what it did; and once more."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from broadsheet.funding.actions import replay_event
from broadsheet.funding.choices import EventState
from broadsheet.funding.models import InboxEvent
from broadsheet.funding.queries.staff import effects_of, found_events
from broadsheet.funding.views.staff.screens import ROWS, act, before, need, person, screen
from broadsheet.kit import audit


@need("view_inboxevent")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    asked, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    rows = found_events(asked, state, before(request), ROWS + 1)
    return screen(
        request,
        "events",
        "Processors’ events",
        asked=asked,
        state=state,
        states=EventState.pairs(),
        rows=rows[:ROWS],
        more=rows[ROWS:],
    )


@need("view_inboxevent", "see_amounts", "view_supporter")
@require_safe
def detail(request: HttpRequest, number: int) -> HttpResponse:
    event = get_object_or_404(InboxEvent.objects.select_related("account"), pk=number)
    audit.record("processor-event.seen", event, by=person(request))
    donation, entries = effects_of(event)
    return screen(
        request,
        "event",
        f"Event {event.event_id}",
        event=event,
        body=_readable(bytes(event.body)),
        headers=json.dumps(event.headers, indent=2),
        donation=donation,
        entries=entries,
    )


@need("view_inboxevent", "see_amounts", "view_supporter")
@require_POST
def replay(request: HttpRequest, number: int) -> HttpResponse:
    event = get_object_or_404(InboxEvent, pk=number)
    return act(
        request,
        "It is looked into once more; what was booked is not booked again.",
        lambda: replay_event(event=event, by=person(request)),
        reverse("funding_staff:event", args=[number]),
    )


def _readable(body: bytes) -> str:
    """A body as people read it: JSON with line breaks, anything else as it came."""
    text = body.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
