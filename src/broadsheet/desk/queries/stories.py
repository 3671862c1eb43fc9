"""Stories as the desk asks for them, always as far as somebody may edit them; nothing here is public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wagtail.models import Page, Revision
from wagtail.permissions import policy_registry

from broadsheet.kit.models import Change
from broadsheet.newsroom.models import Article, SectionPage

ROWS = 8
"""How many stories a panel shows."""

Hours = Mapping[int, dt.datetime]
"""When each page comes out that waits for its hour, by its id, the next one first."""


@dataclass(frozen=True, slots=True)
class Row:
    """One story in a panel: what it is, where it stands, the instant that matters there."""

    story: Article
    section: str
    at: dt.datetime | None


def writable_sections(user: Any) -> list[SectionPage]:
    """The sections in which somebody may write, in the order of the tree, those of each language together."""
    policy = policy_registry.get_by_type(Page)
    allowed = policy.instances_user_has_permission_for(user, "add").values("pk")
    sections = SectionPage.objects.filter(pk__in=allowed).select_related("locale")
    return list(sections.order_by("locale_id", "path"))


def schedule() -> Hours:
    """What waits for its hour now; asked once for a screen."""
    waiting = Revision.page_revisions.filter(approved_go_live_at__isnull=False)
    hours = waiting.order_by("approved_go_live_at").values_list("object_id", "approved_go_live_at")
    return {int(pk): hour for pk, hour in hours}


def drafts(user: Any, hours: Hours) -> list[Row]:
    """Stories with changes that readers do not see yet and that wait for no hour, the latest first."""
    stories = editable(user).filter(has_unpublished_changes=True)
    waiting = stories.exclude(pk__in=hours).order_by("-latest_revision_created_at")
    return _rows(waiting[:ROWS], "latest_revision_created_at")


def scheduled(user: Any, hours: Hours) -> list[Row]:
    """Stories that wait for their hour, the next one first."""
    stories = {story.pk: story for story in editable(user).filter(pk__in=hours)}
    following = [stories[pk] for pk in hours if pk in stories]
    return [Row(story, section, hours[story.pk]) for story, section in placed(following)]


def just_published(user: Any) -> list[Row]:
    """The newest stories that readers see."""
    live = editable(user).live().filter(first_published_at__isnull=False)
    return _rows(live.order_by("-first_published_at", "-pk")[:ROWS], "first_published_at")


def overdue(hours: Hours, now: dt.datetime, patience: dt.timedelta) -> int:
    """How many scheduled stories should have been published longer than `patience` ago."""
    return sum(hour <= now - patience for hour in hours.values())


def waiting_since() -> dt.datetime | None:
    """When the oldest change was made that the press has not taken; None when readers see everything."""
    return Change.objects.order_by("pk").values_list("at", flat=True).first()


def editable(user: Any) -> Any:
    """The stories that somebody may edit, without their texts."""
    allowed = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")
    stories = Article.objects.filter(pk__in=allowed.values("pk"))
    return stories.defer("body", "original_html").select_related("locale")


def _rows(stories: Any, instant: str) -> list[Row]:
    return [Row(story, section, getattr(story, instant)) for story, section in placed(stories)]


def placed(stories: Any) -> list[tuple[Article, str]]:
    """Stories with the names of their sections, in one look-up."""
    found = list(stories)
    steplen = Page.steplen
    places = {story.path[:-steplen] for story in found}
    names = dict(Page.objects.filter(path__in=places).values_list("path", "title"))
    return [(story, names.get(story.path[:-steplen], "")) for story in found]
