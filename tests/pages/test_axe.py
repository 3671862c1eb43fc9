"""Accessibility rules that a program can decide: WCAG 2.2 A and AA and best practice, by axe-core."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from pages.measuring import OVERFLOWING
from pages.specimens import ALL, Site, sign_in
from soaking import Budget

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

LANGUAGES = ("en", "ar")
SCHEMES = ("light", "dark")
WIDTHS = (360, 768, 1280)
MATRIX = list(itertools.product(ALL, LANGUAGES, SCHEMES, WIDTHS))
SAMPLE = [
    (kind, LANGUAGES[number % 2], SCHEMES[number // 2 % 2], WIDTHS[number % 3])
    for number, kind in enumerate(ALL)
]
"""Every kind once, and every pair of language and scheme at every width somewhere."""

OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="module")
def views(browser: Browser) -> Iterator[dict[str, Page]]:
    """A page in each colour scheme, let in to add axe."""
    contexts = {
        scheme: browser.new_context(color_scheme=scheme, bypass_csp=True) for scheme in SCHEMES
    }
    yield {scheme: context.new_page() for scheme, context in contexts.items()}
    for context in contexts.values():
        context.close()


def violations(page: Page, axe: str) -> list[str]:
    """What axe finds wrong with the page: the rule, the element, what to do."""
    page.add_script_tag(content=axe)
    found = page.evaluate("options => axe.run(document, options)", OPTIONS)["violations"]
    return [
        f"{rule['id']}: {node['html'][:120]} – {' '.join(node['failureSummary'].split())[:250]}"
        for rule in found
        for node in rule["nodes"]
    ]


def check(site: Site, views: dict[str, Page], axe: str, case: tuple[str, str, str, int]) -> None:
    kind, code, scheme, width = case
    page = views[scheme]
    page.set_viewport_size({"width": width, "height": 900})
    site.visit(page, kind, code)
    assert violations(page, axe) == []


@pytest.mark.parametrize("case", SAMPLE, ids=str)
def test_axe_finds_nothing_in_any_kind_of_page(
    site: Site, views: dict[str, Page], axe: str, case: tuple[str, str, str, int]
) -> None:
    check(site, views, axe, case)


@pytest.mark.soak(minutes=4)
@pytest.mark.parametrize("case", [case for case in MATRIX if case not in SAMPLE], ids=str)
def test_axe_finds_nothing_in_any_language_scheme_and_width(
    site: Site, views: dict[str, Page], axe: str, case: tuple[str, str, str, int], budget: Budget
) -> None:
    check(site, views, axe, case)


@pytest.mark.parametrize(("code", "scheme", "width"), [("en", "light", 1280), ("ar", "dark", 360)])
def test_axe_finds_nothing_in_the_style_guide_and_nothing_is_too_wide(
    site: Site, views: dict[str, Page], axe: str, code: str, scheme: str, width: int
) -> None:
    page = views[scheme]
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, site)
    page.goto(f"{site.origin}/desk/styleguide/?language={code}")
    assert page.evaluate(OVERFLOWING) == []
    assert violations(page, axe) == []


def test_axe_sees_what_is_wrong(views: dict[str, Page], axe: str) -> None:
    page = views["light"]
    page.set_content("<p style='color: #999'>Pale words</p><a href='/'></a><img src='/x.png'>")
    rules = {violation.partition(":")[0] for violation in violations(page, axe)}
    assert {"color-contrast", "link-name", "image-alt", "html-has-lang"} <= rules
