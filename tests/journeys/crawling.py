"""Every address of a site, found by following all its links, feeds and sitemaps."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

SEEDS = ("/", "/feed.xml", "/sitemap.xml", "/give/", "/robots.txt")
HOPS = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered in the end: the path after redirects, status, kind and content."""

    path: str
    status: int
    kind: str
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


@dataclass(slots=True)
class Site:
    """All addresses of a site that lead somewhere, and its dead links as `page → address: status`."""

    answers: dict[str, Answer]
    dead: list[str]

    @property
    def pages(self) -> list[str]:
        """The paths of its HTML pages, those that answer 200 and redirect nowhere."""
        return [
            path
            for path, answer in self.answers.items()
            if answer.kind == "text/html" and answer.path == path
        ]

    def naming(self, words: str) -> list[str]:
        """The paths of all documents in which these words stand; pictures are left out, they hold their credit."""
        return [
            path
            for path, answer in self.answers.items()
            if words in answer.text and not path.startswith("/media/")
        ]


def crawl(url: str) -> Site:
    """Follow every internal link of the site at `url`; pictures and other files are looked at, too."""
    origin = urlsplit(url).netloc
    connection = http.client.HTTPConnection(origin, timeout=30)
    found: dict[str, Answer] = {}
    dead: list[str] = []
    waiting = [(seed, "") for seed in SEEDS]
    seen = set(SEEDS)
    while waiting:
        path, referrer = waiting.pop()
        answer = fetch(connection, path)
        if answer.status != 200:
            dead.append(f"{referrer} → {path}: {answer.status}")
            continue
        found[path] = answer
        for target in internal_links(answer, url):
            if target not in seen:
                seen.add(target)
                waiting.append((target, path))
    connection.close()
    return Site(found, dead)


def fetch(connection: http.client.HTTPConnection, path: str) -> Answer:
    """The answer of a path, its redirects followed."""
    for _hop in range(HOPS):
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        if response.status not in (301, 302, 303, 307, 308):
            break
        path = urlsplit(response.headers["location"]).path
    kind = response.headers.get("content-type", "").partition(";")[0]
    return Answer(path, response.status, kind, body)


def internal_links(answer: Answer, url: str) -> Iterator[str]:
    """The paths (with their queries) that a document leads to on its own site."""
    for link in links(answer):
        parts = urlsplit(urljoin(url + answer.path, link.strip()))
        if parts.netloc == urlsplit(url).netloc:
            yield f"{parts.path}?{parts.query}" if parts.query else parts.path


def links(answer: Answer) -> Iterator[str]:
    if answer.kind == "text/html":
        tree = html.document_fromstring(answer.body)
        for _element, name, link, _at in tree.iterlinks():
            if name in ("href", "src", "action"):
                yield link
        for names in tree.xpath("//@srcset"):
            yield from (name.split()[0] for name in names.split(","))
        yield from tree.xpath("//meta[@property='og:url' or @property='og:image']/@content")
    elif answer.kind.endswith("xml") and "svg" not in answer.kind:
        tree = etree.fromstring(answer.body)
        yield from tree.xpath("//*[local-name()='loc' or local-name()='link']/text()")
        yield from tree.xpath("//@href | //@url")
