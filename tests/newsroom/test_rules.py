"""How addresses are formed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from broadsheet.newsroom.rules import is_reserved, month_of, story_address

NEW_YORK = ZoneInfo("America/New_York")


def test_story_address_around_midnight_uses_the_newsrooms_month() -> None:
    moment = dt.datetime(2026, 12, 1, 2, 0, tzinfo=dt.UTC)
    assert story_address(moment, "river", NEW_YORK) == "/2026/11/river/"
    assert story_address(moment, "river", ZoneInfo("UTC"), "/ar") == "/ar/2026/12/river/"
    assert month_of(moment, NEW_YORK) == "2026-11"


@pytest.mark.parametrize("slug", ["desk", "give", "2026", "404", "ar", "en"])
def test_is_reserved_words_numbers_and_languages_are(slug: str) -> None:
    assert is_reserved(slug, frozenset({"en", "ar"}))


@pytest.mark.parametrize("slug", ["city", "tv", "deskwork", "2026-election"])
def test_is_reserved_other_slugs_are_not(slug: str) -> None:
    assert not is_reserved(slug, frozenset({"en", "ar"}))
