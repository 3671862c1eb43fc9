"""Reader pages by keyboard alone: what the Tab key reaches, in which order, and whether one sees where one is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from pages.measuring import FOCUSABLE, FOCUSED
from pages.specimens import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

MOST = 400
LOADED = """async () => {
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map((image) => image.decode().catch(() => null)));
}"""
"""Has all that is further down arrive: measured is where the focus is, not what loads late."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1024, "height": 700},
        reduced_motion="reduce",  # so that no step has to wait for the scrolling of the one before
    )
    yield context.new_page()
    context.close()


def walk(page: Page) -> Iterator[dict[str, Any]]:
    """Each element that Tab comes to, until it leaves the page or begins anew."""
    page.evaluate(LOADED)
    first = None
    for _step in range(MOST):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["place"] == first:
            return
        first = focused["place"] if first is None else first
        yield focused
    raise AssertionError(f"the focus never left the page after {MOST} steps")


@pytest.mark.parametrize("code", ["en", "ar"])
@pytest.mark.parametrize("kind", ["front", "article", "author", "campaign", "mistaken"])
def test_keyboard_reaches_everything_in_order_and_shows_where_it_is(
    site: Site, page: Page, kind: str, code: str
) -> None:
    page.goto(site.url(kind, code))
    steps = list(walk(page))
    assert len(steps) == page.evaluate(FOCUSABLE)
    places = [step["place"] for step in steps]
    assert places == sorted(places)
    assert [step["told"] for step in steps if not step["is_inside"]] == []
    assert [step["told"] for step in steps if step["is_covered"]] == []
    assert [step["told"] for step in steps if not step["is_marked"]] == []


@pytest.mark.parametrize("code", ["en", "ar"])
def test_keyboard_skips_to_the_content_first(site: Site, page: Page, code: str) -> None:
    page.goto(site.url("article", code))
    page.keyboard.press("Tab")
    first = page.evaluate(FOCUSED)
    assert first["is_inside"]
    assert 'href="#content"' in first["told"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["is_in_main"]


def test_keyboard_goes_back_to_the_top(site: Site, page: Page) -> None:
    page.goto(site.url("article", "en"))
    page.locator('footer a[href="#top"]').focus()
    assert page.evaluate("scrollY") > 0
    page.keyboard.press("Enter")
    page.wait_for_function("scrollY === 0")
    page.keyboard.press("Tab")
    assert 'href="#content"' in page.evaluate(FOCUSED)["told"]
