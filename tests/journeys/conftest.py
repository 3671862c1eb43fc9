"""A newsroom that is really served, and a real browser that notes what a reader page must never do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from running import Served, run

EMAIL, PASSWORD = "editor@ledger.example", "a long and winding password"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An empty newsroom with an administrator, served until the module's tests are done."""
    directory = tmp_path_factory.mktemp("served") / "newsroom"
    run("init", directory, "--name", "The Test Ledger")
    run(
        *("user", "create", "--dir", directory, "--email", EMAIL, "--role", "administrator"),
        BROADSHEET_PASSWORD=PASSWORD,
    )
    running = Served(directory)
    running.wait_for_worker()
    yield running
    running.stop()


@dataclass
class Watched:
    """A browser window on a newsroom, and everything on reader pages that must not happen."""

    page: Page
    context: BrowserContext
    home: str
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self._note_request(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("console", lambda message: self._note_console(message.type, message.text))

    def _note_request(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "blob:")):
            self.faults.append(f"request to another host: {url}")

    def _note_console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and "/desk/" not in self.page.url:
            self.faults.append(f"console {kind}: {text}")

    def read(self, path: str) -> str:
        """Go to a reader's page and return its text."""
        answer = self.page.goto(f"{self.home}{path}")
        assert answer is not None
        assert not re.search(r"set-cookie", str(answer.headers), re.IGNORECASE)
        return self.page.locator("body").inner_text()


@pytest.fixture
def desk(browser: Browser, served: Served, tmp_path: Path) -> Iterator[Watched]:
    """A browser signed in at the desk."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{served.url}/desk/login/")
    page.fill("input[name=username]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/desk/")
    yield Watched(page, context, served.url)
    context.close()


@pytest.fixture
def reader(browser: Browser, served: Served) -> Iterator[Watched]:
    """A reader's browser on an old phone, with JavaScript off."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    watched = Watched(context.new_page(), context, served.url)
    yield watched
    assert watched.faults == []
    assert [cookie for cookie in context.cookies() if cookie["path"] == "/"] == []
    context.close()
