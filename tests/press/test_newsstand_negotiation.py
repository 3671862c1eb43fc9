"""What request headers ask for: content coding, conditions, ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.press.newsstand.negotiation import (
    CODINGS,
    UnsatisfiableRange,
    choose_coding,
    is_match,
    wanted_codings,
    wanted_range,
)

QUALITIES = st.integers(0, 1000).map(lambda n: n / 1000)
WEIGHTS = st.dictionaries(st.sampled_from([*CODINGS, "identity", "*", "deflate"]), QUALITIES)
AVAILABLE = st.sets(st.sampled_from(CODINGS))


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "br"),
        ("br;q=0, *", "zstd"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0.5, identity", "identity"),
        ("identity;q=0.5, *;q=0", "identity"),
        ("identity;q=0", "identity"),
        ("br;q=2, gzip", "gzip"),
        ("br;q=nan, gzip;q=-1, zstd;level=3", "zstd"),
        ("br ; q=0.9 ,gzip; q=1.000", "gzip"),
        (",,;;==,", "identity"),
    ],
)
def test_choose_coding(asked: str, chosen: str) -> None:
    assert choose_coding(wanted_codings(asked.encode()), CODINGS) == chosen


@given(WEIGHTS, AVAILABLE)
def test_choose_coding_any_header_gives_the_most_wanted_of_what_there_is(
    weights: dict[str, float], available: set[str]
) -> None:
    header = ", ".join(f"{name};q={quality:.3f}" for name, quality in weights.items())
    chosen = choose_coding(wanted_codings(header.encode()), available)
    rest = weights.get("*", 0.0)
    offered = {name: weights.get(name, rest) for name in available}
    if chosen == "identity":
        assert all(q == 0 or q < weights.get("identity", 0.0) for q in offered.values())
    else:
        assert offered[chosen] > 0
        assert offered[chosen] == max(offered.values())
        assert offered[chosen] >= weights.get("identity", 0.0)


@given(st.binary(max_size=200), AVAILABLE)
def test_choose_coding_garbage_never_fails(header: bytes, available: set[str]) -> None:
    assert choose_coding(wanted_codings(header), available) in available | {"identity"}


@pytest.mark.parametrize(
    ("header", "matches"),
    [
        (b'"a"', True),
        (b'W/"a"', True),
        (b'"b", W/"a"', True),
        (b" * ", True),
        (b'"b"', False),
        (b"a", False),
        (b"", False),
    ],
)
def test_is_match(header: bytes, *, matches: bool) -> None:
    assert is_match(header, b'"a"') is matches


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (b"bytes=0-9", (0, 9)),
        (b"Bytes = 90-", (90, 99)),
        (b"bytes=-10", (90, 99)),
        (b"bytes=-1000", (0, 99)),
        (b"bytes=95-1000", (95, 99)),
        (b"bytes=0-0,5-6", None),
        (b"pages=1-2", None),
    ],
)
def test_wanted_range(header: bytes, wanted: tuple[int, int] | None) -> None:
    assert wanted_range(header, 100) == wanted


@pytest.mark.parametrize(
    "header",
    [
        b"bytes=100-",
        b"bytes=9-5",
        b"bytes=-0",
        b"bytes=-",
        b"bytes=",
        b"bytes=a-b",
        b"bytes=1--2",
        b"bytes=0x1-2",
        b"bytes=1-99999999999999999999",
    ],
)
def test_wanted_range_bad_is_unsatisfiable(header: bytes) -> None:
    with pytest.raises(UnsatisfiableRange):
        wanted_range(header, 100)


@given(st.integers(0, 300), st.none() | st.integers(0, 300), st.none() | st.integers(0, 300))
def test_wanted_range_lies_within_the_body(size: int, first: int | None, last: int | None) -> None:
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    whole = range(size)
    if first is None:
        part = whole[-last:] if last else range(0)
    elif last is not None and last < first:
        part = range(0)
    else:
        part = whole[first : None if last is None else last + 1]
    if len(part) == 0:
        with pytest.raises(UnsatisfiableRange):
            wanted_range(header.encode(), size)
    else:
        assert wanted_range(header.encode(), size) == (part[0], part[-1])
