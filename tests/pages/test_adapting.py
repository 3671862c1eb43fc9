"""Reader pages as readers bend them: larger text, wider spacing, forced colours, no motion, paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from pages.measuring import OVERFLOWING
from pages.specimens import ALL, Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

LARGE = ":root { font-size: 200% !important }"
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-block-end: 2em !important }"""
"""What WCAG 1.4.12 asks a page to bear."""

MOVING = """() => [...document.querySelectorAll("*")].filter(element => {
  const style = getComputedStyle(element);
  const lasts = list => list.split(",").some(time => parseFloat(time) > 0.001);
  return lasts(style.transitionDuration) || lasts(style.animationDuration) || style.scrollBehavior === "smooth";
}).map(element => element.outerHTML.slice(0, 80))"""

BORDERLESS = """() => [...document.querySelectorAll(".button, button, input, select, textarea")].filter(element => {
  const style = getComputedStyle(element), border = parseFloat(style.borderTopWidth);
  const is_drawn_by_the_browser = ["hidden", "radio", "checkbox"].includes(element.type);
  return !is_drawn_by_the_browser && (style.borderTopStyle === "none" || border < 1);
}).map(element => element.outerHTML.slice(0, 80))"""

LINES = """() => [...document.querySelectorAll(".whole")].map(word => {
  const range = document.createRange();
  range.selectNodeContents(word);
  return [word.textContent, new Set([...range.getClientRects()].map(box => Math.round(box.top))).size];
})"""
"""Each short compound of the page's headlines, and on how many lines it stands."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("style", [LARGE, SPACED], ids=["large", "spaced"])
@pytest.mark.parametrize("kind", ALL)
def test_page_with_larger_or_wider_text_stays_inside(
    site: Site, page: Page, kind: str, style: str
) -> None:
    found = {}
    for code, width in (("en", 320), ("ar", 1280)):
        page.set_viewport_size({"width": width, "height": 800})
        site.visit(page, kind, code)
        page.add_style_tag(content=style)
        found[code] = page.evaluate(OVERFLOWING)
    assert found == {"en": [], "ar": []}


@pytest.mark.parametrize("kind", ["front", "section", "article"])
def test_short_compounds_of_headlines_are_not_broken_at_any_width(
    site: Site, page: Page, kind: str
) -> None:
    page.goto(site.url(kind, "en"))
    for width in range(320, 1281, 60):
        page.set_viewport_size({"width": width, "height": 800})
        lines = page.evaluate(LINES)
        assert "ninety-four" in [word for word, _count in lines]
        assert [word for word, count in lines if count > 1] == []


@pytest.mark.parametrize("kind", ["front", "article", "give", "mistaken"])
def test_page_without_motion_has_none(site: Site, page: Page, kind: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(site.url(kind, "en"))
    assert page.evaluate(MOVING) == []


@pytest.mark.parametrize("kind", ["front", "article", "give", "mistaken"])
def test_page_in_forced_colours_keeps_the_edges_of_what_is_pressed(
    site: Site, page: Page, kind: str
) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(site.url(kind, "en"))
    edgeless = page.evaluate(BORDERLESS)
    page.emulate_media(forced_colors="none")
    assert edgeless == []


def test_forced_colours_draw_a_line_below_the_section_one_is_in_alone(
    site: Site, page: Page
) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(site.url("section", "en"))
    colour = "found => found.map(link => getComputedStyle(link).borderBlockEndColor)"
    others = page.eval_on_selector_all(".sections a:not([aria-current])", colour)
    here = page.eval_on_selector_all(".sections [aria-current]", colour)
    page.emulate_media(forced_colors="none")
    assert len(here) == 1
    assert others
    assert here[0] not in others


@pytest.mark.parametrize("code", ["en", "ar"])
def test_article_on_paper_is_the_story_alone(site: Site, page: Page, code: str) -> None:
    page.set_viewport_size({"width": 794, "height": 1123})  # A4
    page.goto(site.url("article", code))
    body = page.locator(".story-body").inner_text()
    page.emulate_media(media="print")
    assert page.locator(".story-body").inner_text() == body
    assert page.locator("h1").is_visible()
    for part in ("nav", "form", ".button", ".appeal", ".skip", "footer.foot"):
        assert [e.text_content() for e in page.locator(part).all() if e.is_visible()] == []
    assert page.evaluate(OVERFLOWING) == []
    page.emulate_media(media="screen")
