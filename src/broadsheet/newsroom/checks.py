"""What the doctor asks of the newsroom: whether the search finds what is public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Min

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
