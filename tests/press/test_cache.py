"""What the newsstand's memory keeps: no more than it may, nothing else than was put, and what many ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.press.newsstand.cache import Cache

ROOM = 20


def length(value: str) -> int:
    return len(value)


def value_of(key: int) -> str:
    """Of each key a value of a length of its own; of one in nine more than there is room for."""
    return chr(65 + key) * (ROOM + 1 if key % 9 == 8 else key % 9)


@given(st.lists(st.integers(0, 25), max_size=200), st.sets(st.integers(0, 200)))
def test_cache_gives_what_was_put_and_holds_no_more_than_there_is_room_for(
    asked: list[int], cleared: set[int]
) -> None:
    cache: Cache[int, str] = Cache(ROOM, length)
    most = 0
    for at, key in enumerate(asked):
        if at in cleared:
            cache.clear()
            assert all(cache.get(other) is None for other in range(26))
        found = cache.get(key)
        assert found in (None, value_of(key))
        if found is None:
            cache.put(key, value_of(key))
        held = [value for other in range(26) if (value := cache.get(other)) is not None]
        assert sum(map(len, held)) <= ROOM
        most = max(most, len(held))
        assert len(cache._asked) <= most, "keys do not heap up"


def test_what_is_asked_for_once_does_not_push_out_what_many_read() -> None:
    cache: Cache[str, str] = Cache(100, length)
    for n in range(100):
        cache.put(f"read {n}", "x")
    for n in range(1000):
        cache.put(f"crawled {n}", "x")
    assert [n for n in range(100) if cache.get(f"read {n}") is None] == []


@pytest.mark.parametrize("between", [0, 99, 100])
def test_what_is_asked_for_again_soon_takes_the_place_of_what_was_not_for_longest(
    between: int,
) -> None:
    cache: Cache[str, str] = Cache(100, length)
    for n in range(100):
        cache.put(f"old {n}", "x")
    cache.put("new", "x")
    for n in range(between):
        cache.put(f"crawled {n}", "x")
    cache.put("new", "x")
    assert (cache.get("new") is not None) is (between < 100)
    assert (cache.get("old 0") is None) is (between < 100)
    assert cache.get("old 1") is not None
