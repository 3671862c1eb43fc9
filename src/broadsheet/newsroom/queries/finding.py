"""Finding stories: what answers a question, in which order, and by what it can be narrowed down."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from broadsheet.kit import clock
from broadsheet.newsroom.models import Article, Author, SearchEntry, SearchWord, Topic, fulltext
from broadsheet.newsroom.models.fulltext import Row, Sought
from broadsheet.newsroom.models.searching import place_from, second_of
from broadsheet.newsroom.queries.indexing import searchable
from broadsheet.newsroom.rules.questions import Phrase, Question

LOOKED_THROUGH = 1000
"""Stories with all words of a phrase whose texts are looked through for it: the newest."""

COMPLETIONS = 30
"""Words that a half-typed one may stand for: the shortest."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is found is narrowed down to; `sections` are the ids of a section and of those inside it."""

    sections: tuple[int, ...] = ()
    author: int | None = None
    topic: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The stories that answer, as places in the order asked for. Where `is_all` is false there are more than
    `fulltext.MOST`, and these are the newest of them."""

    places: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    is_all: bool = True


def answer(
    question: Question,
    language: str,
    narrowing: Narrowing,
    *,
    by_relevance: bool = True,
    looked_through: int = LOOKED_THROUGH,
) -> Answer:
    """The public stories of a language that answer a question.

    By relevance: first those that have all the words in the headline, then those whose standfirst, byline
    or topics have them or whose text has them often, then the others; each newest first. Where there are
    more than `fulltext.MOST` they are newest first, however asked for. Phrases are looked for in the newest
    `looked_through` stories that have all their words.
    """
    if not question.asks:
        return Answer()
    sought = _sought(question, language, narrowing)
    [found] = fulltext.find(sought)
    rows = _with_phrases(found.rows, question, looked_through)
    places = [place for place, _marks in rows]
    if by_relevance and found.is_all and len(places) > 1:
        places = _ranked(places, question, sought)
    return Answer(places, rows, found.is_all)


def _sought(question: Question, language: str, narrowing: Narrowing) -> Sought:
    """The question in the index's terms. A phrase is looked for by its words; its order is seen to later."""
    last = _completions(question, language)
    words = [(word,) for word in question.words] + ([last] if last else [])
    marks = [tuple(f"=p{pk}" for pk in narrowing.sections)] if narrowing.sections else []
    marks += [(f"=a{narrowing.author}",)] if narrowing.author is not None else []
    marks += [(f"=t{narrowing.topic}",)] if narrowing.topic is not None else []
    span = _span(narrowing.year) if narrowing.year is not None else {}
    alone = tuple(phrase[0] for phrase in question.unwanted if len(phrase) == 1)
    return Sought(language, (*words, *marks), alone, **span)


def _completions(question: Question, language: str) -> tuple[str, ...]:
    if not question.beginning:
        return ()
    known = fulltext.words_beginning(language, question.beginning, COMPLETIONS)
    return tuple(dict.fromkeys([question.beginning, *known]))


def _span(year: int) -> dict[str, int]:
    """The places of a year in the newsroom's zone."""
    zone = clock.newsroom_zone()
    first, after = (dt.datetime(number, 1, 1, tzinfo=zone) for number in (year, year + 1))
    return {"first": place_from(first), "last": place_from(after) - 1}


def _with_phrases(rows: list[Row], question: Question, looked_through: int) -> list[Row]:
    """The rows whose stories have the phrases and not the unwanted ones, of so many that are the newest."""
    unwanted = [phrase for phrase in question.unwanted if len(phrase) > 1]
    if not rows or not (question.phrases or unwanted):
        return rows
    rows = rows[:looked_through]
    places = [place for place, _marks in rows]
    for phrase in question.phrases:
        kept = fulltext.holding(places, phrase)
        places = [place for place in places if place in kept]
    for phrase in unwanted:
        lost = fulltext.holding(places, phrase)
        places = [place for place in places if place not in lost]
    left = set(places)
    return [row for row in rows if row[0] in left]


