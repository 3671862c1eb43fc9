"""What the doctor asks of the newsroom: whether schedules are kept and the search finds what is public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Min
from wagtail.models import Page, Revision

from broadsheet.kit import clock
from broadsheet.newsroom.models import SearchEntry, SearchMark
from broadsheet.newsroom.queries.indexing import missing_stories, surplus_stories

Finding = tuple[str, str]
"""What is wrong, and its mend."""

LATE = dt.timedelta(minutes=2)


def search_problems() -> Iterator[Finding]:
    """Everything that is wrong with the search, each with its mend; nothing where all is well."""
    oldest = SearchMark.objects.aggregate(at=Min("at"))["at"]
    if oldest is not None and clock.now() - oldest > LATE:
        yield (
            f"{SearchMark.objects.count()} changes wait since {oldest:%Y-%m-%d %H:%M} UTC",
            "Is the worker alive? Else: broadsheet search rebuild",
        )
    elif oldest is None and (missing := len(missing_stories())):
        yield f"{missing} public stories are found by nobody", "broadsheet search rebuild"
    if oldest is None and (surplus := len(surplus_stories())):
        yield f"{surplus} entries are of no public story", "broadsheet search rebuild"


def searched() -> int:
    """The number of stories that the search finds."""
    return SearchEntry.objects.count()


def schedule_problems() -> Iterator[Finding]:
    """Every page that should have been published or withdrawn some minutes ago, each with its mend."""
    late = clock.now() - LATE
    waiting = Revision.page_revisions.filter(approved_go_live_at__lte=late)
    for revision in waiting.order_by("approved_go_live_at"):
        title = revision.content["title"]
        yield (
            f"“{title}” should be public since {_hour(revision.approved_go_live_at)}",
            "Is the worker alive? Else open it at the desk and publish it: the desk says what keeps it.",
        )
    for page in Page.objects.live().filter(expire_at__lte=late).order_by("expire_at"):
        yield (
            f"“{page.title}” should be withdrawn since {_hour(page.expire_at)}",
            "Is the worker alive? Else open it at the desk and unpublish it.",
        )


def scheduled() -> int:
    """The number of pages that wait for their hour."""
    return int(Revision.page_revisions.filter(approved_go_live_at__isnull=False).count())


def _hour(at: dt.datetime) -> str:
    """An instant as the newsroom's clock shows it."""
    return f"{at.astimezone(clock.newsroom_zone()):%Y-%m-%d %H:%M}"
