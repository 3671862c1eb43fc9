"""Which lists a story, section or page stands in now, and with what; read by the press, shown by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from broadsheet.kit import clock
from broadsheet.kit.public import Membership, regard_as_ambient, watch
from broadsheet.kit.reads import reader
from broadsheet.newsroom.models import (
    Article,
    Author,
    Download,
    FrontPage,
    Picture,
    SectionPage,
    Series,
    StaticPage,
    Topic,
)
from broadsheet.newsroom.queries.editions import few, restricted
from broadsheet.newsroom.queries.stories import CARD_OMITS, news_begin
from broadsheet.newsroom.rules import month_of


def article_memberships(article: Article) -> Iterator[Membership]:
    """The lists a story stands in: site, sections above it, authors, topics, series, months, sitemap, translations."""
    if not _is_public(article) or article.first_published_at is None:
        return
    code = article.locale.language_code
    month = month_of(article.first_published_at, clock.newsroom_zone())
    moment = article.first_published_at.isoformat()
    for scope in [f"site/{code}", *_scopes(article)]:
        yield f"list:latest/{scope}", moment
        yield f"list:month/{scope}/{month}", moment
        yield f"list:months/{scope}", month
    yield f"list:sitemap/{code}/{month}", f"{article.address} {article.last_published_at}"
    yield f"list:sitemaps/{code}", month
    if article.first_published_at >= news_begin():
        yield "list:news", moment
    yield _translation(article)


def _scopes(article: Article) -> Iterator[str]:
    sections = sections_by_path()
    for end in range(Page.steplen, len(article.path), Page.steplen):
        if article.path[:end] in sections:
            yield f"section/{sections[article.path[:end]]}"
    for author in {byline.author_id for byline in article.bylines.all() if byline.author_id}:
        yield f"author/{author}"
    for topic in article.topics.all():
        yield f"topic/{topic.pk}"
    if article.series_id:
        yield f"series/{article.series_id}"


def section_memberships(section: SectionPage) -> Iterator[Membership]:
    """The lists a section stands in: the navigation, in tree order, the sitemap and its translations."""
    if not _is_public(section):
        return
    code = section.locale.language_code
    place = f"{section.path} {section.url_path} {section.title}"
    yield f"list:sections/{code}", place
    yield f"list:sitemap/{code}/pages", section.url_path
    yield _translation(section)


def static_memberships(page: StaticPage) -> Iterator[Membership]:
    """The lists a static page stands in: the foot of every page, the sitemap and its translations."""
    if not _is_public(page):
        return
    code = page.locale.language_code
    yield f"list:pages/{code}", f"{page.path} {page.url_path} {page.title} {page.show_in_menus}"
    yield f"list:sitemap/{code}/pages", page.url_path
    yield _translation(page)


def front_memberships(front: FrontPage) -> Iterator[Membership]:
    """What a front page says of its edition to all its pages, and that the edition exists."""
    if not _is_public(front):
        return
    code = front.locale.language_code
    plate = (front.title, front.tagline, front.statement, front.contact_email, front.url_path)
    yield f"list:plate/{code}", repr(plate)
    yield "list:editions", f"{code} {front.title}"
    yield _translation(front)


@reader(list)
def sections_by_path() -> dict[str, int]:
    """The id of every section, public or not, by its place in the tree."""
    return dict(few(SectionPage).values_list("path", "pk"))


def _is_public(page: Page) -> bool:
    return page.live and not page.path.startswith(restricted())


def _translation(page: Page) -> Membership:
    return (
        f"list:translations/{page.translation_key}",
        f"{page.locale_id} {page.url_path} {page.slug}",
    )


def pages_below(page: Page) -> list[str]:
    """The keys of all pages under a page: their addresses and sections follow from it."""
    return [f"page:{pk}" for pk in page.get_descendants().values_list("pk", flat=True)]


def _with_language(pages: Any) -> Any:
    return pages.select_related("locale")


def _stories_with_lists(found: Any) -> Any:
    return _with_language(found).defer(*CARD_OMITS).prefetch_related("bylines", "topics")


def watch_models() -> None:
    """Tell the press which of our models are public."""
    watch(Article, lists=article_memberships, loaded=_stories_with_lists)
    for model, lists in (
        (SectionPage, section_memberships),
        (StaticPage, static_memberships),
        (FrontPage, front_memberships),
    ):
        watch(model, lists=lists, dependants=pages_below, loaded=_with_language)
    for model in (Author, Topic, Series, Picture, Download, Redirect):
        watch(model)
    regard_as_ambient(
        "newsroom.byline",
        "newsroom.relatedstory",
        "newsroom.picturerendition",
        "newsroom.sharecardfile",
        "wagtailcore.locale",
        "wagtailcore.site",
        "contenttypes.contenttype",
    )
