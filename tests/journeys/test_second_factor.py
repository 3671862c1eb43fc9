"""Who sees money proves twice who they are: with codes of an app, with a passkey, with a recovery code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from journeys.people import PASSWORD, PEOPLE
from journeys.visitor import DESKTOP, PHONE, Visitor
from proving import code_of
from running import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A key inside the device, whose owner always agrees."""


@pytest.fixture
def visitors(browser: Browser, served: Served) -> Iterator[list[Visitor]]:
    """Browsers of a test; none asked another host for anything or complained."""
    opened: list[Visitor] = []
    yield opened
    for each in opened:
        assert each.strangers == []
        # What Chromium thinks of Wagtail's own field for the password is no news.
        assert [words for words in each.said if "autocomplete" not in words] == []
        each.close()


def with_password(visitor: Visitor, role: str) -> None:
    page = visitor.page
    page.goto("/desk/money/gifts/")
    page.get_by_label("E-mail address").fill(PEOPLE[role])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_fundraiser_sets_up_codes_at_the_first_sign_in_and_is_asked_at_the_next(
    browser: Browser, served: Served, visitors: list[Visitor]
) -> None:
    first = Visitor(browser, served.url, {"viewport": PHONE, "java_script_enabled": False})
    visitors.append(first)
    page = first.page
    with_password(first, "fundraiser")
    page.get_by_role("link", name="Codes of an app").click()
    expect(page.get_by_role("img", name="The key as a picture")).to_be_visible()
    secret = page.locator("code").inner_text()
    page.get_by_label("The code that the app shows now").fill(code_of(secret))
    page.get_by_role("button", name="Set it up").click()
    recovery = page.locator(".second-factor-codes code").all_inner_texts()
    assert len(recovery) == 10
    page.get_by_role("link", name="I have kept them").click()
    page.goto("/desk/money/gifts/")
    expect(page.get_by_role("heading", name="Gifts")).to_be_visible()

    second = Visitor(browser, served.url, {"viewport": DESKTOP})
    visitors.append(second)
    page = second.page
    with_password(second, "fundraiser")
    page.get_by_label("recovery code").fill("000000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("That is not right")).to_be_visible()
    page.get_by_label("recovery code").fill(recovery[0])
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Gifts")).to_be_visible()


def test_administrator_signs_in_with_a_passkey(
    browser: Browser, served: Served, visitors: list[Visitor]
) -> None:
    # Browsers have passkeys on localhost, and on no address of numbers.
    visitor = Visitor(browser, f"http://localhost:{served.port}", {"viewport": DESKTOP})
    visitors.append(visitor)
    device = visitor.context.new_cdp_session(visitor.page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page = visitor.page
    with_password(visitor, "administrator")
    page.get_by_role("link", name="A passkey of this device").click()
    page.get_by_label("What you call it").fill("My laptop")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/desk/second-factor/devices/")
    expect(page.get_by_text("My laptop")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    with_password(visitor, "administrator")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Gifts")).to_be_visible()
