"""Slugs that are free: beneath a page, and among the stories of a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.conf import settings
from wagtail.models import Page

from broadsheet.imports.wordpress.actions.run import Run
from broadsheet.imports.wordpress.queries import addresses_like, slugs_below
from broadsheet.kit.public import language_prefix
from broadsheet.newsroom.models import SectionPage
from broadsheet.newsroom.rules import is_reserved, story_address


def free_slug(run: Run, parent: Page, *wanted: str) -> str:
    """A slug that no page beneath `parent` has and that the site itself does not need: the first that is free
    of those wanted, else the first of them with a number."""
    languages = frozenset(code for code, _name in settings.LANGUAGES)
    taken = slugs_below(parent, wanted)

    def is_taken(slug: str) -> bool:
        is_archive = isinstance(parent, SectionPage) and slug.isdigit()
        return slug in taken or is_archive or (parent == run.front and is_reserved(slug, languages))

    return _free(wanted, is_taken)


def free_story_slug(run: Run, section: SectionPage, published: dt.datetime, *wanted: str) -> str:
    """As `free_slug`, for a story: no story of the section has it, and no other story of the same month."""
    prefix = language_prefix(run.code)

    def address(slug: str) -> str:
        return story_address(published, slug, run.zone, prefix)

    taken = slugs_below(section, wanted)
    addresses = addresses_like([address(slug).rstrip("/") for slug in wanted])
    return _free(wanted, lambda slug: slug in taken or address(slug) in addresses)


def _free(wanted: Sequence[str], is_taken: Callable[[str], bool]) -> str:
    free = next((slug for slug in wanted if not is_taken(slug)), "")
    number = 2
    while not free:
        numbered = f"{wanted[0]}-{number}"
        free, number = "" if is_taken(numbered) else numbered, number + 1
    return free
