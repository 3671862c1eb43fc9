"""Accessibility rules that a program can decide: WCAG 2.2 A and AA and best practice, by axe-core."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from pages.measuring import OVERFLOWING, violations
from pages.specimens import ALL, Site, sign_in
from soaking import Budget

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

Scheme = Literal["light", "dark"]
LANGUAGES = ("en", "ar")
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDTHS = (360, 768, 1280)
LOOKS = list(itertools.product(SCHEMES, WIDTHS))
EVERY = list(itertools.product(ALL, LANGUAGES))
SAMPLE = [
    (kind, LANGUAGES[number % 2], SCHEMES[number // 2 % 2], WIDTHS[number % 3])
    for number, kind in enumerate(ALL)
]
"""Every kind once, and every pair of language and scheme at every width somewhere."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page, let in to add axe."""
    context = browser.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


def look(page: Page, scheme: Scheme, width: int) -> None:
    """Have the page drawn, or the one that comes next, in this scheme and width."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize("case", SAMPLE, ids=str)
def test_axe_finds_nothing_in_any_kind_of_page(
    site: Site, page: Page, axe: str, case: tuple[str, str, Scheme, int]
) -> None:
    kind, code, scheme, width = case
    look(page, scheme, width)
    site.visit(page, kind, code)
    page.add_script_tag(content=axe)
    assert violations(page) == []


@pytest.mark.soak(minutes=8)
@pytest.mark.parametrize(("kind", "code"), EVERY)
def test_axe_finds_nothing_in_any_language_scheme_and_width(
    site: Site, page: Page, axe: str, kind: str, code: str, budget: Budget
) -> None:
    """One load of the page is looked at in all of its looks: most of a fresh load's time is not the rules'."""
    site.visit(page, kind, code)
    page.add_script_tag(content=axe)
    found = {}
    for scheme, width in LOOKS:
        look(page, scheme, width)
        found[scheme, width] = violations(page)
    assert not any(found.values()), found


@pytest.mark.parametrize(("code", "scheme", "width"), [("en", "light", 1280), ("ar", "dark", 360)])
def test_axe_finds_nothing_in_the_style_guide_and_nothing_is_too_wide(
    site: Site, page: Page, axe: str, code: str, scheme: Scheme, width: int
) -> None:
    look(page, scheme, width)
    sign_in(page, site)
    page.goto(f"{site.origin}/desk/styleguide/?language={code}")
    assert page.evaluate(OVERFLOWING) == []
    page.add_script_tag(content=axe)
    assert violations(page) == []


def test_axe_sees_what_is_wrong_in_one_look_alone(page: Page, axe: str) -> None:
    page.set_content(
        "<style>p { color: #999 } @media (prefers-color-scheme: dark) { body { background: #000 } }"
        "@media (width >= 1000px) { a { display: none } }</style>"
        "<p>Pale words</p><a href='/'></a><img src='/x.png'>"
    )
    page.add_script_tag(content=axe)
    found = {}
    for scheme, width in LOOKS:
        look(page, scheme, width)
        found[scheme, width] = {violation.partition(":")[0] for violation in violations(page)}
    for (scheme, width), rules in found.items():
        assert {"image-alt", "html-has-lang"} <= rules
        assert ("color-contrast" in rules) == (scheme == "light")
        assert ("link-name" in rules) == (width < 1000)
