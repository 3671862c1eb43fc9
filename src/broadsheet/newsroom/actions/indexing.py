"""Keeping the search's index: what changed is looked at again, what was missed is found, all can be made anew."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from django.db import DatabaseError, transaction

from broadsheet.kit import clock
from broadsheet.newsroom.models import Article, SearchMark, fulltext
from broadsheet.newsroom.models.fulltext import Indexed
from broadsheet.newsroom.models.searching import place_of
from broadsheet.newsroom.queries import indexing
from broadsheet.newsroom.renderers.texts import story_text
from broadsheet.newsroom.rules.questions import BEGINNING
from broadsheet.newsroom.rules.words import VERSION, word_list

logger = logging.getLogger(__name__)

BATCH = 20
"""Stories in one transaction; an editor who publishes meanwhile waits as long as that takes."""

MARKED = 1000
"""Stories that are marked in one transaction."""

OFTEN = 3
"""A word that a text has so often says what the story is about."""

Progress = Callable[[int], None]
"""Called with the number of stories just looked at."""


def index_pending(
    progress: Progress | None = None, go_on: Callable[[], bool] = lambda: True
) -> int:
    """Look at everything that changed, and return how many marks that were.

    `go_on` is asked after each transaction and may take its time; where it says no, the rest waits. Killed at any
    point and run again it gives the same index. Must not be called in a transaction.
    """
    looked_at = 0
    # Asked three times a second, mostly in vain: without a transaction, which would hold up who writes.
    while SearchMark.objects.exists() and (done := _index_batch()):
        looked_at += done
        if progress:
            progress(done)
        if not go_on():
            break
    return looked_at


def catch_up() -> int:
    """Mark what the index has wrong without anybody having said so (an import by SQL, another version of ours) and
    what is not marked yet, and return how many stories that are."""
    marked = set(SearchMark.objects.values_list("key", "story"))
    marks = [
        *(SearchMark(key=f"page:{story}") for story in indexing.missing_stories()),
        *(SearchMark(story=story) for story in indexing.surplus_stories()),
    ]
    fresh = [mark for mark in marks if (mark.key, mark.story) not in marked]
    for first in range(0, len(fresh), MARKED):
        SearchMark.objects.bulk_create(fresh[first : first + MARKED])
    return len(fresh)


def rebuild_index(progress: Callable[[int, int], None] | None = None) -> int:
    """Forget the whole index and make it anew; meanwhile the search finds what is in it already.

    Returns the number of stories. `progress` is called with stories done and stories in all.
    """
    with transaction.atomic():
        fulltext.be_alone()
        fulltext.empty()
        SearchMark.objects.all().delete()
        total = catch_up()
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        if progress:
            progress(min(done, total), total)

    index_pending(count)
    fulltext.tidy()
    return total


@transaction.atomic
def _index_batch() -> int:
    fulltext.be_alone()
    marks = list(SearchMark.objects.order_by("pk")[:BATCH])
    pages = {mark.story for mark in marks if mark.story is not None}
    pages |= {int(mark.key[5:]) for mark in marks if mark.key.startswith("page:")}
    _index(pages)
    others = {mark.key for mark in marks if mark.key and not mark.key.startswith("page:")}
    if others:
        named = indexing.stories_naming(others)
        SearchMark.objects.bulk_create([SearchMark(key=f"page:{story}") for story in named])
    SearchMark.objects.filter(pk__in=[mark.pk for mark in marks]).delete()
    return len(marks)


def _index(pages: Iterable[int]) -> None:
    """Bring the entries of these pages up to date: made anew where they are public stories, else taken out."""
    stories = _readable(list(pages))
    above = indexing.sections_above(stories)
    found = [_indexed(story, above.get(story.pk, 0)) for story in stories]
    fulltext.drop(set(pages) - {one.story for one in found})
    fulltext.put(found)
    _learn(found)


def _readable(pages: Sequence[int]) -> list[Article]:
    """The public stories among these pages. One that cannot be read is left out, lest it hold the others up."""
    try:
        return indexing.public_stories(pages)
    except DatabaseError:
        raise
    except Exception:
        if len(pages) > 1:
            return [story for page in pages for story in _readable([page])]
        logger.exception("page:%s cannot be read; no search finds it", pages[0])
        return []


def _indexed(story: Article, section: int) -> Indexed:
    """A story as it enters the index."""
    text = story_text(story)
    bylines = list(story.bylines.all())
    authors = dict.fromkeys(byline.author_id for byline in bylines if byline.author_id)
    topics = {topic.pk: topic.name for topic in story.topics.all()}
    lead = [story.standfirst, *(byline.name for byline in bylines), *topics.values()]
    headline, body = word_list(story.headline), word_list(text)
    about = [word for part in lead for word in word_list(part)]
    often = [word for word, count in Counter(body).items() if count >= OFTEN]
    marks = [f"p{section}", *(f"a{pk}" for pk in authors), *(f"t{pk}" for pk in topics)]
    words = frozenset([*headline, *about, *body])
    return Indexed(
        place=place_of(story.first_published_at or clock.now(), story.pk),
        story=story.pk,
        language=story.locale.language_code,
        marks=f" {' '.join(marks)} ",
        version=VERSION,
        words=words,
        tokens=words.union(
            (f"h:{word}" for word in headline),
            (f"l:{word}" for word in [*headline, *about, *often]),
            (f"={mark}" for mark in marks),
        ),
        text=fulltext.running([headline, about, body]),
    )


def _learn(found: Iterable[Indexed]) -> None:
    """Keep words that were not known before."""
    words = {
        (one.language, word)
        for one in found
        for word in one.words
        if len(word) >= BEGINNING and not word.isdecimal()
    }
    for language in {language for language, _word in words}:
        fulltext.learn(language, sorted(word for code, word in words if code == language))
