"""The kinds of public documents that the newsroom has; what each looks like is in the modules beside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar
from urllib.parse import quote

from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from broadsheet.kit.public import Document, Imposition, register_gone, register_kind
from broadsheet.newsroom.models import (
    Article,
    Author,
    FrontPage,
    SectionPage,
    Series,
    StaticPage,
    Topic,
)
from broadsheet.newsroom.queries import editions, memberships, redirects, sheets, stories
from broadsheet.newsroom.renderers import errors, feeds, icon, lists, opensearch, pages, sitemaps


class Rendered(ABC):
    """A kind whose documents say themselves where they are."""

    @abstractmethod
    def render(self, ident: str) -> Document | None:
        """The document as it has to be now, or None when it must not exist."""

    def path(self, ident: str) -> str | None:
        document = self.render(ident)
        return document.path if document else None


class PageKind:
    """Front pages, sections, static pages and stories; the ident is the page's id."""

    name = "page"

    def idents(self) -> Iterable[str]:
        found = Page.objects.type(FrontPage, SectionPage, StaticPage, Article).order_by("path")
        return map(str, found.values_list("pk", flat=True).iterator())

    def render(self, ident: str) -> Document | None:
        page = stories.page(int(ident))
        return pages.document(page) if page is not None else None

    def path(self, ident: str) -> str | None:
        return stories.page_addresses([int(ident)]).get(int(ident))

    def born_of(self, keys: set[str]) -> Iterable[str]:
        return (key.removeprefix("page:") for key in keys if key.startswith("page:"))


class MonthKind(Rendered):
    """A month's stories of a site, section, author or topic; the ident is `<scope>/<yyyy-mm>`."""

    name = "month"

    def idents(self) -> Iterator[str]:
        for scope in all_scopes():
            for month in stories.archive_months(scope):
                yield f"{scope}/{month}"

    def render(self, ident: str) -> Document | None:
        scope, _, month = ident.rpartition("/")
        return lists.month_document(scope, month)

    def born_of(self, keys: set[str]) -> Iterable[str]:
        return (key.removeprefix("list:month/") for key in keys if key.startswith("list:month/"))


class TextKind(Rendered):
    """The text-only edition of a story; the ident is the story's id."""

    name = "text"

    def idents(self) -> Iterable[str]:
        return map(str, Article.objects.order_by("pk").values_list("pk", flat=True).iterator())

    def render(self, ident: str) -> Document | None:
        story = stories.page(int(ident))
        return pages.text_document(story) if isinstance(story, Article) else None

    def born_of(self, keys: set[str]) -> Iterable[str]:
        return (key.removeprefix("page:") for key in keys if key.startswith("page:"))


class FeedKind(Rendered):
    """Feeds; the ident is `<format>/<scope>`."""

    name = "feed"

    def idents(self) -> Iterator[str]:
        return self._in_all_formats(all_scopes())

    def render(self, ident: str) -> Document | None:
        format_, _, scope = ident.partition("/")
        return feeds.feed_document(format_, scope)

    def born_of(self, keys: set[str]) -> Iterator[str]:
        scopes = {
            key.removeprefix("list:latest/") for key in keys if key.startswith("list:latest/")
        }
        plates = (key.removeprefix("list:plate/") for key in keys if key.startswith("list:plate/"))
        return self._in_all_formats(scopes | {f"site/{code}" for code in plates})

    def _in_all_formats(self, scopes: Iterable[str]) -> Iterator[str]:
        return (f"{format_}/{scope}" for scope in scopes for format_ in feeds.FORMATS)


class RegisterKind(Rendered):
    """Author, topic or series pages; the ident is the row's id."""

    def __init__(
        self,
        model: type[Author | Topic | Series],
        document: Callable[[int], Document | None],
    ) -> None:
        self.model = model
        self._document = document
        self.name = str(model._meta.model_name)
        self.key = f"{model._meta.label_lower}:"

    def idents(self) -> Iterable[str]:
        return map(str, self.model.objects.order_by("pk").values_list("pk", flat=True).iterator())

    def render(self, ident: str) -> Document | None:
        return self._document(int(ident))

    def born_of(self, keys: set[str]) -> Iterable[str]:
        """Such a page lives while it has stories, so a list that filled may bring it about."""
        heads = (self.key, f"list:latest/{self.name}/")
        return (key.removeprefix(head) for key in keys for head in heads if key.startswith(head))


