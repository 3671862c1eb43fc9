"""Stories as public documents ask for them: one by one, newest first, by month; and what they refer to."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, Subquery
from wagtail.models import CollectionViewRestriction, Locale, Page

from broadsheet.kit import clock
from broadsheet.kit.public import keys_held
from broadsheet.kit.reads import note, reader, reader_of_each, recording
from broadsheet.newsroom.models import (
    Article,
    Author,
    Byline,
    Download,
    FrontPage,
    SectionPage,
    Series,
    StaticPage,
    Topic,
)
from broadsheet.newsroom.queries.editions import address_of, public, public_languages
from broadsheet.newsroom.rules import month_of, months_from

PRIVACY = ("table:wagtailcore_collection", "table:wagtailcore_collectionviewrestriction")
"""What says which documents are private; both tables change rarely."""

OURS = (Article, FrontPage, SectionPage, StaticPage)
"""The classes of pages that have a document."""

AKIN = 100
"""The newest stories of a topic among which related ones are looked for."""

CARD_OMITS = ("body", "original_html", "search_description", "seo_title")


AHEAD = 100
"""Newest stories of a scope that are asked for at once: front page, lists and feeds show fewer, and a month of most
authors and topics is among them."""


def dated(stories: Any) -> Any:
    """The public stories of a queryset that have been published."""
    return public(stories).filter(first_published_at__isnull=False)


def cards(stories: Any) -> Any:
    """Stories with what a card shows, without their text."""
    return (
        dated(stories)
        .defer(*CARD_OMITS)
        .select_related("picture", "locale")
        .prefetch_related("bylines__author__portrait")
    )


def _in_scope(scope: str) -> Any:
    """The stories of `site/<code>`, `section/<pk>`, `author/<pk>`, `topic/<pk>` or `series/<pk>`, as pages."""
    kind, _, ident = scope.partition("/")
    stories = Article.objects.all()
    if kind == "site":
        language = Locale.objects.filter(language_code=ident).values("pk")
        return stories.filter(locale_id=Subquery(language))  # one value: see `newest.py`
    if kind == "author":
        return Page.objects.filter(pk__in=Byline.objects.filter(author=ident).values("article"))
    if kind == "topic":
        chosen = Article.topics.through.objects.filter(topic=ident)
        return Page.objects.filter(pk__in=chosen.values("article"))
    if kind == "series":
        return stories.filter(series_id=ident)
    path = SectionPage.objects.filter(pk=ident).values_list("path", flat=True).first()
    return stories.filter(path__startswith=path) if path else stories.none()


def _held(story: Article) -> set[str]:
    return keys_held([story])


@reader_of_each(lambda pk: [f"page:{pk}"], _held)
def _shown(ids: Sequence[int]) -> dict[int, Article]:
    """The live stories among those ids, as a card shows them."""
    return {story.pk: story for story in cards(Article.objects.filter(pk__in=list(ids)))}


def chosen_stories(ids: Iterable[int]) -> list[Article]:
    """The live stories among those ids, in the order given."""
    ids = list(ids)
    found = _shown(ids)
    return [found[pk] for pk in ids if pk in found]


@reader(lambda scope, count: [f"list:latest/{scope}"], lasting=True)
def _latest(scope: str, count: int) -> list[tuple[int, dt.datetime]]:
    newest = dated(_in_scope(scope)).order_by("-first_published_at", "-pk")
    return list(newest.values_list("pk", "first_published_at")[:count])


def latest_ids(scope: str, count: int) -> list[int]:
    """The newest `count` live stories of a scope, newest first."""
    return [pk for pk, _moment in _latest(scope, count)]


def latest_stories(scope: str, count: int, without: Collection[int] = ()) -> list[Article]:
    """The newest `count` live stories of a scope, newest first, leaving out those with the given ids."""
    ids = latest_ids(scope, max(count + len(without), AHEAD))
    return chosen_stories([pk for pk in ids if pk not in without][:count])


def instants(month: str) -> tuple[dt.datetime, dt.datetime]:
    """The first and the last instant of a month in the newsroom's zone; the database keeps microseconds."""
    year, number = map(int, month.split("-"))
    zone = clock.newsroom_zone()
    end = dt.datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
    return dt.datetime(year, number, 1, tzinfo=zone), end.astimezone(
        dt.UTC
    ) - dt.timedelta.resolution


