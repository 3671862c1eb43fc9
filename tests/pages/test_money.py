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


def test_one_chart_is_shown_with_bars_and_with_words_that_are_read(site: Site, page: Page) -> None:
    for width in (320, 360, 700, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{site.origin}/desk/money/going/")
        [chart] = [each for each in page.locator(".money-chart").all() if each.is_visible()]
        chart.locator("rect:not(.background)").first.wait_for()
        assert page.get_by_role("img", name="Recurring revenue in USD, month by month").count() == 1
        boxes = [text.bounding_box() for text in chart.locator("text:not(:empty)").all()]
        shown = [box for box in boxes if box]
        assert len(shown) >= 10
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in shown)
        assert all(14 <= box["height"] <= 26 for box in shown)  # a line of letters of 12 to 18 px


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
