"""Somebody gives every month and looks after it in their own room: in two languages, with scripts and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.people import REGULARS
from journeys.test_supporter import letters, rows
from journeys.visitor import DESKTOP, PHONE, Visitor
from running import Served, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

SENT = re.compile(r"\b\d{4} \d{4}\b")

WAYS = {
    "en, a phone without scripts": ("enid@regular.example", PHONE, False),
    "en, a desk with scripts": ("ewan@regular.example", DESKTOP, True),
    "ar, a desk without scripts": ("amal@regular.example", DESKTOP, False),
    "ar, a phone with scripts": ("adil@regular.example", PHONE, True),
}


def begin(page: Page, prefix: str, address: str) -> None:
    """Promise twenty dollars every month, and pay the first of them."""
    page.goto(f"{prefix}/give/confirm/?amount=20&cadence=monthly")
    page.locator("input[name=email]").fill(address)
    page.locator("input[name=agrees]").check()
    page.locator("main form button").click()
    page.locator("button[value=pay]").click()


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


def read_statement(page: Page, code: str) -> None:
    """Open last year's statement from the room: what was given stands on the page, and in a file beside it."""
    page.locator("main a[href*='/give/statement/']").click()
    expect(page.locator("html")).to_have_attribute("lang", code)
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator("main tbody")).to_contain_text(re.compile("60|\u0666\u0660"))
    file = page.request.get(page.locator("main a[href$='.pdf']").get_attribute("href") or "")
    assert (file.status, file.body()[:5]) == (200, b"%PDF-")
    page.go_back()


def erase(page: Page, served: Served, address: str) -> None:
    """From the room on: have all of it erased, by a second code."""
    page.locator("main a[href$='/account/erase/']").click()
    page.locator("button[value=code]").click()
    page.locator("input[name=code]").fill(codes(served, address, 2)[-1])
    page.locator("button[value=erase]").click()
    expect(page.get_by_role("status")).to_be_visible()


@pytest.mark.parametrize("way", WAYS)
def test_monthly_gift_is_begun_changed_paused_moved_to_another_card_stated_and_cancelled(
    browser: Browser, served: Served, way: str
) -> None:
    address, viewport, has_scripts = WAYS[way]
    code = REGULARS[address]
    prefix = "" if code == "en" else f"/{code}"
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

    begin(page, prefix, address)
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
    assert pledge()[0] == "active"
    before = pledge()[2]
    press(page, "card")
    page.locator("button[value=pay]").click()
    wait_until(lambda: pledge()[2] != before, "the other card")
    page.goto(f"{prefix}/account/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if code == "ar" else "ltr")
    expect(page.locator("main tbody tr")).to_have_count(3)  # that of last year is one
    read_statement(page, code)
    page.locator("main .pledge a").click()
    press(page, "cancel")
    assert pledge()[0] == "canceled"
    page.goto(f"{prefix}/account/")
    erase(page, served, address)
    assert rows(served, "SELECT id FROM funding_supporter WHERE email = ?", address) == []
    assert reader.context.cookies() == []
    assert (reader.strangers, reader.said) == ([], [])
    reader.close()
