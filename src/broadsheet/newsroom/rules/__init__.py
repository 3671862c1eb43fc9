"""Decisions of the newsroom: how addresses are formed, how long a story is. Pure; no database, no clock."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

RESERVED = frozenset(
    "desk give campaigns authors topics series media assets processors styleguide search account accounts "
    "newsletters feed static admin documents api".split()
)
"""First parts of an address that no section or static page may take."""


def story_address(published: dt.datetime, slug: str, zone: ZoneInfo, prefix: str = "") -> str:
    """A story's address, `/yyyy/mm/slug/`, by the month of its first publication in the newsroom's zone.

    `prefix` is the edition's language prefix (`/ar`) or empty. The section is no part of it.
    """
    local = published.astimezone(zone)
    return f"{prefix}/{local.year:04d}/{local.month:02d}/{slug}/"


def month_of(moment: dt.datetime, zone: ZoneInfo) -> str:
    """The archive month of an instant in the newsroom's zone, as `2026-11`."""
    local = moment.astimezone(zone)
    return f"{local.year:04d}-{local.month:02d}"


def months_from(first: dt.datetime, last: dt.datetime, zone: ZoneInfo) -> list[str]:
    """The archive months from one instant's to another's, both included, newest first."""
    begin, end = first.astimezone(zone), last.astimezone(zone)
    numbers = range(begin.year * 12 + begin.month - 1, end.year * 12 + end.month)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in reversed(numbers)]


def is_reserved(slug: str, languages: frozenset[str]) -> bool:
    """Whether a top-level page with this slug would hide another address: a reserved word, an edition's
    language prefix or a number (a year, an error page)."""
    return slug in RESERVED or slug in languages or slug.isdigit()


LONGEST_TITLE = 255
"""Characters that a page's title has at most: a limit of Wagtail's table, not of a headline."""


def title_of(headline: str) -> str:
    """As much of a headline as a page's title holds: all of it, or its beginning with an ellipsis, cut between
    words where there are some."""
    if len(headline) <= LONGEST_TITLE:
        return headline
    cut = headline[: LONGEST_TITLE - 1]
    words = cut.rpartition(" ")[0]
    return f"{words if len(words) > LONGEST_TITLE // 2 else cut}…"


WORDS_A_MINUTE = 220
"""How fast an adult reads a newspaper without hurry."""

LONG = 1000
"""Words from which a story with several headings gets a table of contents."""


def reading_minutes(words: int) -> int:
    """How long reading so many words takes, in whole minutes, at least one."""
    return max(1, round(words / WORDS_A_MINUTE))