class EditionKind(Rendered):
    """What each language's edition has one of; the ident is the language code."""

    def __init__(self, name: str, render: object) -> None:
        self.name = name
        self._render = render

    def idents(self) -> Iterable[str]:
        return [code for code, _name in editions.editions()]

    def render(self, ident: str) -> Document | None:
        document: Document | None = self._render(ident)  # type: ignore[operator]
        return document

    def born_of(self, keys: set[str]) -> Iterable[str]:
        return (key.removeprefix("list:plate/") for key in keys if key.startswith("list:plate/"))


class SitemapKind(Rendered):
    """Sitemaps: the ident is `index`, `<code>/<yyyy-mm>` or `<code>/pages`."""

    name = "sitemap"

    def idents(self) -> Iterator[str]:
        yield "index"
        for code, _name in editions.editions():
            yield f"{code}/pages"
            for month in stories.sitemap_months(code):
                yield f"{code}/{month}"

    def render(self, ident: str) -> Document | None:
        return sitemaps.sitemap_document(ident)

    def born_of(self, keys: set[str]) -> Iterator[str]:
        for key in keys:
            if key.startswith("list:sitemap/"):
                yield key.removeprefix("list:sitemap/")
                yield "index"


class SiteFileKind(Rendered):
    """Small files that the whole site has one of; the ident is its name here."""

    name = "file"
    files: ClassVar[dict[str, Callable[[], Document | None]]] = {
        "robots": sitemaps.robots_document,
        "security": sitemaps.security_document,
        "news": sitemaps.news_document,
        "icon": icon.icon_document,
    }

    def idents(self) -> Iterable[str]:
        return list(self.files)

    def render(self, ident: str) -> Document | None:
        return self.files[ident]()

    def born_of(self, keys: set[str]) -> Iterable[str]:
        return self.idents() if "list:editions" in keys else []


class RedirectKind:
    """Permanent redirects that editors and imports have made; the ident is the row's id."""

    name = "redirect"

    def idents(self) -> Iterable[str]:
        return map(str, Redirect.objects.order_by("pk").values_list("pk", flat=True).iterator())

    def render(self, ident: str) -> Document | None:
        found = redirects.redirect(int(ident))
        if found is None:
            return None
        old_path, target, permanent = found
        status = 301 if permanent else 302
        location = quote(target, safe="/:?&=#%+,;@!$'()*~")
        plain = "?" in old_path or "." in old_path.rpartition("/")[2]
        path = old_path if plain else f"{old_path.rstrip('/')}/"
        return Document(path, b"", "text/plain; charset=utf-8", status, (("location", location),))

    def path(self, ident: str) -> str | None:
        found = redirects.redirect(int(ident))
        return found[1] if found else None

    def born_of(self, keys: set[str]) -> Iterator[str]:
        """Redirects that changed, and those from an address that became free."""
        head = "wagtailredirects.redirect:"
        yield from (key.removeprefix(head) for key in keys if key.startswith(head))
        free = [key.removeprefix("path:").rstrip("/") for key in keys if key.startswith("path:")]
        if free:
            yield from map(
                str, Redirect.objects.filter(old_path__in=free).values_list("pk", flat=True)
            )


def all_scopes() -> Iterator[str]:
    """Every scope that may have an archive, for a full run."""
    for code, _name in editions.editions():
        yield f"site/{code}"
    for model in (SectionPage, Author, Topic, Series):
        scope = model.__name__.removesuffix("Page").lower()
        for pk in model.objects.order_by("pk").values_list("pk", flat=True).iterator():
            yield f"{scope}/{pk}"


def register() -> None:
    """Tell the press what the newsroom's public documents are and which models are behind them."""
    registers = {
        Author: lists.author_document,
        Topic: lists.topic_document,
        Series: lists.series_document,
    }
    register_kind(PageKind(), Imposition(sheets.page_place, sheets.foresee_pages))
    register_kind(TextKind(), Imposition(sheets.page_place, sheets.foresee_pages))
    register_kind(MonthKind(), Imposition(sheets.month_place, sheets.foresee_months))
    register_kind(FeedKind(), Imposition(sheets.feed_place, sheets.foresee_feeds))
    for model, document in registers.items():
        kind = RegisterKind(model, document)
        register_kind(kind, sheets.register_imposition(kind.name))
    register_kind(EditionKind("opensearch", opensearch.opensearch_document))
    register_kind(EditionKind("missing", errors.missing_document))
    register_kind(SitemapKind())
    register_kind(SiteFileKind())
    register_kind(RedirectKind(), Imposition(sheets.redirect_place, sheets.foresee_redirects))
    register_gone(errors.gone)
    memberships.watch_models()
