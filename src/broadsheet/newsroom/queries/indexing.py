"""What the search's index has to be made of, and where it differs from that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef
from wagtail.models import Page

from broadsheet.newsroom.models import Article, Byline, SearchEntry
from broadsheet.newsroom.queries.editions import public
from broadsheet.newsroom.rules.words import VERSION


def searchable(stories: Any) -> Any:
    """The stories of a queryset that a search may show: public ones with an address."""
    return public(stories).filter(first_published_at__isnull=False)


def public_stories(ids: Iterable[int]) -> list[Article]:
    """The public stories among those pages, with all that the index takes from them."""
    stories = searchable(Article.objects.filter(pk__in=list(ids))).select_related("locale")
    return list(stories.prefetch_related("bylines__author", "topics").defer("original_html"))


def sections_above(stories: Iterable[Article]) -> dict[int, int]:
    """The id of the page that each story hangs under, by the story's id."""
    above = {story.pk: story.path[: -Page.steplen] for story in stories}
    pks = dict(Page.objects.filter(path__in=set(above.values())).values_list("path", "pk"))
    return {story: pks[path] for story, path in above.items() if path in pks}


def stories_naming(keys: Iterable[str]) -> list[int]:
    """The stories that show the names of these authors (`newsroom.author:5`) or topics, or did when last looked at."""
    found: set[int] = set()
    for key in keys:
        label, _, pk = key.rpartition(":")
        if label == "newsroom.author":
            found.update(Byline.objects.filter(author=pk).values_list("article_id", flat=True))
        else:
            found.update(Article.objects.filter(topics=pk).values_list("pk", flat=True))
        letter = label.removeprefix("newsroom.")[0]
        known = SearchEntry.objects.filter(marks__contains=f" {letter}{pk} ")
        found.update(known.values_list("story", flat=True))
    return sorted(found)


def missing_stories() -> list[int]:
    """The public stories that the index lacks or has from another version of ours, newest first."""
    known = SearchEntry.objects.filter(story=OuterRef("pk"), version=VERSION)
    missing = searchable(Article.objects).exclude(Exists(known))
    return list(missing.order_by("-first_published_at").values_list("pk", flat=True))


def surplus_stories() -> list[int]:
    """What the index has though it is no public story."""
    there = searchable(Article.objects.filter(pk=OuterRef("story")))
    return list(SearchEntry.objects.exclude(Exists(there)).values_list("story", flat=True))
