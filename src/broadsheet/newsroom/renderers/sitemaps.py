"""Sitemaps (sitemaps.org protocol 0.9), one for each month of each edition, one of news; what else is for robots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from lxml import etree

from broadsheet.kit import clock
from broadsheet.kit.public import Document
from broadsheet.newsroom.queries import editions, stories
from broadsheet.newsroom.queries.editions import address_of
from broadsheet.theme.filters import absolute, iso, without_unspeakable

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
NEWS_AT_MOST = 1000
SECURITY = "/.well-known/security.txt"
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


def news_document() -> Document:
    """The stories of the last two days for news search (Google's sitemap-news 0.9), at most a thousand."""
    names = dict(editions.editions())
    tree = etree.Element(f"{{{SITEMAP}}}urlset", nsmap={None: SITEMAP, "news": NEWS})
    for story in stories.recent_stories(NEWS_AT_MOST):
        code = story.locale.language_code
        if code not in names:
            continue
        url = etree.SubElement(tree, f"{{{SITEMAP}}}url")
        etree.SubElement(url, f"{{{SITEMAP}}}loc").text = absolute(address_of(story))
        news = etree.SubElement(url, f"{{{NEWS}}}news")
        publication = etree.SubElement(news, f"{{{NEWS}}}publication")
        etree.SubElement(publication, f"{{{NEWS}}}name").text = without_unspeakable(names[code])
        etree.SubElement(publication, f"{{{NEWS}}}language").text = code
        moment = iso(story.first_published_at or clock.now())
        etree.SubElement(news, f"{{{NEWS}}}publication_date").text = moment
        etree.SubElement(news, f"{{{NEWS}}}title").text = without_unspeakable(story.headline)
    body = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return Document("/sitemap-news.xml", body, XML)


def robots_document() -> Document:
    """What robots may read: all that is public."""
    maps = "".join(f"Sitemap: {absolute(path)}\n" for path in ("/sitemap.xml", "/sitemap-news.xml"))
    text = f"User-agent: *\nDisallow: /desk/\nDisallow: /give/confirm/\n\n{maps}"
    return Document("/robots.txt", text.encode(), "text/plain; charset=utf-8")


def security_document() -> Document | None:
    """Whom to tell of a hole (RFC 9116): the newsroom's public e-mail address; None where it has none."""
    plate = editions.plate(settings.LANGUAGE_CODE)
    if plate is None or not plate.contact_email:
        return None
    month = stories.this_month()
    # Renewed every month, always between nine and ten months ahead: the standard wants less than a year.
    ahead = month.month + 9
    expires = month.replace(year=month.year + ahead // 12, month=ahead % 12 + 1)
    text = (
        f"Contact: mailto:{plate.contact_email}\nExpires: {expires:%Y-%m-%dT%H:%M:%SZ}\n"
        f"Preferred-Languages: {', '.join(code for code, _name in editions.editions())}\n"
        f"Canonical: {absolute(SECURITY)}\n"
    )
    return Document(SECURITY, text.encode(), "text/plain; charset=utf-8")
