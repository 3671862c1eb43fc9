"""Every page that readers can come to: no cookie, no other host, nothing inline that runs, in both directions."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from journeys.crawling import crawl
from journeys.visitor import PHONE, Visitor
from running import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

UNLINKED = ["/no/such/page/", "/ar/no/such/page/", "/campaigns/last-year/", "/give/thanks/none/"]
"""Pages that nothing links to; the story that was withdrawn comes on top."""

SEEN = """() => {
  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(h => +h.tagName[1]);
  const jumps = levels.filter((level, at) => at && level > levels[at - 1] + 1).length;
  const inline = [...document.scripts].filter(s => !s.src && s.type !== "application/ld+json").length;
  const handlers = [...document.querySelectorAll("*")]
    .flatMap(e => [...e.attributes]).filter(a => a.name.startsWith("on") || a.name === "style").length;
  const bare = [...document.images]
    .filter(i => !i.hasAttribute("alt") || !i.getAttribute("width") || !i.getAttribute("height")).length;
  return {first: levels.filter(l => l === 1).length, jumps, inline, handlers, bare,
    lang: document.documentElement.lang, dir: document.documentElement.dir};
}"""
NARROW = (320, 360)
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def paths(served: Served) -> list[str]:
    """Every page of the site once, of the many ways to the confirm page one in each language."""
    found = [path for path in crawl(served.url).pages if "/give/confirm/?" not in path]
    confirm = f"/give/confirm/?{urlencode({'amount': 25, 'campaign': 'presses'})}"
    gone = next(path for path in found if path.endswith("/bridge-closes/") and "/ar/" not in path)
    return [
        *found,
        *UNLINKED,
        gone.replace("bridge-closes", "old-rumour"),
        confirm,
        f"/ar{confirm}",
        "/give/confirm/?amount=much",
    ]


@pytest.fixture
def reader(browser: Browser, served: Served) -> Iterator[Visitor]:
    reader = Visitor(browser, served.url, {"viewport": PHONE, "reduced_motion": "reduce"})
    yield reader
    reader.close()


def test_every_page_is_for_the_reader_alone_and_in_order(reader: Visitor, paths: list[str]) -> None:
    wrong: dict[str, object] = {}
    for path in paths:
        answer = reader.page.goto(path)
        assert answer is not None
        policy = answer.headers.get("content-security-policy", "")
        seen = reader.page.evaluate(SEEN)
        language = ("ar", "rtl") if path.startswith("/ar/") else ("en", "ltr")
        expected = {"first": 1, "jumps": 0, "inline": 0, "handlers": 0, "bare": 0}
        expected |= {"lang": language[0], "dir": language[1]}
        if seen != expected or "default-src" not in policy or "unsafe-inline" in policy:
            wrong[path] = (seen, policy)
    assert wrong == {}
    assert reader.context.cookies() == []
    assert reader.strangers == []
    assert reader.said == []
    assert len(paths) > 25


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_small_window(reader: Visitor, paths: list[str], scheme: str) -> None:
    reader.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    wide = {}
    for path in paths if scheme == "light" else paths[::4]:
        reader.page.goto(path)
        for width in NARROW:
            reader.page.set_viewport_size({"width": width, "height": 780})
            if over := reader.page.evaluate(WIDER):
                wide[path, width] = over
    assert wide == {}


def test_every_page_answers_without_a_cookie(served: Served, paths: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    setting = []
    for path in paths:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.headers["set-cookie"] or "cookie" in (answer.headers["vary"] or "").lower():
            setting.append(path)
    connection.close()
    assert setting == []
