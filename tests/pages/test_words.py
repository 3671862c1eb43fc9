"""How words are set: names and days stay whole where they fit, and opinion alone is set lightly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from pages.specimens import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

BROKEN = """([where, pattern]) => [...document.querySelectorAll(where)].flatMap(element => {
  const words = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), found = [];
  for (let node = words.nextNode(); node; node = words.nextNode())
    for (const word of node.data.matchAll(new RegExp(pattern, "gu"))) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
      if (lines.size > 1) found.push(word[0]);
    }
  return found;
})"""
"""What matches a pattern in the texts of elements and does not stand on one line."""

WEIGHTS = """() => [...document.querySelectorAll(".related .card")].map(
  card => [card.classList.contains("opinion"), getComputedStyle(card.querySelector("h3")).fontWeight])"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("kind", "where", "pattern"),
    [
        ("article", ".signed a", r"\S.*\S"),
        ("section", ".byline a", r"\S.*\S"),
        ("statement", ".sums :is(th, td)", r"\S+"),
        ("room", ".gifts time", r"\S+"),
    ],
)
@pytest.mark.parametrize("code", ["en", "ar"])
def test_what_fits_the_line_is_not_broken(
    site: Site, page: Page, kind: str, where: str, pattern: str, code: str
) -> None:
    site.visit(page, kind, code)
    assert page.locator(where).count() > 0
    for width in (320, 360, 412, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(BROKEN, [where, pattern]) == []


def test_news_beside_an_opinion_is_as_strong_as_anywhere(site: Site, page: Page) -> None:
    page.goto(site.url("opinion", "en"))
    found = {(is_opinion, weight) for is_opinion, weight in page.evaluate(WEIGHTS)}
    assert found == {(True, "400"), (False, "700")}
