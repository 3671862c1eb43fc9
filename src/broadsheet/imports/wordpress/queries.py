"""What has been brought over so far: by its identity in the old archive, by its old address, by its picture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from html import escape
from operator import or_
from urllib.parse import parse_qs, urlsplit

from django.db.models import Q
from wagtail.models import Page

from broadsheet.imports.models import Origin
from broadsheet.imports.wordpress.mapping.addresses import (
    file_name,
    host_of,
    old_path,
    picture_key,
)
from broadsheet.imports.wordpress.mapping.archive import Shown
from broadsheet.kit.public import language_prefix
from broadsheet.newsroom.models import Article, FrontPage, StaticPage
from broadsheet.newsroom.renderers.cards import register_address

ATTACHMENT = "attachment"
REMEMBERED = 4096
"""Links that are not asked for twice."""

BY_NUMBER = ("p", "page_id", "attachment_id")
"""The fields of an address `/?p=12` that name an item by its id."""


def origin_of(source: str, kind: str, ident: str) -> Origin | None:
    """The row of something that was brought over before, or None."""
    return Origin.objects.filter(source=source, kind=kind, ident=ident[:255]).first()


def page_of(origin: Origin) -> Article | StaticPage | None:
    """The page that an item became, as its own class; None when it is gone."""
    page = Page.objects.filter(pk=origin.page_id).first() if origin.page_id else None
    found: Article | StaticPage | None = page.specific if page else None
    return found


def is_worked_on(origin: Origin, page: Article | StaticPage) -> bool:
    """Whether somebody has changed, published or withdrawn the page here since the import left it."""
    if page.latest_revision_id != origin.revision:
        return True
    if origin.state == "scheduled":
        return page.go_live_at is None and not page.live
    return bool(page.live) is not (origin.state == "live")


def slugs_taken(parent: Page, slugs: Iterable[str]) -> set[str]:
    """Those of these slugs that pages beneath a page have. An index answers, however large the archive is."""
    return set(parent.get_children().filter(slug__in=slugs).values_list("slug", flat=True))


def addresses_taken(addresses: Iterable[str]) -> set[str]:
    """Those of these addresses that stories have."""
    return set(Article.objects.filter(address__in=addresses).values_list("address", flat=True))


def slugs_below(parent: Page, beginnings: Iterable[str]) -> set[str]:
    """The slugs beneath a page that begin with one of these."""
    like = reduce(or_, (Q(slug__startswith=one) for one in beginnings))
    return set(parent.get_children().filter(like).values_list("slug", flat=True))


def addresses_like(beginnings: Iterable[str]) -> set[str]:
    """The addresses of stories that begin with one of these."""
    like = reduce(or_, (Q(address__startswith=one) for one in beginnings))
    return set(Article.objects.filter(like).values_list("address", flat=True))


def site_name(site: str) -> str:
    """How rows name the archive of a site: host and path."""
    path = urlsplit(site).path.rstrip("/") if site else ""
    return f"{host_of(site)}{path}"[:255] or "unknown"


class Brought:
    """The archive as far as it is here, for the mapping of texts."""

    def __init__(self, source: str, site: str, front: FrontPage, reusable: dict[str, str]) -> None:
        self._source = source
        self._site = site
        self._code = front.locale.language_code
        self._reusable = reusable
        self._known: dict[str, str] = {}

    def forget(self) -> None:
        """Ask the database anew: what was found is not there after all."""
        self._known.clear()

    def link(self, url: str) -> str | None:
        path = old_path(url, self._site)
        if path is None:
            return self._document(url)
        if path == "/":
            return f'href="{language_prefix(self._code)}/"'
        found = self._known.get(path) or self._attributes(path) or self._document(url)
        if found:
            if len(self._known) >= REMEMBERED:
                self.forget()
            self._known[path] = found
        return found

    def _attributes(self, path: str) -> str | None:
        origin = self._at(path)
        if origin is None:
            return None
        if origin.page_id:
            return f'linktype="page" id="{origin.page_id}"'
        row = origin.author or origin.topic
        return f'href="{escape(register_address(row, self._code))}"' if row else None

    def _at(self, path: str) -> Origin | None:
        number = _number(path)
        rows = Origin.objects.filter(source=self._source).select_related("author", "topic")
        if number:
            return rows.filter(ident=number, kind__in=("post", "page")).first()
        return rows.filter(address=path).exclude(kind=ATTACHMENT).order_by("pk").first()

    def _document(self, url: str) -> str | None:
        if not re.search(r"\.\w{2,5}(?:$|\?)", url):
            return None
        origin = self._file("", url)
        if origin is None or not origin.download_id:
            return None
        return f'linktype="document" id="{origin.download_id}"'

    def picture(self, ident: str, url: str) -> Shown | None:
        origin = self._file(ident, url)
        return shown(origin) if origin else None

    def _file(self, ident: str, url: str) -> Origin | None:
        """A file by its address, else by its id, unless that one's name says that it is another."""
        files = Origin.objects.filter(source=self._source, kind=ATTACHMENT)
        key = picture_key(url)
        found = files.filter(address=key).order_by("pk").first() if key else None
        if found is None and ident:
            named = files.filter(ident=ident).first()
            if named and (not key or file_name(named.address) == file_name(f"//{key}")):
                return named
        return found

    def pictures_of(self, ident: str) -> list[Shown]:
        files = Origin.objects.filter(source=self._source, kind=ATTACHMENT, parent=ident)
        return [
            shown(origin)
            for origin in files.order_by("address")
            if origin.picture_id or is_picture_name(str(origin.about.get("url", "")))
        ]

    def reusable(self, ident: str) -> str:
        return self._reusable.get(ident, "")


def shown(origin: Origin) -> Shown:
    """A file's row as the mapping shows it."""
    about = origin.about
    return Shown(
        origin.picture_id, about.get("url", ""), about.get("alt", ""), about.get("caption", "")
    )


def is_picture_name(url: str) -> bool:
    """Whether a file is called like a picture."""
    return bool(re.search(r"\.(?:jpe?g|png|gif|webp|avif)$", urlsplit(url).path, re.IGNORECASE))


def _number(path: str) -> str:
    """The item's id in an address such as `/?p=12`, empty where there is none."""
    fields = parse_qs(path.partition("?")[2])
    return next((fields[name][0] for name in BY_NUMBER if fields.get(name)), "")
