"""The desk about money: on a phone an amount stands beside what it is of; axe finds nothing in light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from pages.measuring import violations
from pages.specimens import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

SCREENS = ("gifts", "supporters", "pledges", "campaigns", "going")
WITHOUT_AMOUNTS = ("supporters",)

ROWS = """() => [...document.querySelectorAll(".money-list tbody tr:has(.money-first)")].map(row => {
  const first = row.querySelector(".money-first").getBoundingClientRect();
  const amount = row.querySelector(".money-amount")?.getBoundingClientRect();
  return {
    has_amount: Boolean(amount?.width),
    is_beside: !amount?.width || (Math.abs(amount.top - first.top) < 1 && amount.right <= innerWidth),
    is_inside: row.scrollWidth <= row.clientWidth && row.getBoundingClientRect().right <= innerWidth,
  };
})"""
"""How each row of the lists lies, and its amount."""


@pytest.fixture(scope="module")
def page(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(bypass_csp=True)
    context.add_cookies([{"name": "desk", "value": site.desk, "url": site.origin}])
    yield context.new_page()
    context.close()


def look(page: Page, *, with_amounts: bool) -> None:
    for width in (320, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.reload()  # the desk's menu moves away for a while when a window becomes narrow
        rows = page.evaluate(ROWS)
        assert rows
        assert [row for row in rows if not (row["is_beside"] and row["is_inside"])] == []
        assert any(row["has_amount"] for row in rows) == with_amounts
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


@pytest.mark.parametrize("screen", SCREENS)
def test_amounts_stand_beside_what_they_are_of(site: Site, page: Page, screen: str) -> None:
    page.goto(f"{site.origin}/desk/money/{screen}/")
    look(page, with_amounts=screen not in WITHOUT_AMOUNTS)


def test_amounts_of_one_supporter_stand_beside_what_they_are_of(site: Site, page: Page) -> None:
    page.goto(f"{site.origin}/desk/money/supporters/")
    page.locator("td.money-first a").first.click()
    page.wait_for_url(re.compile("/supporters/[^/]+/$"))
    look(page, with_amounts=True)


def test_drawing_is_as_wide_as_its_place_and_its_words_keep_their_size(
    site: Site, page: Page
) -> None:
    heights = set()
    for width in (320, 360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{site.origin}/desk/money/going/")
        boxes = [text.bounding_box() for text in page.locator(".money-drawing text").all()]
        shown = [box for box in boxes if box]
        heights |= {round(box["height"]) for box in shown}
        assert len(shown) >= 8
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in shown)
    assert len(heights) == 1


@pytest.mark.parametrize("screen", [*SCREENS, "guard", "by-hand", "events"])
def test_axe_finds_nothing_in_screens_about_money(
    site: Site, page: Page, axe: str, screen: str
) -> None:
    for scheme, width in (("light", 360), ("dark", 1280)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{site.origin}/desk/money/{screen}/")
        page.add_script_tag(content=axe)
        assert violations(page) == []
