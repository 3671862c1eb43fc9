"""A reader on an old phone, JavaScript off, reads a story, gives at its end and sees the campaign move."""

from __future__ import annotations

import email
import re
import sqlite3
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.visitor import PHONE, Visitor
from running import Served, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

STORY, CAMPAIGN = "Bridge closes", "/campaigns/presses/"


@pytest.fixture
def reader(browser: Browser, served: Served) -> Iterator[Visitor]:
    """Nothing that a reader does leaves a cookie, asks another host or makes the browser complain."""
    reader = Visitor(browser, served.url, {"viewport": PHONE, "java_script_enabled": False})
    reader.hosts.add(f"127.0.0.1:{served.port + 1}")  # where the processor has its checkout
    yield reader
    assert reader.context.cookies() == []
    assert reader.strangers == []
    assert reader.said == []
    reader.close()


def confirm(page: Page, amount: str, address: str, **typed: str) -> None:
    """Fill in the confirm page and go on to the checkout."""
    page.goto(f"/give/confirm/?amount={amount}&campaign=presses")
    page.get_by_role("textbox", name="E-mail").fill(address)
    if "message" in typed:
        page.get_by_text("Organisation, dedication, message").click()
    for name, words in typed.items():
        page.get_by_role("textbox", name=name).fill(words)
    page.get_by_role("button", name="Go to the checkout").click()


def press(page: Page, button: str) -> None:
    """Press a button of the processor's own page."""
    page.get_by_role("button", name=button, exact=True).click()


def rows(served: Served, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the newsroom's database says."""
    connection = sqlite3.connect(served.directory / "data" / "newsroom.sqlite3", timeout=30)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def settled(served: Served, address: str) -> list[int]:
    """The minor units of the settled gifts of a supporter."""
    sql = (
        "SELECT d.gift_minor FROM funding_donation d JOIN funding_supporter s"
        " ON s.id = d.supporter_id WHERE s.email = ? AND d.state = 'settled'"
    )
    return [amount for (amount,) in rows(served, sql, address)]


def total(served: Served) -> int:
    """What the campaign page says was given, in cents."""
    text = re.sub(r"<[^>]+>", "", served.get(CAMPAIGN)[1].decode())
    found = re.search(r"\$([\d,]+(?:\.\d\d)?) of \$10,000", text)
    assert found, text
    return round(float(found[1].replace(",", "")) * 100)


def letters(served: Served, address: str) -> list[EmailMessage]:
    """The messages that were written to somebody."""
    found = []
    for file in sorted((served.directory / "data" / "mail").iterdir()):
        for text in re.split(rb"\n-{70,}\n", file.read_bytes()):
            message = email.message_from_bytes(text.strip(), policy=default)
            if message["To"] == address:
                found.append(message)
    return found


def test_reader_gives_at_the_end_of_a_story_and_the_campaign_moves(
    reader: Visitor, served: Served
) -> None:
    page, before = reader.page, total(served)
    page.goto("/")
    page.get_by_role("link", name=STORY).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(STORY)
    page.get_by_role("link", name="$25", exact=True).click()
    expect(page.get_by_role("textbox", name="Amount")).to_have_value(re.compile(r"^25(\.00)?$"))
    page.get_by_role("textbox", name="E-mail").fill("sam@reader.example")
    page.get_by_role("button", name="Go to the checkout").click()
    assert page.url.startswith(f"http://127.0.0.1:{served.port + 1}/")
    expect(page.get_by_role("main")).to_contain_text("25.00 USD")
    press(page, "Pay")
    assert page.url.startswith(f"{served.url}/give/thanks/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    expect(page.get_by_role("main")).to_contain_text("Your gift of $25 has arrived.")
    back = page.get_by_role("link", name="Go on reading").get_attribute("href") or ""
    assert served.get(back)[0] == 200
    assert back.endswith("/bridge-closes/")
    wait_until(lambda: total(served) == before + 2500, "the campaign's total moved")
    meter = served.get(f"{CAMPAIGN}meter.svg")[1].decode()
    assert "$25" in meter or f"${(before + 2500) / 100:,.2f}" in meter


def test_receipt_is_written_in_the_supporters_language(reader: Visitor, served: Served) -> None:
    for prefix, address, words in (
        ("", "rita@reader.example", "Thank you for your gift to The Ledger"),
        ("/ar", "rami@reader.example", "السجل"),
    ):
        page = reader.page
        page.goto(f"{prefix}/give/confirm/?amount=40&campaign=presses")
        page.locator("input[name=email]").fill(address)
        page.locator("main form button").click()
        page.locator("button[value=pay]").click()
        wait_until(lambda to=address: letters(served, to), "the receipt")  # type: ignore[misc]
        (letter,) = letters(served, address)
        (number,) = rows(
            served,
            "SELECT r.number FROM funding_receipt r JOIN funding_donation d ON d.id = r.donation_id"
            " JOIN funding_supporter s ON s.id = d.supporter_id WHERE s.email = ?",
            address,
        )[0]
        assert str(number) in letter["Subject"]
        assert letter["Content-Language"] == (prefix.strip("/") or "en")
        plain, rich = letter.get_body(("plain",)), letter.get_body(("html",))
        assert plain is not None
        assert rich is not None
        for part in (plain.get_content(), rich.get_content()):
            assert re.search("[4٤][0٠]", part), part
        assert f'lang="{prefix.strip("/") or "en"}"' in rich.get_content()
        assert words in plain.get_content() or prefix


@pytest.mark.parametrize("way", ["Have the card declined", "Go back without paying"])
def test_gift_that_is_not_paid_is_not_counted(reader: Visitor, served: Served, way: str) -> None:
    address = f"{way.split(maxsplit=1)[0].lower()}@reader.example"
    confirm(reader.page, "31", address)
    press(reader.page, way)
    if way.startswith("Have"):
        expect(reader.page.get_by_role("alert")).to_contain_text("Nothing was charged")
        press(reader.page, "Go back without paying")
    assert reader.page.url.startswith(f"{served.url}/give/")
    expect(reader.page.get_by_role("main")).not_to_contain_text("has arrived")
    assert settled(served, address) == []
    assert letters(served, address) == []
    counted = (
        "SELECT COALESCE(SUM(gift_minor), 0) FROM funding_donation"
        " WHERE state = 'settled' AND campaign_id IS NOT NULL"
    )
    wait_until(lambda: [(total(served),)] == rows(served, counted), "what is settled is counted")


def test_gift_confirmed_twice_gone_back_and_refreshed_is_one_gift(
    reader: Visitor, served: Served
) -> None:
    page, address = reader.page, "twice@reader.example"
    confirm(page, "12", address)
    expect(page.get_by_role("main")).to_contain_text("12.00 USD")
    page.go_back()
    page.get_by_role("button", name="Go to the checkout").click()
    checkout = page.url
    press(page, "Pay")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    thanks = page.url
    page.reload()
    page.goto(checkout)
    expect(page.get_by_role("main")).to_contain_text("The payment is made.")
    expect(page.get_by_role("button", name="Pay")).to_have_count(0)
    page.goto(thanks)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    wait_until(lambda: settled(served, address) == [1200], "one gift")
    begun = (
        "SELECT COUNT(*) FROM funding_donation d JOIN funding_supporter s"
        " ON s.id = d.supporter_id WHERE s.email = ?"
    )
    assert rows(served, begun, address) == [(1,)], "the page gone back to is the same page"
    assert len(letters(served, address)) <= 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [("a lot", "in digits"), ("0.10", "smallest gift"), ("99999999", "largest gift"), ("-5", "")],
)
def test_amount_that_cannot_be_taken_is_told_and_what_was_typed_stays(
    reader: Visitor, served: Served, typed: str, says: str
) -> None:
    page, address = reader.page, f"kept{len(typed)}@reader.example"  # one that has not begun much
    confirm(page, "25", address, Amount=typed, message="Keep going")
    expect(page.get_by_role("alert")).to_contain_text(says or "amount")
    expect(page.get_by_role("textbox", name="Amount")).to_have_value(typed)
    expect(page.get_by_role("textbox", name="E-mail")).to_have_value(address)
    expect(page.get_by_role("textbox", name="message")).to_have_value("Keep going")
    page.get_by_role("textbox", name="Amount").fill("13,50")
    page.get_by_role("button", name="Go to the checkout").click()
    expect(page.get_by_role("main")).to_contain_text("13.50 USD")
    reader.said.clear()  # an answer that says what is wrong is no success, which Chromium notes


def test_amount_of_ones_own_is_taken_from_the_giving_page(reader: Visitor, served: Served) -> None:
    page = reader.page
    page.goto("/give/")
    page.get_by_role("textbox", name="Another amount").fill("7.25")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("textbox", name="Amount")).to_have_value("7.25")
    page.get_by_role("textbox", name="E-mail").fill("own@reader.example")
    page.get_by_role("button", name="Go to the checkout").click()
    press(page, "Pay")
    wait_until(lambda: settled(served, "own@reader.example") == [725], "the gift")


