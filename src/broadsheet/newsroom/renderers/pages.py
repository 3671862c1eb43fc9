"""Pages as documents (first plain version, to be dressed by the theme)."""

from __future__ import annotations

from markupsafe import Markup, escape
from wagtail.models import Page

from broadsheet.kit.public import Document
from broadsheet.newsroom.models import Article, FrontPage, SectionPage
from broadsheet.newsroom.queries import editions, stories


def _html(title: str, items: list[tuple[str, str]]) -> bytes:
    body = Markup("").join(
        Markup('<li><a href="{}">{}</a>').format(url, text) for url, text in items
    )
    return f"<!doctype html><title>{escape(title)}</title><h1>{escape(title)}</h1><ul>{body}</ul>".encode()


def document(page: Page) -> Document | None:
    code = page.locale.language_code
    plate = editions.plate(code)
    if plate is None:
        return None
    items = [(link.url, link.title) for link in editions.sections(plate)]
    scope = f"site/{code}" if isinstance(page, FrontPage) else f"section/{page.pk}"
    if isinstance(page, Article):
        stories.blocks_of(page)
        path = page.address or ""
        items += [(f"/authors/{b.author.slug}/", b.name) for b in page.bylines.all() if b.author]
        section = editions.section_of(page.path, editions.sections(plate))
        items += [(section.url, section.title)] if section else []
    else:
        path = editions.tree_address(plate, page.url_path)
        if isinstance(page, FrontPage | SectionPage):
            items += [(s.address or "", s.title) for s in stories.latest_stories(scope, 10)]
            items += [(f"{path}{m.replace('-', '/')}/", m) for m in stories.archive_months(scope)]
    return Document(path, _html(page.title, items))


def month_document(scope: str, month: str) -> Document | None:
    found = stories.month_stories(scope, month)
    if not found:
        return None
    kind, _, ident = scope.partition("/")
    base = {
        "site": "/",
        "section": f"/sections-{ident}/",
        "author": f"/authors/{ident}/",
        "topic": f"/topics/{ident}/",
    }[kind]
    if kind == "site" and ident != "en":
        base = f"/{ident}/"
    return Document(
        f"{base}{month.replace('-', '/')}/",
        _html(month, [(s.address or "", s.title) for s in found]),
    )


def preview(page: Page) -> Markup:
    made = document(page)
    return Markup(made.body.decode() if made else "")
