"""What pages weigh as they are served: bytes of each document, of all it loads, and what comes first."""

from __future__ import annotations

import gzip
import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import brotli
import lxml.html
import pytest

from broadsheet.press.edition import Edition, Entry
from pages.specimens import Site
from running import fetch

pytestmark = pytest.mark.xdist_group("pages")

ROUND_TRIP = 14_000
"""Bytes that a server may send before it waits for the first answer (ten packets)."""

STORY = re.compile(r"(/ar)?/\d{4}/\d{2}/[^/]+/")


@dataclass(frozen=True, slots=True)
class Story:
    """A story's document of the demonstration."""

    path: str
    body: bytes
    sent: bytes
    """As it is served to a browser that takes Brotli."""

    @property
    def tree(self) -> lxml.html.HtmlElement:
        return lxml.html.document_fromstring(self.body.decode())


@pytest.fixture(scope="module")
def edition(site: Site) -> Iterator[Edition]:
    edition = Edition(site.directory / "data" / "edition")
    yield edition
    edition.close()


@pytest.fixture(scope="module")
def stories(edition: Edition) -> list[Story]:
    """Every story of the demonstration's two papers."""
    found = public_stories(edition)
    assert len(found) >= 40
    edition.polish(entry.digest for entry in found)
    found = public_stories(edition)
    return [Story(entry.path, read(edition, entry), sent(edition, entry)) for entry in found]


def public_stories(edition: Edition) -> list[Entry]:
    stories = (entry for entry in edition.entries() if STORY.fullmatch(entry.path))
    return [entry for entry in stories if entry.status == 200]


def read(edition: Edition, entry: Entry) -> bytes:
    with edition.open_blob(entry.digest) as blob:
        return blob.read()


def sent(edition: Edition, entry: Entry) -> bytes:
    """The bytes that go out for an entry to a browser that takes Brotli, once the worker has polished it."""
    if entry.variants and "br" not in entry.variants:
        edition.polish([entry.digest])
        entry = edition.find(entry.path) or entry
    form = entry.variants.get("br")
    return edition.blobs.path(form.digest).read_bytes() if form else read(edition, entry)


def loaded(tree: lxml.html.HtmlElement) -> list[str]:
    """Paths of everything a document loads but photographs; none of another host."""
    found = {*tree.xpath("//script/@src"), *tree.xpath("//link[@rel='icon']/@href")}
    found |= set(tree.xpath("//link[contains(@rel, 'stylesheet') or @rel='preload']/@href"))
    found |= set(tree.xpath("//link[@rel='modulepreload' or @rel='manifest']/@href"))
    found |= {src for src in tree.xpath("//img/@src") if src.endswith(".svg")}
    assert not [path for path in found if urlsplit(path).netloc]
    return sorted(found)


def test_story_document_is_one_round_trip_at_the_median(stories: list[Story]) -> None:
    assert statistics.median(len(story.sent) for story in stories) <= ROUND_TRIP


def test_story_first_round_trip_holds_styles_headline_byline_and_opening(
    stories: list[Story],
) -> None:
    for story in stories:
        first = brotli.Decompressor().process(story.sent[:ROUND_TRIP]).decode(errors="ignore")
        tree = story.tree
        assert "</style>" in first, story.path
        for part in ("h1", "*[@class='byline']", "*[contains(@class, 'story-body')]/p[1]"):
            [text] = [e.text_content() for e in tree.xpath(f"(//main//{part})[1]")]
            seen = lxml.html.document_fromstring(first).text_content()
            assert " ".join(text.split()) in " ".join(seen.split()), (story.path, part)


def test_story_and_all_it_loads_but_pictures_is_light(
    stories: list[Story], edition: Edition
) -> None:
    totals = []
    for story in stories:
        entries = [edition.find(path) for path in loaded(story.tree)]
        assert all(entries), story.path
        totals.append(len(story.sent) + sum(len(sent(edition, entry)) for entry in entries))
    assert statistics.median(totals) <= 30_000


def test_documents_wait_for_nothing_and_load_little_script(
    edition: Edition, stories: list[Story]
) -> None:
    scripts = set()
    for entry in edition.entries():
        if entry.content_type.startswith("text/html"):
            tree = lxml.html.document_fromstring(read(edition, entry).decode())
            assert tree.xpath("//link[contains(@rel, 'stylesheet')]") == [], entry.path
            for script in tree.xpath("//script[not(@type='application/ld+json')]"):
                assert script.get("src"), f"{entry.path} has an inline script"
                assert script.get("type") == "module" or script.get("defer") is not None, entry.path
                scripts.add(script.get("src"))
    found = [edition.find(path) for path in scripts]
    assert all(found)
    assert sum(len(sent(edition, entry)) for entry in found) <= 10_000


def test_giving_is_light(site: Site, edition: Edition) -> None:
    give = edition.find("/give/")
    confirm = fetch(site.port, "/give/confirm/?amount=25", **{"Accept-Encoding": "gzip"})[1]
    assert gzip.decompress(confirm).endswith(b"</html>")
    assert give
    tree = lxml.html.document_fromstring(read(edition, give).decode())
    paths = ["/give/", *loaded(tree)]
    edition.polish(entry.digest for path in paths if (entry := edition.find(path)))
    give, *entries = (edition.find(path) for path in paths)
    parts = [sent(edition, give), confirm, *(sent(edition, entry) for entry in entries)]
    assert sum(map(len, parts)) <= 30_000
