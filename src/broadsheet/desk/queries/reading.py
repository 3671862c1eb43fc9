"""What was read most, as far as somebody may edit it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from broadsheet.desk.queries.stories import editable, placed
from broadsheet.newsroom.models import Article
from broadsheet.newsroom.queries.reading import STORY, by_time, readings

ROWS = 50
"""How many stories the report shows."""

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ReadStory:
    """A story, its section's name, how often it was read, and how that came about over the time."""

    story: Article
    section: str
    count: int
    points: str
    """The corners of a line in a picture of 100 to 20, as SVG writes them."""


@dataclass(frozen=True, slots=True)
class Report:
    """The most read stories, the sum of all documents of the site, and how much of it was not told apart."""

    rows: list[ReadStory]
    total: int
    rest: int


def report(user: Any, days: int) -> Report:
    """What was read in the last 24 hours (1) or days: stories that this person may edit, most read first."""
    counts = dict(readings(days))
    names = (name for name in counts if name.startswith(STORY))
    stories: list[Article] = []
    while len(stories) < ROWS and (some := list(islice(names, AT_ONCE))):
        found = editable(user).in_bulk([int(name.removeprefix(STORY)) for name in some])
        keys = (int(name.removeprefix(STORY)) for name in some)
        stories += [found[key] for key in keys if key in found]
    times = by_time([f"{STORY}{story.pk}" for story in stories[:ROWS]], days)
    rows = [
        ReadStory(story, section, counts[name], _points(times[name]))
        for story, section in placed(stories[:ROWS])
        for name in [f"{STORY}{story.pk}"]
    ]
    return Report(rows, sum(counts.values()), counts.get("", 0))


def _points(counts: list[int]) -> str:
    most = max(*counts, 1)
    wide = 100 / (len(counts) - 1)
    return " ".join(
        f"{place * wide:.1f},{20 - 18 * count / most:.1f}" for place, count in enumerate(counts)
    )
