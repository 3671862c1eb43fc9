"""Sitemaps (plain)."""

from broadsheet.kit.public import Document
from broadsheet.newsroom.queries import editions, stories


def sitemap_document(ident: str) -> Document | None:
    if ident == "index":
        lines = [f"{c} {m}" for c, _ in editions.editions() for m in stories.sitemap_months(c)]
        return Document("/sitemap.xml", "\n".join(lines).encode(), "application/xml")
    code, _, month = ident.partition("/")
    if month == "pages":
        return Document(
            f"/sitemap-{code}-pages.xml",
            "\n".join(stories.sitemap_pages(code)).encode(),
            "application/xml",
        )
    rows = stories.sitemap_stories(code, month)
    return (
        Document(f"/sitemap-{code}-{month}.xml", repr(rows).encode(), "application/xml")
        if rows
        else None
    )


def robots_document() -> Document | None:
    return Document("/robots.txt", b"User-agent: *\n", "text/plain; charset=utf-8")