@reader(lambda scope, month: [f"list:month/{scope}/{month}"])
def month_ids(scope: str, month: str) -> list[int]:
    """The live stories of a scope first published in a month (`2026-11`, the newsroom's zone), newest first."""
    first, last = instants(month)
    with recording():  # that the month has changed is said by its own key
        latest = _latest(scope, AHEAD)
    if len(latest) < AHEAD or latest[-1][1] < first:  # all of the month is among them
        return [pk for pk, moment in latest if first <= moment <= last]
    stories = dated(_in_scope(scope)).filter(first_published_at__range=(first, last))
    return list(stories.order_by("-first_published_at", "-pk").values_list("pk", flat=True))


def month_stories(scope: str, month: str) -> list[Article]:
    """The same as a card shows them."""
    return chosen_stories(month_ids(scope, month))


@reader(lambda scope: [f"list:months/{scope}"])
def archive_months(scope: str) -> list[str]:
    """The months in which a scope has live stories, newest first, as `2026-11`."""
    return _months(scope)


def _months(scope: str) -> list[str]:
    """The same, whoever asks. Stories come to the newest month day by day, to older ones hardly ever: those are
    remembered, so that a publication does not look at the whole archive."""
    every = _all_months()
    if not every:
        return []
    newest, oldest = every[0], every[-1]
    with recording():  # that the months of the scope have changed is said by one key, the caller's
        older = _months_before(scope, newest, oldest)
        has_newest = bool(month_ids(scope, newest))
    return [newest, *older] if has_newest else older


def _older_keys(scope: str, newest: str, oldest: str) -> list[str]:
    every = months_from(instants(oldest)[0], instants(newest)[0], clock.newsroom_zone())
    return [f"list:month/{scope}/{month}" for month in every if month != newest]


@reader(_older_keys, lasting=True)
def _months_before(scope: str, newest: str, oldest: str) -> list[str]:
    zone = clock.newsroom_zone()
    older = dated(_in_scope(scope)).filter(first_published_at__lt=instants(newest)[0])
    moments = older.order_by().values_list("first_published_at", flat=True)
    return sorted({month_of(moment, zone) for moment in moments}, reverse=True)


@reader(list)
def _all_months() -> list[str]:
    """Every month from the first story's to the newest one's, whatever scope or language, newest first."""
    moments = Article.objects.filter(first_published_at__isnull=False).values_list(
        "first_published_at", flat=True
    )
    first = moments.order_by("first_published_at").first()
    last = moments.order_by("-first_published_at").first()
    return months_from(first, last, clock.newsroom_zone()) if first and last else []


@reader(lambda pk: [f"page:{pk}"])
def page(pk: int) -> Page | None:
    """A public page as its own class with all that its document shows; None when there is none."""
    found = public(Page.objects).filter(pk=pk).first()
    if found is None or found.specific_class not in OURS:
        return None
    return whole_pages(found.specific_class).get(pk=pk)


def whole_pages(model: type[Page]) -> Any:
    """The pages of one of our classes with all that their documents show."""
    pages = model.objects.select_related("locale")
    if model is Article:
        pages = pages.select_related("picture", "series").prefetch_related(
            "bylines__author__portrait", "topics", "related"
        )
    return pages


@reader(lambda pk: [f"newsroom.author:{pk}"])
def author(pk: int) -> Author | None:
    """An author with portrait and language, or None."""
    return Author.objects.select_related("portrait", "locale").filter(pk=pk).first()


@reader(lambda pk: [f"newsroom.topic:{pk}"])
def topic(pk: int) -> Topic | None:
    """A topic with its language, or None."""
    return Topic.objects.select_related("locale").filter(pk=pk).first()


@reader(lambda pk: [f"newsroom.series:{pk}"])
def series(pk: int) -> Series | None:
    """A series with its language, or None."""
    return Series.objects.select_related("locale").filter(pk=pk).first()


@reader(lambda pk: [f"list:latest/series/{pk}"], lasting=True)
def _part_ids(pk: int) -> list[int]:
    parts = dated(_in_scope(f"series/{pk}")).order_by("first_published_at", "pk")
    return list(parts.values_list("pk", flat=True))


def series_parts(pk: int) -> list[Article]:
    """The live stories of a series in the order of their publication."""
    return chosen_stories(_part_ids(pk))


