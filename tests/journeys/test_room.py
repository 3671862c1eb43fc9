"""Somebody gives every month and looks after it in their own room: with scripts and without, in two languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.test_supporter import letters, rows
from journeys.visitor import DESKTOP, PHONE, Visitor
from running import Served, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

SENT = re.compile(r"\b\d{4} \d{4}\b")

WAYS = {
    "en, a phone without scripts": ("", PHONE, False),
    "ar, a desk with scripts": ("/ar", DESKTOP, True),
}


def come_in(page: Page, served: Served, prefix: str, address: str) -> None:
    """Into the room by the code in the letter."""
    page.goto(f"{prefix}/account/")
    page.locator("input[name=email]").fill(address)
    page.locator("main form button").click()
    page.locator("input[name=code]").fill(codes(served, address, 1)[0])
    page.locator("main form button").click()


def codes(served: Served, address: str, count: int) -> list[str]:
    """The codes that were sent to somebody, the last one last, once there are so many."""

    def sent() -> list[str]:
        return [code for text in texts(served, address) for code in SENT.findall(text)]

    wait_until(lambda: len(sent()) == count, "the code")
    return sent()


def texts(served: Served, address: str) -> list[str]:
    """What was written to somebody, as text."""
    bodies = [letter.get_body(("plain",)) for letter in letters(served, address)]
    return [body.get_content() for body in bodies if body]


def press(page: Page, wish: str) -> None:
    """Press a button of a pledge's page, which may be folded away; the page says that it was done."""
    button = page.locator(f"button[value={wish}]")
    if not button.is_visible():
        page.locator("details", has=button).locator("summary").click()
    button.click()
    if wish != "card":
        expect(page.get_by_role("status")).to_be_visible()


@pytest.mark.parametrize("way", WAYS)
def test_monthly_gift_is_begun_changed_paused_moved_to_another_card_and_cancelled(
    browser: Browser, served: Served, way: str
) -> None:
    prefix, viewport, has_scripts = WAYS[way]
    address = f"monthly{len(prefix)}@reader.example"
    reader = Visitor(
        browser, served.url, {"viewport": viewport, "java_script_enabled": has_scripts}
    )
    reader.hosts.add(f"127.0.0.1:{served.port + 1}")
    page = reader.page

    def pledge() -> tuple[object, ...]:
        sql = (
            "SELECT p.state, p.gift_minor, p.method_id FROM funding_pledge p"
            " JOIN funding_supporter s ON s.id = p.supporter_id WHERE s.email = ?"
        )
        return rows(served, sql, address)[0]

    page.goto(f"{prefix}/give/confirm/?amount=20&cadence=monthly")
    page.locator("input[name=email]").fill(address)
    page.locator("input[name=agrees]").check()
    page.locator("main form button").click()
    page.locator("button[value=pay]").click()
    wait_until(lambda: pledge()[0] == "active", "the first gift")
    assert reader.context.cookies() == []

    come_in(page, served, prefix, address)
    [cookie] = reader.context.cookies()
    assert (cookie["name"], cookie["path"], cookie["httpOnly"]) == (
        "room", f"{prefix}/account/", True,
    )  # fmt: skip
    page.locator("main .pledge a").click()
    page.locator("details", has=page.locator("button[value=amount]")).locator("summary").click()
    page.locator("input[name=amount]").fill("35")
    page.locator("input[name=agrees]").check()
    press(page, "amount")
    assert pledge()[1] == 3500
    press(page, "pause")
    assert pledge()[0] == "paused"
    press(page, "resume")
    before = pledge()[2]
    press(page, "card")
    page.locator("button[value=pay]").click()
    wait_until(lambda: pledge()[2] != before, "the other card")
    page.goto(f"{prefix}/account/")
    expect(page.locator("main tbody tr")).to_have_count(2)
    page.locator("main .pledge a").click()
    press(page, "cancel")
    assert pledge()[0] == "canceled"
    page.goto(f"{prefix}/account/")
    page.locator("main a[href$='/account/erase/']").click()
    page.locator("button[value=code]").click()
    page.locator("input[name=code]").fill(codes(served, address, 2)[-1])
    page.locator("button[value=erase]").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert rows(served, "SELECT id FROM funding_supporter WHERE email = ?", address) == []
    assert reader.context.cookies() == []
    assert (reader.strangers, reader.said) == ([], [])
    reader.close()
