"""The newsroom whose reader pages are looked at, as the tests know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

TESTS = Path(__file__).resolve().parent.parent
TOOLS = TESTS / "tools" / "node_modules"
EDITOR, PASSWORD = "editor@ledger.example", "a long and quiet river"
KINDS = (
    "front section article analysis opinion feature interview pictures text author series topic month static "
    "search nothing error gone campaign give confirm mistaken thanks pledge enter code entrance stop"
).split()
"""The kinds of pages that readers see as nobody in particular; each has a specimen in English and in Arabic."""
ROOM = ("room", "erase")
"""The kinds of pages of a supporter's own room, with specimens in the same way."""
COOKIE = "room"


@dataclass(frozen=True, slots=True)
class Site:
    """A served newsroom: `pages` holds `<kind> <language>` to the path of such a page, `key` opens a room."""

    directory: Path
    port: int
    pages: dict[str, str] = field(repr=False)
    key: str = field(repr=False)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def url(self, kind: str, code: str) -> str:
        """Where the specimen of a kind is, in a language."""
        return self.origin + self.pages[f"{kind} {code}"]

    def visit(self, page: Page, kind: str, code: str) -> None:
        """Go there: into the room as its supporter, to any other page as nobody."""
        page.context.clear_cookies(name=COOKIE)
        if kind in ROOM:
            page.context.add_cookies([{"name": COOKIE, "value": self.key, "url": self.origin}])
        page.goto(self.url(kind, code))


def sign_in(page: Page, site: Site) -> None:
    """Sign in at the desk as the editor of `building.py`, once."""
    page.goto(f"{site.origin}/desk/login/")
    if page.locator("[name=password]").count():
        page.fill("[name=username]", EDITOR)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/desk/")
