"""Pages whose pictures come late: whatever is there to be read stays where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Route

from pages.building import NOW
from pages.measuring import DRAWN, SHIFTS
from pages.specimens import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

KINDS = "front section article author static search give campaign".split()
ARRIVED = """Promise.all([...document.images].filter(image => image.loading !== "lazy" && !image.complete)
  .map(image => new Promise(done => image.onload = image.onerror = done)))"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(f"({SHIFTS})()")
    page.clock.set_fixed_time(NOW)
    yield page
    context.close()


@dataclass
class Late:
    """Holds pictures until they are let go; all others pass."""

    held: list[Route] = field(default_factory=list)
    is_over: bool = False

    def __call__(self, route: Route) -> None:
        if route.request.resource_type == "image" and not self.is_over:
            self.held.append(route)
        else:
            route.continue_()

    def let_go(self) -> None:
        self.is_over = True
        for route in self.held:
            route.continue_()


def shifts(page: Page, url: str) -> list[str]:
    """What moves on a page whose pictures come only when everything else is there."""
    late = Late()
    page.route("**/*", late)
    page.goto(url, wait_until="domcontentloaded")
    page.evaluate(DRAWN)
    late.let_go()
    page.evaluate(ARRIVED)
    page.evaluate(DRAWN)
    found: list[str] = page.evaluate("window.shifts")
    return found


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("kind", KINDS)
def test_page_whose_pictures_come_late_moves_nothing(
    site: Site, page: Page, kind: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert shifts(page, site.url(kind, "en" if width == 360 else "ar")) == []


def test_stability_sees_a_picture_without_its_place(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.querySelector('main img').style.width = 'auto')"
    )
    assert shifts(page, site.url("article", "en")) != []
