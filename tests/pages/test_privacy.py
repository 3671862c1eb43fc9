"""Every kind of page as a browser sees it: it asks nobody else, keeps nothing, has nothing to complain of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from pages.measuring import DRAWN
from pages.specimens import KINDS, Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

STATUS = {"error": "404", "gone": "410"}
"""What browsers say by themselves of a page that is not there."""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    yield made
    made.close()


class Told:
    """Requests to other hosts and console messages of the pages that one tab shows."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.found: list[str] = []

        def on_request(request: Request) -> None:
            if not request.url.startswith(f"{origin}/"):
                self.found.append(f"asked {request.url}")

        page.on("request", on_request)
        page.on("console", lambda message: self.found.append(f"said {message.text}"))
        page.on("pageerror", lambda error: self.found.append(f"said {error}"))

    def by(self, url: str) -> list[str]:
        """What is told until a page is drawn; what is told later is told with the next one."""
        self.page.goto(url)
        self.page.evaluate(DRAWN)
        found, self.found = self.found, []
        return found


@pytest.mark.parametrize("code", ["en", "ar"])
def test_pages_ask_nobody_keep_nothing_and_say_nothing(
    site: Site, context: BrowserContext, code: str
) -> None:
    page = context.new_page()
    told = Told(page, site.origin)
    for kind in KINDS:
        found = told.by(site.url(kind, code))
        kept = page.evaluate("[localStorage.length, sessionStorage.length]")
        expected = STATUS.get(kind)
        assert [one for one in found if not (expected and expected in one)] == [], kind
        assert kept == [0, 0], kind
    assert context.cookies() == []


def test_privacy_sees_who_is_asked_and_what_is_said(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.add_init_script(
        "console.log('hello'); addEventListener('load', () => fetch('http://elsewhere.example/').catch(() => 0))"
    )
    found = Told(page, site.origin).by(site.url("static", "en"))
    assert "said hello" in found
    assert len(found) > 1
