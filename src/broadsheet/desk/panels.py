"""What the desk's first screen shows: where to write, what is wrong, what waits, what was published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from broadsheet.desk.queries import stories
from broadsheet.kit import clock

PATIENCE = dt.timedelta(minutes=1)
"""How long the press or the schedule may take before the desk says that something is wrong."""


class WritePanel(Component):
    """The way to a new story, one step from the first screen."""

    name = "write"
    order = 50
    template_name = "desk/write.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"sections": stories.writable_sections(parent_context["request"].user)}


class TroublePanel(Component):
    """What keeps readers from seeing what was published; nothing when all is well."""

    name = "trouble"
    order = 60
    template_name = "desk/trouble.html"

    def __init__(self, hours: stories.Hours) -> None:
        self._hours = hours

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        now = clock.now()
        since = stories.waiting_since()
        return {
            "is_stuck": since is not None and now - since > PATIENCE,
            "since": since,
            "overdue": stories.overdue(self._hours, now, PATIENCE),
        }


class StoriesPanel(Component):
    """A list of stories under a heading; nothing when it is empty."""

    template_name = "desk/stories.html"

    def __init__(
        self, name: str, order: int, heading: Any, rows: Callable[[Any], list[stories.Row]]
    ) -> None:
        self.name = name
        self.order = order
        self._heading = heading
        self._rows = rows

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        user = parent_context["request"].user
        return {"heading": self._heading, "panel_id": self.name, "rows": self._rows(user)}


def home_panels() -> list[Component]:
    """The desk's own panels for one screen; Wagtail sorts them among its own by their order."""
    hours = stories.schedule()
    scheduled = partial(stories.scheduled, hours=hours)
    drafts = partial(stories.drafts, hours=hours)
    return [
        WritePanel(),
        TroublePanel(hours),
        StoriesPanel("scheduled", 110, _("Waiting for their hour"), scheduled),
        StoriesPanel("drafts", 120, _("Not published yet"), drafts),
        StoriesPanel("published", 130, _("Just published"), stories.just_published),
    ]
