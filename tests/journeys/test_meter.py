"""The meter on another site: framed it is read aloud, as a picture it is shown, and it tells nobody of the reader."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, expect

from journeys.visitor import DESKTOP, Visitor
from running import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


@pytest.fixture
def neighbour(served: Served) -> Iterator[str]:
    """Another site, which frames the meter on one page and shows it as a picture on its strictest one."""
    meter = f"{served.url}/campaigns/presses/meter.svg"
    pages = {
        "/": (f'<iframe src="{meter}" title="Our campaign" width="600" height="64"></iframe>', {}),
        "/strict/": (
            f'<img src="{meter}" alt="Our campaign" style="width: 600px">',
            {"Cross-Origin-Embedder-Policy": "require-corp"},
        ),
    }

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, headers = pages.get(self.path, ("", {}))
            self.send_response(200 if body else 404)
            for name, value in {"Content-Type": "text/html", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            icon = '<link rel="icon" href="data:,">'
            self.wfile.write(f"<!doctype html><title>x</title>{icon}{body}".encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_meter_on_another_site_is_read_and_shown(
    browser: Browser, served: Served, neighbour: str
) -> None:
    visitor = Visitor(browser, neighbour, {"viewport": DESKTOP, "java_script_enabled": False})
    visitor.hosts.add(served.url.removeprefix("http://"))
    page = visitor.page
    page.goto("/")
    words = re.compile(r"Keep the presses running .*of .*\$10,000 given so far: \d+%", re.DOTALL)
    meter = page.frame_locator("iframe").get_by_role("img", name=words)
    expect(meter).to_be_visible()
    with page.expect_response("**/meter.svg") as got:
        page.goto("/strict/")
    headers = got.value.headers
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["cache-control"] == "public, max-age=60"
    assert "sandbox" in headers["content-security-policy"]
    assert "frame-ancestors" not in headers["content-security-policy"]
    assert "x-frame-options" not in headers
    box = page.locator("img").bounding_box()
    assert box
    assert (box["width"], box["height"]) == (600, 64)
    assert visitor.context.cookies() == []
    assert visitor.strangers == []
    assert visitor.said == []
    visitor.close()
