"""What the scripts of a story add, in a real browser; that it is read without them the other tests show."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Browser, expect

from pages.building import NOW
from pages.specimens import Site

DAY = dt.timedelta(days=1)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]


def test_story_is_kept_read_without_a_network_and_let_go(browser: Browser, site: Site) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(site.url("article", "en"))
    keep = page.get_by_role("button", name="Keep for offline reading")
    keep.click()
    kept = page.get_by_role("button", name="Kept on this device")
    expect(kept).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(kept).to_be_visible()
    assert said == []

    headline = page.get_by_role("heading", level=1).inner_text()
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    context.set_offline(False)

    kept.click()
    expect(keep).to_have_attribute("aria-pressed", "false")
    count = page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)")
    assert count == 0
    assert page.evaluate("caches.keys()") == []
    context.close()


def test_story_link_is_copied_and_times_are_told_from_now(browser: Browser, site: Site) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.clock.set_fixed_time(NOW)
    page.goto(site.url("article", "en"))
    moment = page.locator(".story-meta time").first
    day = re.compile(r"November \d+, 2026, [\d:]+\s[AP]M")
    assert day.fullmatch(moment.inner_text()), "of last week the date says more"
    page.clock.set_fixed_time(
        dt.datetime.fromisoformat(moment.get_attribute("datetime") or "") + DAY
    )
    page.reload()
    assert moment.inner_text() == "Yesterday"
    page.emulate_media(media="print")
    assert day.fullmatch(moment.inner_text())
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(site.pages["article en"])
    context.close()

    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(site.url("article", "en"))
    assert page.locator(".story").get_by_role("button").count() == 0
    moment = page.locator(".story-meta time").first
    assert re.search(r"\d{4}", moment.inner_text())
    plain.close()
