"""The content files' small syntax: what each block becomes, and that mistakes are named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from broadsheet.demo.errors import BadContent
from broadsheet.demo.reading import (
    Heading,
    Illustration,
    Listing,
    Paragraph,
    Quotation,
    Table,
    read_age,
    read_blocks,
    read_text,
    rich_text,
)


def test_read_blocks_knows_each_kind_of_block() -> None:
    body = """A paragraph.

## A heading

> We — all of us — waited. — Ann Bell, tram driver

![a-tram] A tram. | Bo Reed | A red tram.

- one
- two

| Year | Trams |
| 1904 | 11 |
"""
    assert read_blocks(body) == (
        Paragraph("A paragraph."),
        Heading("A heading"),
        Quotation("We — all of us — waited.", "Ann Bell", "tram driver"),
        Illustration("a-tram", "A tram.", "Bo Reed", "A red tram."),
        Listing(("one", "two")),
        Table((("Year", "Trams"), ("1904", "11"))),
    )


@pytest.mark.parametrize(
    "body",
    [
        "> Nobody said this.",
        "| a | b |\n| c |",
        "### Too deep",
        "two\nlines",
        "![a-tram] No credit",
    ],
)
def test_read_blocks_refuses_what_it_does_not_know(body: str) -> None:
    with pytest.raises(BadContent):
        read_blocks(body)


def test_rich_text_escapes_and_resolves_links() -> None:
    made = rich_text(
        "**Bread** & *salt* in [the market](story:market) <b>. Write to bo@market.example.",
        lambda kind, key: f'href="/{key}/"',
    )
    assert made == (
        '<b>Bread</b> &amp; <i>salt</i> in <a href="/market/">the market</a> &lt;b&gt;. '
        'Write to <a href="mailto:bo@market.example">bo@market.example</a>.'
    )


def test_read_age_adds_its_parts() -> None:
    assert read_age("2w 1d 3h 5m") == dt.timedelta(days=15, hours=3, minutes=5)
    with pytest.raises(BadContent, match="yesterday"):
        read_age("yesterday")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("No front matter.", "does not begin with TOML"),
        ('+++\nstandfirst = "x"\n+++\nText.', "headline"),
        ("+++\nheadline = \n+++\nText.", "Invalid value"),
        ('+++\nheadline = "x"\n+++\n> Unsigned.', "no speaker"),
    ],
)
def test_read_text_with_a_mistake_names_the_file(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "broken.md"
    file.write_text(text, "utf-8")
    with pytest.raises(BadContent, match=rf"broken\.md.*{complaint}"):
        read_text(file)
