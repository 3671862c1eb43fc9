"""Hostile and broken HTML: what goes out is ours, valid in the desk, well-formed on the site."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import html5lib
import pytest
from django.core.validators import URLValidator
from django.template.loader import get_template
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.imports.wordpress.mapping.content import content_of
from broadsheet.newsroom.blocks import StoryBody
from broadsheet.newsroom.models import StaticPage
from broadsheet.newsroom.renderers.bodies import body
from imports.archive import SITE, KnownArchive

HERE = Path(__file__).parent


def listed(name: str) -> list[str]:
    """The lines of a file with their escapes (`\\n`, `\\u202e`) taken for what they stand for."""
    lines = (HERE / name).read_text("ascii").splitlines()
    return [line.encode().decode("unicode_escape") for line in lines]


ADDRESSES = listed("hostile_addresses.txt")
PARTS = listed("hostile_parts.txt")


@st.composite
def soup(draw: st.DrawFn) -> str:
    linked = st.builds(
        lambda tag, name, url: f'<{tag} {name}="{url}">x</{tag}>',
        st.sampled_from(["a", "iframe", "img", "video", "embed", "object", "blockquote", "div"]),
        st.sampled_from(["href", "src", "data", "cite", "style", "srcdoc", "onclick", "linktype"]),
        st.sampled_from(ADDRESSES),
    )
    piece = st.one_of(st.sampled_from(PARTS), linked, st.text(max_size=12))
    return "".join(draw(st.lists(piece, max_size=30)))


DANGEROUS = frozenset(
    "script style iframe form object embed svg math img input base meta link template".split()
)
ALLOWED = re.compile(
    r"<(?:/?(?:p|ul|ol|li|b|i|s|code|sup|sub)|/a|br/"
    r'|a href="(?:https?:|mailto:|tel:)[^"<>]*"|a linktype="page" id="\d+")>'
)


def faults(raw: list[dict[str, Any]]) -> list[str]:
    """What of the blocks is not ours."""
    found = []
    for block in raw:
        value = block["value"]
        if block["type"] in ("paragraph", "list"):
            found += [tag for tag in re.findall(r"<[^>]*>", value) if not ALLOWED.fullmatch(tag)]
            found += re.findall(r"<[^>]*$", value)
        elif block["type"] == "embed":
            URLValidator(schemes=["http", "https"])(value["url"])
    return found


def page_of(raw: list[dict[str, Any]]) -> StaticPage:
    page = StaticPage(title="x", slug="x")
    page.body = page.body.stream_block.to_python(raw)
    return page


def rendered(raw: list[dict[str, Any]]) -> str:
    return get_template("newsroom/body.html", using="jinja2").render({"body": body(page_of(raw))})


def check(source: str) -> str:
    raw = content_of(source, KnownArchive(patterns={"7": source[:200]}), site=SITE).blocks
    assert faults(raw) == []
    StoryBody(required=False).clean(page_of(raw).body)
    html = rendered(raw)
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(html)
    for element in tree.iter():
        assert element.tag not in DANGEROUS
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        for name in {"href", "src", "cite"} & element.attrib.keys():
            assert element.get(name).startswith(("https:", "http:", "mailto:", "tel:"))
    return html


@pytest.mark.django_db
@settings(max_examples=200)
@given(soup())
def test_hostile_html_leaves_only_our_own_elements(source: str) -> None:
    check(source)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 20_000 + "deep" + "</div>" * 20_000,
        "<ul><li>" * 3_000 + "deep",
        "<b><i>" * 5_000 + "deep",
        "<blockquote>" * 5_000 + "deep",
        "<table><tr><td>" * 3_000 + "deep",
        "x" * 100_000 + " deep",
        "[caption]" * 50_000 + "deep",
        "<!--" * 50_000 + "deep",
        "[" * 50_000 + "deep",
        "<" * 50_000 + "deep",
        "&" * 50_000 + "deep",
        "\n" * 200_000 + "deep",
        "<br>" * 50_000 + "deep",
        '<td colspan="100000">' * 2_000 + "deep",
    ],
    ids=lambda source: source[:16],
)
def test_monstrous_html_is_read_in_one_go(source: str) -> None:
    assert "deep" in check(source)
