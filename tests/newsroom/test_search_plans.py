"""How PostgreSQL finds words: by their own index and no other, whatever it believes of how common they are."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from broadsheet.newsroom.models import SearchMark, fulltext
from broadsheet.newsroom.models.fulltext import Indexed, Sought
from broadsheet.newsroom.models.searching import place_from, place_of

STORIES = 5000
FIRST = dt.datetime(2016, 1, 1, tzinfo=dt.UTC)
WRONG = re.compile(r"Seq Scan on newsroom_searchentry|newsroom_searchentry_\w+|Nested Loop")
"""What reads the words of story after story, or looks for marks once for each."""

pytestmark = [pytest.mark.only_on_postgres, pytest.mark.django_db]


def indexed(number: int) -> Indexed:
    """A story of a day of its own that has the common word, and one in a thousand the rare one."""
    place = place_of(FIRST + dt.timedelta(days=number), number)
    words = frozenset({"common", *(f"w{number * step % 997}" for step in range(1, 60))})
    words |= {"rare"} if number % 1000 == 0 else set()
    return Indexed(place, number, "en", " p1 ", 1, words, words | {"=p1"}, " ".join(words) * 9)


@contextmanager
def plans() -> Iterator[list[str]]:
    """How each question for words is answered during the block, in the transaction that asks it."""
    seen: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "@@" in sql:
            execute(f"EXPLAIN {sql}", params, many, context)
            seen.append("\n".join(str(row[0]) for row in context["cursor"].fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


@pytest.mark.parametrize("is_tidy", [False, True])
def test_words_are_found_by_their_own_index(
    monkeypatch: pytest.MonkeyPatch, *, is_tidy: bool
) -> None:
    monkeypatch.setattr(fulltext, "MOST", 500)
    monkeypatch.setattr(fulltext, "SOME", 100)
    fulltext.put([indexed(number) for number in range(STORIES)])
    SearchMark.objects.bulk_create(SearchMark(story=STORIES - 1 - n) for n in range(50))
    SearchMark.objects.bulk_create(SearchMark(story=STORIES + n) for n in range(3000))
    if is_tidy:
        fulltext.tidy()
    year = {"first": place_from(FIRST), "last": place_from(FIRST.replace(year=2017)) - 1}
    with plans() as seen:
        common, rare, both, of_a_year = fulltext.find(
            Sought("en", (("common",),)),
            Sought("en", (("rare",),)),
            Sought("en", (("common",), ("rare", "w1"), ("=p1",)), unwanted=("w2",)),
            Sought("en", (("common",),), **year),
        )
    assert (len(common.rows), common.is_all) == (100, False)
    assert [number(row) for row in common.rows] == [STORIES - 51 - n for n in range(100)]
    assert (len(rare.rows), rare.is_all) == (5, True)
    assert both.is_all
    assert [number(row) for row in of_a_year.rows] == [365 - n for n in range(366)]
    assert len(seen) >= 5
    for plan in seen:
        assert "Bitmap Index Scan on newsroom_search " in plan
        assert not WRONG.search(plan), plan


def number(row: fulltext.Row) -> int:
    """The number of a story of ours, by its place."""
    return row[0] & (2**30 - 1)
