"""Sitemaps (sitemaps.org protocol 0.9), one for each month of each edition, and robots.txt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from lxml import etree

from broadsheet.kit.public import Document
from broadsheet.newsroom.queries import editions, stories
from broadsheet.theme.filters import absolute, iso

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XML = "application/xml; charset=utf-8"


def sitemap_document(ident: str) -> Document | None:
    """The index (`index`), an edition's pages (`<code>/pages`) or a month (`<code>/<yyyy-mm>`); None when empty."""
    if ident == "index":
        return Document("/sitemap.xml", _tree("sitemapindex", "sitemap", _parts()), XML)
    code, _, part = ident.partition("/")
    plate = editions.plate(code)
    if plate is None:
        return None
    rows: list[tuple[str, dt.datetime | None]]
    if part == "pages":
        rows = [(plate.home, None), *((path, None) for path in stories.sitemap_pages(code))]
    else:
        rows = stories.sitemap_stories(code, part)
    return Document(_path(code, part), _tree("urlset", "url", rows), XML) if rows else None


def _parts() -> list[tuple[str, dt.datetime | None]]:
    parts = [
        _path(code, part)
        for code, _name in editions.editions()
        for part in ("pages", *stories.sitemap_months(code))
    ]
    return [(part, None) for part in parts]


def _path(code: str, part: str) -> str:
    return f"/sitemap-{code}-{part}.xml"


def _tree(root: str, child: str, rows: Iterable[tuple[str, dt.datetime | None]]) -> bytes:
    tree = etree.Element(f"{{{SITEMAP}}}{root}", nsmap={None: SITEMAP})
    for path, changed in rows:
        entry = etree.SubElement(tree, f"{{{SITEMAP}}}{child}")
        etree.SubElement(entry, f"{{{SITEMAP}}}loc").text = absolute(path)
        if changed:
            etree.SubElement(entry, f"{{{SITEMAP}}}lastmod").text = iso(changed)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"))


def robots_document() -> Document:
    """What robots may read: all that is public."""
    text = f"User-agent: *\nDisallow: /desk/\nDisallow: /give/confirm/\n\nSitemap: {absolute('/sitemap.xml')}\n"
    return Document("/robots.txt", text.encode(), "text/plain; charset=utf-8")