def test_reader_who_begins_much_is_sent_a_link_or_lets_the_browser_work(
    reader: Visitor, served: Served, browser: Browser
) -> None:
    """Three gifts that come to nothing, a fourth by a link without scripts, a fifth by a browser that runs them."""
    address, page = "many@example.org", reader.page
    for _ in range(3):
        confirm(page, "25", address)
        expect(page.get_by_role("heading", name="Checkout")).to_be_visible()
    confirm(page, "25", address, message="For the boats")
    expect(page.get_by_role("alert")).to_contain_text("no machine is at work")
    page.get_by_role("button", name="Send me a link by e-mail instead").click()
    expect(page.get_by_role("heading", name="Look at your e-mail")).to_be_visible()
    wait_until(lambda: letters(served, address), "the link is sent")
    found = re.search(r"http://\S+link=\w+", letters(served, address)[0].as_string())
    assert found
    page.goto(found[0])
    page.get_by_role("button", name="Go to the checkout").click()
    press(page, "Pay")
    wait_until(lambda: settled(served, address) == [2500], "the gift arrives")

    works = Visitor(browser, served.url, {"viewport": PHONE})
    works.hosts |= reader.hosts
    confirm(works.page, "30", address)
    expect(works.page.get_by_role("alert")).to_contain_text("no machine is at work")
    works.page.get_by_role("button", name="Go to the checkout").click()
    press(works.page, "Pay")
    wait_until(lambda: sorted(settled(served, address)) == [2500, 3000], "the other arrives")
    assert (works.context.cookies(), works.strangers, works.said) == ([], [], [])
    works.close()