@reader(lambda story: [])
def related_ids(story: Article) -> list[int]:
    """The stories that a story leads on to, in their order."""
    return [row.story_id for row in story.related.all()]


@reader(lambda ids: [*(f"newsroom.download:{pk}" for pk in ids), *PRIVACY])
def downloads(ids: Iterable[int]) -> dict[int, Download]:
    """The documents with these ids that are for everybody; one that is gone or in a private collection is missing."""
    closed = CollectionViewRestriction.objects.values_list("collection__path", flat=True)
    private = [Q(collection__path__startswith=path) for path in closed]
    return Download.objects.exclude(reduce(or_, private, Q(pk=None))).in_bulk(list(ids))


@reader(lambda ids: [f"page:{pk}" for pk in ids])
def page_addresses(ids: Iterable[int]) -> dict[int, str]:
    """The addresses of the public pages among these ids. A page that is not public has none: its links lose
    their target and are shown as plain text."""
    pages = public(Page.objects).filter(pk__in=list(ids), locale_id__in=public_languages())
    return {found.pk: address_of(found) for found in pages.select_related("locale").specific()}


@reader(lambda code, month: [f"list:sitemap/{code}/{month}"])
def sitemap_stories(code: str, month: str) -> list[tuple[str, dt.datetime | None]]:
    """Address and last change of every live story of a month in a language, by address."""
    stories = public(_in_scope(f"site/{code}")).filter(first_published_at__range=instants(month))
    return sorted(stories.order_by().values_list("address", "last_published_at"))


@reader(lambda code: [f"list:sitemaps/{code}"])
def sitemap_months(code: str) -> list[str]:
    """The months in which a language has live stories, oldest first."""
    return sorted(_months(f"site/{code}"))


@reader(lambda code: [f"list:sitemap/{code}/pages"])
def sitemap_pages(code: str) -> list[str]:
    """Addresses of the live sections and static pages of a language."""
    found = (
        public(Page.objects)
        .filter(locale__language_code=code)
        .type(SectionPage, StaticPage)
        .select_related("locale")
        .order_by("path")
    )
    for one in found:
        note(f"page:{one.pk}")
    return [address_of(one) for one in found.specific()]


@reader(lambda holder: [])
def blocks_of(holder: Article | StaticPage | FrontPage) -> list[tuple[str, Any]]:
    """A page's blocks as (type, value) with the pictures and pages in them loaded."""
    return [(block.block_type, block.value) for block in holder.body]


def akin(story: Article, count: int) -> list[int]:
    """The ids of older live stories of the same language that share topics with a story, most shared first, then
    newest, as far as they are among the newest `AKIN` of a topic; where they are too few, of its section. For who
    chooses once; public documents do not ask this."""
    newest = (
        Article.objects.live()
        .filter(first_published_at__lt=story.first_published_at)
        .order_by("-first_published_at", "-pk")
    )
    shared: Counter[tuple[dt.datetime, int]] = Counter()
    for topic in story.topics.all():
        # The language is looked at here: a database that knows no better reads all stories of a language for it.
        rows = newest.filter(topics=topic.pk).values_list("first_published_at", "pk", "locale_id")
        shared.update(
            (moment, pk) for moment, pk, language in rows[:AKIN] if language == story.locale_id
        )
    ranked = sorted(shared, key=lambda one: (shared[one], *one), reverse=True)
    found = [pk for _moment, pk in ranked[:count]]
    if len(found) < count:
        near = newest.filter(locale=story.locale_id).child_of(story.get_parent())
        near = near.exclude(pk__in=found).values_list("pk", flat=True)
        found += near[: count - len(found)]
    return found


def news_begin() -> dt.datetime:
    """From when on a story is news to search engines: two days ago, to the full hour."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    return hour - dt.timedelta(hours=47)


@reader(lambda count: ["list:news", "clock:hour"])
def _recent_ids(count: int) -> list[int]:
    recent = dated(Article.objects).filter(first_published_at__gte=news_begin())
    return list(recent.order_by("-first_published_at", "-pk").values_list("pk", flat=True)[:count])


def recent_stories(count: int) -> list[Article]:
    """The public stories of the last two days in all languages, newest first, at most `count`."""
    return chosen_stories(_recent_ids(count))


@reader(lambda: ["clock:month"])
def this_month() -> dt.datetime:
    """The first instant of this month in UTC."""
    return clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
