"""The chart of recurring revenue: what pygal draws of our months, and what of it never reaches a page."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from broadsheet.funding.renderers.chart import SERIES, SIZES, charts_of
from broadsheet.funding.rules.going import Month, next_month

JANUARY = dt.date(2026, 1, 1)
SUMS = st.integers(0, 10**12)
YEARS = st.lists(st.tuples(SUMS, SUMS, SUMS, SUMS, SUMS, SUMS), min_size=1, max_size=12)


def month(at: int, **sums: int) -> Month:
    return Month(next_month(JANUARY, at), **sums)


def plots(code: str, months: Sequence[Month]) -> list[Any]:
    return [etree.fromstring(chart.drawn) for chart in charts_of(code, months)]


def ticks(drawn: Sequence[Any]) -> list[str]:
    """The sums beside the lines, which are those of both sizes."""
    first, second = (
        [text.text for text in plot.iterfind("g[@class='axis y always_show']//text")]
        for plot in drawn
    )
    assert first == second
    assert len(first) == len(set(first)) <= 10
    return first


def bars(plot: Any, series: int) -> list[tuple[float, float, str]]:
    """Where the bars of a series begin and how high they are, and what they say."""
    return [
        (float(bar[0].get("y")), float(bar[0].get("height")), bar[1].text)
        for bar in plot.iterfind(f"g[@class='series serie-{series} color-{series}']//g[@class='bar']")
    ]  # fmt: skip


@given(YEARS)
def test_what_is_there_stands_on_the_line_and_what_went_hangs_below_it(
    sums: Sequence[tuple[int, ...]],
) -> None:
    months = [
        month(at, total=kept + grown + recovered + new, grown=grown, recovered=recovered, new=new, shrunk=shrunk,
              lost=lost)
        for at, (kept, grown, recovered, new, shrunk, lost) in enumerate(sums)
    ]  # fmt: skip
    drawn = plots("USD", months)
    assert "$0" in ticks(drawn)
    for plot, (_name, width, height) in zip(drawn, SIZES, strict=True):
        zero = plot.xpath("number(g[@class='axis y always_show']//text[.='$0']/@y)") - 0.35 * 10
        told = _told(months, plot)
        most, highest = max(told, default=(1, 0.0))
        assert [tall for _minor, tall in told] == [
            pytest.approx(highest * minor / most, abs=1e-6) for minor, _tall in told
        ]
        for series, (_what, _label, sign) in enumerate(SERIES):
            for y, tall, _said in bars(plot, series):
                assert 0 <= y <= y + tall <= height
                assert y + tall <= zero + 0.01 if sign > 0 else y >= zero - 0.01
        for rect in plot.iterfind(".//g[@class='bar']/rect"):
            assert 0 <= float(rect.get("x")) <= float(rect.get("x")) + float(rect.get("width"))
            assert float(rect.get("x")) + float(rect.get("width")) <= width


def _told(months: Sequence[Month], plot: Any) -> list[tuple[int, float]]:
    """The minor units of each bar, by the months, with its height."""
    found: list[tuple[int, float]] = []
    for series, (what, _label, _sign) in enumerate(SERIES):
        minors = [minor for each in months if (minor := getattr(each, what))]
        talls = [tall for _y, tall, _said in bars(plot, series)]
        found += zip(minors, talls, strict=True)
    return found


def test_bars_say_what_they_are() -> None:
    months = [month(0, total=100_000, new=100_000), month(1, total=98_750, shrunk=1250)]
    for plot in plots("USD", months):
        assert [said for *_at, said in bars(plot, 3)] == ["January 2026, New: $1,000.00"]
        [(_y, _tall, kept)] = bars(plot, 0)
        assert kept == "February 2026, There the month before: $987.50"
        assert [said for *_at, said in bars(plot, 4)] == ["February 2026, Shrunk: -$12.50"]
        assert bars(plot, 5) == []


def test_nothing_of_it_acts_looks_or_asks_by_itself() -> None:
    """No script, style, handler, id or address; nothing that differs from one look to the next."""
    months = [month(at, total=at, new=at, lost=at) for at in range(12)]
    for chart, plot in zip(charts_of("USD", months), plots("USD", months), strict=True):
        assert {node.tag for node in plot.iter()} == {"g", "rect", "path", "text", "title"}
        assert {name for node in plot.iter() for name in node.attrib} == {
            "class", "d", "height", "rx", "ry", "transform", "width", "x", "y",
        }  # fmt: skip
        assert "http" not in chart.drawn
    assert charts_of("USD", months) == charts_of("USD", months)


@pytest.mark.parametrize(
    ("code", "months", "said"),
    [
        ("USD", [], ["$0"]),
        ("USD", [month(0), month(1)], ["$0"]),
        ("USD", [month(0, total=1, new=1)], ["$0", "$0.01"]),
        ("USD", [month(0, total=8000, new=8000), month(1, lost=6000)],
         ["-$60", "-$40", "-$20", "$0", "$20", "$40", "$60", "$80"]),
        ("USD", [month(0, lost=500_000)], ["-$5K", "-$4K", "-$3K", "-$2K", "-$1K", "$0"]),
        ("JPY", [month(0, total=1600, new=1600)],
         ["¥0", "¥200", "¥400", "¥600", "¥800", "¥1K", "¥1.2K", "¥1.4K", "¥1.6K"]),
        ("KWD", [month(0, total=4000, new=4000)], ["KWD0", "KWD1", "KWD2", "KWD3", "KWD4"]),
        ("USD", [month(0, total=8 * 10**14, new=8 * 10**14)],
         ["$0", "$1T", "$2T", "$3T", "$4T", "$5T", "$6T", "$7T", "$8T"]),
    ],
)  # fmt: skip
def test_ticks_are_round_sums(code: str, months: Sequence[Month], said: list[str]) -> None:
    assert ticks(plots(code, months)) == said


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 12])
def test_every_other_month_is_named_where_there_is_no_room_and_the_newest_always(
    count: int,
) -> None:
    wide, narrow = (
        [text.text or "" for text in plot.iterfind("g[@class='axis x']//text")]
        for plot in plots("USD", [month(at) for at in range(count)])
    )
    assert wide == "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[:count]
    if count <= 7:
        assert narrow == wide
    else:
        assert narrow == [name if at % 2 else "" for at, name in enumerate(wide)]


def test_a_server_does_without_the_libraries_until_somebody_looks() -> None:
    code = (
        "import django, sys; django.setup(); import broadsheet.project.urls\n"
        "print({'pygal', 'importlib_metadata', 'fpdf', 'fontTools'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
