"""Chromium for tests, one for each module: Playwright's event loop runs in this thread until the module ends.

Between modules nothing of it is left, so that tests which start an event loop of their own, or ask the
database, are not disturbed. What a module's tests need from the database is made before they ask for a browser.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",  # tests may run as root in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",  # what Chromium asks of its maker by itself
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--disable-font-subpixel-positioning",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
]
"""The last five make the same pixels on every machine that has the same fonts, with a window's browser or without."""


@pytest.fixture(scope="module")
def host_rules() -> str:
    """Where Chromium finds names that no name server knows, as its --host-resolver-rules; a module may say."""
    return ""


@pytest.fixture(scope="module")
def browser(chromium: str, host_rules: str) -> Iterator[Browser]:
    """A running Chromium without a window. Make contexts of it and close them."""
    flags = [*FLAGS, f"--host-resolver-rules={host_rules}"] if host_rules else FLAGS
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield running
        running.close()
