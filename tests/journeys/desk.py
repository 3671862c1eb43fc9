"""The desk as somebody of the newsroom uses it: by what its screens show, by roles and names."""

from __future__ import annotations

import copy
import datetime as dt
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Locator, expect

from journeys.people import PASSWORD, PEOPLE, ZONE
from journeys.visitor import DESKTOP, Visitor

SETTLED = """
addEventListener("w-unsaved:watch-edits", () => { document.documentElement.dataset.settled = "" })
"""
"""Wagtail compares a form with what it was two seconds after it appeared; until then nothing counts as changed."""


class Desk(Visitor):
    """A browser at the desk, signed in as one of PEOPLE."""

    def sign_in(self, role: str) -> None:
        self.page.add_init_script(SETTLED)
        self.page.goto("/desk/")
        self.page.get_by_label("E-mail address").fill(PEOPLE[role])
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("link", name="Authors")).to_be_visible()

    # Finding the way ------------------------------------------------------------------------

    def find(self, title: str) -> None:
        """Open a page's or story's editing screen by the desk's own search."""
        self.page.goto(f"/desk/pages/search/?q={title}")
        self.page.get_by_role("main").get_by_role("link", name=title, exact=True).first.click()
        expect(self.page.get_by_role("tab", name="Promote")).to_be_visible()

    def register(self, register: str, name: str) -> None:
        """Open an author's or topic's editing screen."""
        self.page.goto(f"/desk/snippets/newsroom/{register}/")
        self.page.get_by_role("link", name=name, exact=True).click()

    def in_another_tab(self) -> Desk:
        """The same person with a second tab of the same browser."""
        other = copy.copy(self)
        other.page = self.context.new_page()
        other.page.add_init_script(SETTLED)
        return other

    # Filling in -----------------------------------------------------------------------------

    def field(self, name: str, *, within: Locator | None = None, tab: str = "") -> Locator:
        """A text field by the words beside it."""
        if tab:
            self.page.get_by_role("tab", name=tab).click()
        label = re.compile(rf"^{re.escape(name)}\*?$")
        return (within or self.page).get_by_role("textbox", name=label)

    def part(self, name: str) -> Locator:
        """A part of an editing screen by its heading."""
        return self.page.get_by_role("region", name=re.compile(rf"^{name} ?\*?$"))

    def wait_until_settled(self) -> None:
        self.page.wait_for_selector("html[data-settled]")

    def write(self, headline: str) -> None:
        """Begin a story with nothing but a headline, in the first section that the desk offers."""
        self.page.goto("/desk/")
        self.page.get_by_role("link", name="City", exact=True).first.click()
        self.field("Headline").press_sequentially(headline)

    def sign_by(self, author: str) -> None:
        """Add a byline of an author who has a page."""
        bylines = self.part("Bylines")
        bylines.get_by_role("button", name="Add byline").click()
        bylines.get_by_role("button", name="Choose author").last.click()
        self.page.get_by_role("dialog").get_by_role("link", name=author).click()
        expect(bylines.get_by_text(author).last).to_be_visible()

    def upload_lead_picture(self, file: Path, *, shows: str, credit: str) -> None:
        lead = self.part("Lead picture")
        lead.get_by_role("button", name="Choose an image").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("tab", name="Upload").click()
        dialog.get_by_label("File").set_input_files(file)
        expect(self.field("Title", within=dialog)).to_have_value(file.stem)
        self.field("Description", within=dialog).fill(shows)
        self.field("Credit", within=dialog).fill(credit)
        dialog.get_by_role("button", name="Upload").click()
        expect(lead.get_by_text(file.stem)).to_be_visible()

    def insert(self, block: str) -> Locator:
        """Append a block to the text and return where it is filled in."""
        text = self.part("Text")
        text.get_by_role("button", name="Insert a block").last.click()
        self.page.get_by_role("option", name=block, exact=True).click()
        return text.get_by_role("region", name=re.compile(rf"^{block} ?\*?$")).last

    def write_paragraph(self, words: str) -> None:
        self.insert("Paragraph").get_by_role("textbox").click()
        self.page.keyboard.type(words)

    def link_in_new_paragraph(self, *, to: str) -> None:
        """Write a paragraph of one word that links to a story."""
        paragraph = self.insert("Paragraph")
        paragraph.get_by_role("textbox").click()
        self.page.keyboard.type("More")
        self.page.keyboard.press("Shift+Home")
        self.page.keyboard.press("Control+k")
        self.choose_page(to)

    def move_to(self, section: str) -> None:
        """Move the story that is being edited to another section."""
        self.menu("Move")
        self.page.get_by_role("main").get_by_role("button", name="Actions").click()
        self.page.get_by_role("button", name="Choose another page").click()
        self.choose_page(section)
        self.confirm("Confirm")
        self.confirm("Yes, move this page")

    def choose_page(self, title: str) -> None:
        """Choose a page in the dialog that asks for one, by its search."""
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("textbox", name="Search").fill(title)
        dialog.get_by_role("link", name=title, exact=True).click()

    def fill_table(self, table: Locator, rows: list[list[str]]) -> None:
        cells = table.get_by_role("table").first.get_by_role("row")
        for number, row in enumerate(rows):
            cells.nth(number).get_by_role("cell").first.click()
            for word in row:
                self.page.keyboard.type(word)
                self.page.keyboard.press("Tab")

    def expect_saved(self) -> None:
        """The desk has saved what was typed by itself."""
        expect(self.page.get_by_text("Saved", exact=True)).to_be_visible()

    def preview(self) -> str:
        """The document that the preview's own tab shows."""
        self.expect_saved()
        self.page.get_by_role("button", name="Toggle preview").click()
        with self.context.expect_page() as opened:
            self.page.get_by_role("link", name="Preview in new tab").click()
        tab = opened.value
        tab.wait_for_load_state()
        shown = self.context.request.get(tab.url).text()
        tab.close()
        return shown

    def live_address(self) -> str:
        """The path that the desk's message leads to."""
        link = self.page.get_by_role("main").get_by_role("link", name="View live").first
        return urlsplit(link.get_attribute("href") or "").path

    # Doing something about it ---------------------------------------------------------------

    def do(self, action: str) -> None:
        """Choose one of the actions at the foot of an editing screen."""
        self.page.get_by_role("button", name="More actions").click()
        self.page.get_by_role("button", name=action, exact=True).click()

    def actions(self) -> list[str]:
        """What the foot of an editing screen offers besides saving."""
        self.page.get_by_role("button", name="More actions").click()
        foot = self.page.get_by_role("navigation", name="Actions (footer)")
        offered = foot.get_by_role("tooltip").get_by_role("button")
        names = [name.strip() for name in offered.all_inner_texts()]
        self.page.keyboard.press("Escape")
        return names

    def schedule(self, at: dt.datetime) -> None:
        """Set the minute in which a story shall be published; it takes effect with the action of that name."""
        self.page.get_by_role("button", name="Toggle status").click()
        self.page.get_by_role("button", name="Set schedule").click()
        dialog = self.page.get_by_role("dialog", name="Set publishing schedule")
        hour = at.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M")
        go_live = dialog.get_by_role("textbox", name="Go live")
        go_live.fill(hour)
        go_live.press("Control+s")  # the calendar lies over the button
        self.expect_said("created")

    def versions(self, title: str) -> list[str]:
        """The pages of all versions of a story that its history shows."""
        self.find(title)
        self.page.get_by_role("link", name="History").first.click()
        expect(self.page.get_by_role("heading", name=f"History: {title}")).to_be_visible()
        self.page.wait_for_load_state()  # the heading is there before the rows are
        found = []
        for menu in self.page.get_by_role("table").get_by_role("button", name="Actions").all():
            menu.click()
            shown = self.page.get_by_role("link", name="Preview").last
            found.append(self.context.request.get(shown.get_attribute("href") or "").text())
            self.page.keyboard.press("Escape")
            # Else the next one found would still be this menu's.
            expect(menu).to_have_attribute("aria-expanded", "false")
        return found

    def publish(self) -> None:
        self.do("Publish")
        self.expect_said("published")

    def save(self) -> None:
        """Save an author or a topic."""
        self.page.get_by_role("button", name="Save", exact=True).click()
        self.expect_said(re.compile("created|updated"))

    def confirm(self, button: str) -> None:
        """Answer a question that the desk asks before it does something."""
        self.page.get_by_role("main").get_by_role("button", name=button).click()

    def expect_said(self, words: str | re.Pattern[str]) -> None:
        """The desk's message after something was done."""
        expect(self.page.get_by_role("main").get_by_role("status").first).to_contain_text(words)

    def menu(self, entry: str) -> None:
        """Choose an entry of the menu beside an edited page's title."""
        actions = self.page.get_by_role("navigation", name="Actions", exact=True)
        actions.get_by_role("button", name="Actions").click()
        actions.get_by_role("link", name=entry).click()


def at_desk(browser: Browser, url: str, role: str, **options: Any) -> Desk:
    """Somebody signed in at the desk."""
    desk = Desk(browser, url, {"viewport": DESKTOP, **options})
    desk.sign_in(role)
    return desk
