"""Slugs that are free: beneath a page, and among the stories of a month."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable

from django.conf import settings
from wagtail.models import Page

from broadsheet.imports.wordpress.actions.run import Run
from broadsheet.imports.wordpress.queries import (
    addresses_like,
    addresses_taken,
    slugs_below,
    slugs_taken,
)
from broadsheet.kit.public import language_prefix
from broadsheet.newsroom.models import SectionPage
from broadsheet.newsroom.rules import is_reserved, story_address


def free_slug(run: Run, parent: Page, *wanted: str) -> str:
    """A slug that no page beneath `parent` has and that the site itself does not need: the first that is free
    of those wanted, else the first of them with a number."""
    languages = frozenset(code for code, _name in settings.LANGUAGES)

    def is_needed(slug: str) -> bool:
        is_archive = isinstance(parent, SectionPage) and slug.isdigit()
        return is_archive or (parent == run.front and is_reserved(slug, languages))

    taken = slugs_taken(parent, wanted)
    for slug in wanted:
        if slug not in taken and not is_needed(slug):
            return slug
    taken = slugs_below(parent, wanted[:1])
    return _numbered(wanted[0], lambda slug: slug in taken or is_needed(slug))


def free_story_slug(run: Run, section: SectionPage, published: dt.datetime, *wanted: str) -> str:
    """As `free_slug`, for a story: no story of the section has it, and no other story of the same month."""
    prefix = language_prefix(run.code)

    def address(slug: str) -> str:
        return story_address(published, slug, run.zone, prefix)

    taken, addresses = slugs_taken(section, wanted), addresses_taken(map(address, wanted))
    for slug in wanted:
        if slug not in taken and address(slug) not in addresses:
            return slug
    taken = slugs_below(section, wanted[:1])
    addresses = addresses_like([address(wanted[0]).rstrip("/")])
    return _numbered(wanted[0], lambda slug: slug in taken or address(slug) in addresses)


def _numbered(slug: str, is_taken: Callable[[str], bool]) -> str:
    """The slug with the first number that makes it free."""
    numbers = (f"{slug}-{number}" for number in itertools.count(2))
    return next(numbered for numbered in numbers if not is_taken(numbered))
