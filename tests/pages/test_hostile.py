"""Hostile and clumsy content on every kind of page: nothing overflows, nothing runs, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

from pages import hostile
from pages.measuring import OVERFLOWING
from pages.specimens import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

STORIES = {code: {story.slug: story for story in hostile.stories(code)} for code in hostile.WORDS}
SLUGS = list(STORIES["fr"])
OTHERS = (
    "front section script-section author topic month error give campaign mistaken thanks".split()
)
WIDTHS = (320, 360, 1280)


@dataclass(slots=True)
class Visit:
    """A page to look with, and all that it said while it looked."""

    page: Page
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))

    def overflowing(self, url: str) -> dict[int, list[str]]:
        """Go there; what overflows at each width."""
        self.page.goto(url)
        found = {}
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            if outside := self.page.evaluate(OVERFLOWING):
                found[width] = outside[:5]
        return found

    def ran(self) -> list[str]:
        """Whether anything ran, or tried to and was held back."""
        tried = [text for text in self.said if "404" not in text]
        mark = self.page.evaluate("() => document.documentElement.dataset.ran")
        elements = self.page.locator("[onerror], [onload], a[href^='javascript:']").count()
        return tried + ([f"ran: {mark}"] if mark else []) + ["an element that runs"] * elements


@pytest.fixture(scope="module")
def visit(browser: Browser) -> Iterator[Visit]:
    context = browser.new_context()
    yield Visit(context.new_page())
    context.close()


@pytest.mark.parametrize("code", hostile.WORDS)
@pytest.mark.parametrize("slug", SLUGS)
def test_hostile_story_holds_all_its_words_and_no_more_than_the_window(
    site: Site, visit: Visit, code: str, slug: str
) -> None:
    assert visit.overflowing(site.url(slug, code)) == {}
    assert visit.ran() == []
    story = STORIES[code][slug]
    shown = said(visit.page.locator("main").inner_text())
    assert said(story.headline) in shown
    assert said(story.standfirst) in shown
    for name in (*story.bylines, *story.topics):
        assert said(name) in shown
    for text in texts(story):
        assert said(text) in shown


@pytest.mark.parametrize("code", hostile.WORDS)
@pytest.mark.parametrize("kind", OTHERS)
def test_hostile_names_on_other_pages_stay_inside(
    site: Site, visit: Visit, code: str, kind: str
) -> None:
    assert visit.overflowing(site.url(kind, code)) == {}
    assert visit.ran() == []


def test_hostile_checks_see_what_overflows_and_what_runs(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 320, "height": 800})
    visit.page.goto(
        "about:blank"
    )  # away from our policy, which would hold back what this test wants to run
    visit.page.set_content(
        f"<p style='width: 100px; overflow: hidden'>{hostile.unbroken('fr', 90)}</p>"
        f"<p style='width: 400px'>Wide</p><p>{hostile.MARK}</p>"
    )
    found = "\n".join(visit.page.evaluate(OVERFLOWING))
    assert "the whole page" in found
    assert "cut off: P" in found
    assert "outside: P. Wide" in found
    assert len(visit.ran()) > 1


def said(text: str) -> str:
    """A text as it can be compared: space is space, signs that only steer the direction do not count."""
    return " ".join(text.translate(dict.fromkeys(map(ord, hostile.TURN))).split())


def texts(story: hostile.Story) -> Iterator[str]:
    """The plain texts inside a story's body."""
    for kind, value in story.body:
        if kind == "table":
            yield from (value["caption"], *(cell for row in value["table"]["data"] for cell in row))
        elif kind in ("sources", "corrections"):
            yield from (
                row[name] for row in value for name in ("name", "note", "text") if name in row
            )
        elif kind == "fact_box":
            yield value["heading"]  # its text is markup
        elif isinstance(value, dict):
            names = ("text", "speaker", "role", "caption", "credit", "title")
            yield from (value[name] for name in names if value.get(name))