def _ranked(places: list[int], question: Question, sought: Sought) -> list[int]:
    """The places in the order of relevance."""
    exact = tuple((word,) for word in _all_words(question))
    begun = sought.groups[len(exact) - 1] if question.beginning else ()
    rest = sought.groups[len(exact) :]
    asked = [_having("h:", exact, rest, sought), _having("l:", exact, rest, sought)]
    if len(begun) > 1:
        asked.append(_having("h:", (*exact[:-1], begun), rest, sought))
    headline, *others = ({place for place, _marks in found.rows} for found in fulltext.find(*asked))
    about = set().union(*others)
    return sorted(places, key=lambda place: (place not in headline, place not in about, -place))


def _having(
    where: str, words: Sequence[Phrase], rest: tuple[Phrase, ...], sought: Sought
) -> Sought:
    """What is sought, with the words (one of each group) in a part of the story and nothing unwanted."""
    inside = tuple(tuple(f"{where}{word}" for word in group) for group in words)
    return replace(sought, groups=(*inside, *rest), unwanted=())


def _all_words(question: Question) -> list[str]:
    return [*question.words, *([question.beginning] if question.beginning else [])]


# What is shown of them ------------------------------------------------------------------------


def shown(places: Sequence[int]) -> list[Article]:
    """The stories at these places with all that is shown of them, in this order; none that is public no more."""
    ids = dict(SearchEntry.objects.filter(place__in=places).values_list("place", "story"))
    stories = (
        searchable(Article.objects.filter(pk__in=ids.values()))
        .select_related("locale", "picture")
        .prefetch_related("bylines__author")
        .defer("original_html")
    )
    by_id = {story.pk: story for story in stories}
    return [by_id[ids[place]] for place in places if ids.get(place) in by_id]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the stories found are in each section, by each author, of each topic and year (by id)."""

    sections: Counter[int]
    authors: Counter[int]
    topics: Counter[int]
    years: Counter[int]


def counts(rows: Sequence[Row]) -> Counts:
    """Counted from the rows of an answer, which are newest first."""
    by_kind: dict[str, Counter[int]] = {kind: Counter() for kind in "pat"}
    for marks, number in Counter(marks for _place, marks in rows).items():
        for mark in marks.split():
            by_kind[mark[0]][int(mark[1:])] += number
    return Counts(by_kind["p"], by_kind["a"], by_kind["t"], _years([place for place, _ in rows]))


def _years(newest_first: Sequence[int]) -> Counter[int]:
    """How many places lie in each year of the newsroom's zone."""
    places, years = newest_first[::-1], Counter[int]()
    if not places:
        return years
    zone = clock.newsroom_zone()
    first, last = (
        dt.datetime.fromtimestamp(second_of(place), zone).year for place in (places[0], places[-1])
    )
    for year in range(first, last + 1):
        span = _span(year)
        inside = bisect_left(places, span["last"] + 1) - bisect_left(places, span["first"])
        if inside:
            years[year] = inside
    return years


def names(model: type[Author | Topic], ids: Iterable[int]) -> dict[int, str]:
    """The names of authors or topics."""
    return dict(model._default_manager.filter(pk__in=list(ids)).values_list("pk", "name"))


# Where nothing answers ------------------------------------------------------------------------

ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "".join(map(chr, range(0x0621, 0x064B))))
"""Letters that may be missing in a mistyped word, by script; a word of another script is searched for slips only."""


def suggestions(word: str, language: str) -> list[str]:
    """The words of a language's stories that differ from this one by one slip of the hand."""
    return sorted(
        SearchWord.objects.filter(language=language, word__in=_slips(word)).values_list(
            "word", flat=True
        )
    )


def _slips(word: str) -> set[str]:
    """What the word may have been: one letter too many, too few, wrong, or two changed round."""
    alphabet = next((letters for letters in ALPHABETS if word[:1] in letters), "")
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    slips = {before + after[1:] for before, after in splits if after}
    slips |= {
        before + after[1] + after[0] + after[2:] for before, after in splits if len(after) > 1
    }
    slips |= {
        before + letter + after[skip:]
        for before, after in splits
        for letter in alphabet
        for skip in (0, 1)
    }
    return slips - {word}
