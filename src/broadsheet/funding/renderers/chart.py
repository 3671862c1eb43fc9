"""Months of recurring revenue as a chart: SVG by pygal, whose colours and letters are those of the page it is in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_compact_currency
from django.utils.safestring import SafeString
from lxml import etree

from broadsheet.funding.rules.going import Month
from broadsheet.kit.money import Money, exponent

SERIES = (
    ("kept", "There the month before", 1),
    ("grown", "Grown", 1),
    ("recovered", "Recovered", 1),
    ("new", "New", 1),
    ("shrunk", "Shrunk", -1),
    ("lost", "Lost", -1),
)
"""What months are made of, how it is called, and whether it stands on the line or hangs below it. What is drawn of the
first has the class `color-0`, and so on."""

LETTERS = 12
"""How high letters are: room is left for them; the page's styles make them so."""
NAME = 3 * LETTERS
"""How broad a month has to be for each to have its name."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What stands inside an `svg` element whose viewBox is so wide and high."""

    name: str
    width: int
    height: int
    drawn: SafeString


SIZES = (("wide", 704, 260), ("narrow", 280, 240))
"""A screen's and a phone's: letters that are read on both are no part of one drawing."""


def charts_of(code: str, months: Sequence[Month]) -> list[Chart]:
    """Months of a currency as a chart of each size.

    Lines, bars and words, with classes: no script, style, id or address. It is the same for the same months.
    """
    return [
        Chart(name, width, height, _drawn(code, months, width, height))
        for name, width, height in SIZES
    ]


def _drawn(code: str, months: Sequence[Month], width: int, height: int) -> SafeString:
    # Some megabytes that a server does without until somebody looks.
    from pygal import StackedBar

    chart = StackedBar(
        width=width,
        height=height,
        margin=LETTERS // 2,
        margin_left=LETTERS,  # capitals are broader than pygal takes letters for
        spacing=LETTERS // 2,
        css=[],
        js=[],
        show_legend=False,
        no_data_text="",
        x_labels=_names(months, width),
        truncate_label=-1,
        value_formatter=lambda minor: _tick(int(minor), code),
        y_labels=None if any(_is_something(month) for month in months) else [0],
        order_min=0,  # a minor unit has no parts
        max_scale=8,
    )
    for what, label, sign in SERIES:
        minors = [getattr(month, what) * sign for month in months]
        chart.add(label, minors, formatter=_saying(label, code, months))
    return SafeString(etree.tostring(_bare(chart.render_tree()), encoding="unicode"))


def _is_something(month: Month) -> bool:
    return any(getattr(month, what) for what, _label, _sign in SERIES)


def _names(months: Sequence[Month], width: int) -> list[str]:
    """The names below the bars; where there is no room for all of them every other one, the newest always."""
    names = [f"{month.month:%b}" for month in months]
    if width < len(names) * NAME:
        names[-2::-2] = [""] * (len(names) // 2)
    return names


def _saying(label: str, code: str, months: Sequence[Month]) -> Callable[[int, int], str]:
    """What a bar says of itself: its month, what it is and how much."""

    def said(value: int, index: int) -> str:
        return f"{months[index].month:%B %Y}, {label}: {Money(value, code).format(with_zeros=True)}"

    return said


def _bare(svg: Any) -> Any:
    """What pygal drew, without what is there for its script and without bars of no height; what a bar says is its
    title."""
    etree.cleanup_namespaces(svg)
    plot = svg.find("g/g[@class='plot']")
    for bar in plot.xpath(".//g[@class='bar'][rect/@height='0.0']"):
        bar.getparent().remove(bar)
    etree.strip_elements(plot, "title")
    for said in plot.iterfind(".//desc[@class='value']"):
        said.tag = "title"
    etree.strip_elements(plot, "desc")
    return plot


def _tick(minor: int, code: str) -> str:
    """A round sum, as short as it can be."""
    money = Money(minor, code)
    if abs(minor) < 1000 * 10 ** exponent(code):
        return money.format()
    return format_compact_currency(money.decimal, code, locale="en", fraction_digits=1)
