"""Somebody with a browser of their own, and all that it was asked for and said meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

PHONE = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 900}


@dataclass
class Visitor:
    """A browser context with one page. `strangers` are requests to hosts that are not in `hosts`."""

    browser: Browser
    url: str
    options: dict[str, Any] = field(default_factory=dict)
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)
    hosts: set[str] = field(init=False)
    strangers: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hosts = {urlsplit(self.url).netloc}
        self.context = self.browser.new_context(base_url=self.url, **self.options)
        self.context.set_default_timeout(60_000)
        self.context.on("request", self._note_request)
        self.context.on("console", self._note_message)
        self.context.on("weberror", lambda error: self.said.append(str(error.error)))
        self.page = self.context.new_page()

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.netloc not in self.hosts:
            self.strangers.append(request.url)

    def _note_message(self, message: ConsoleMessage) -> None:
        at = message.location.get("url", "") if message.location else ""
        is_own_status = "server responded with a status of" in message.text and at == self.page.url
        if not is_own_status:
            self.said.append(f"{message.text} ({at})")

    def close(self) -> None:
        self.context.close()
