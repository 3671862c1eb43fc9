"""The search's page as data for its template: hits with their marked words, what to narrow down by, ways on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from broadsheet.kit.public import language_prefix
from broadsheet.newsroom.models import Article, Author, Topic
from broadsheet.newsroom.queries import editions, finding
from broadsheet.newsroom.queries.editions import Link
from broadsheet.newsroom.queries.finding import Answer, Narrowing
from broadsheet.newsroom.renderers.cards import Card, Register, register_of
from broadsheet.newsroom.renderers.texts import story_text
from broadsheet.newsroom.rules.excerpts import IsHit, Part, excerpt, hits_of, marked
from broadsheet.newsroom.rules.questions import Question, understand
from broadsheet.newsroom.rules.words import words
from broadsheet.theme.languages import Language, language

PATH = "/search/"
HITS = 10
"""Stories on a page of hits."""

VALUES = 8
"""Sections, authors, topics or years that are offered for narrowing down: those with most stories."""

YEARS = range(1900, 2200)
GUESSES = 4
"""Mended questions that are tried where nothing answers."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A story found: how a list shows it, its headline and the passage that answers, in parts."""

    card: Card
    headline: list[Part]
    passage: list[Part]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to narrow down by. `count` is None where not all stories were counted; `url` of a current one
    leads back to all."""

    name: str
    count: int | None
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """Choices of one kind."""

    heading: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another edition that has an answer."""

    language: Language
    count: int
    is_all: bool
    url: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Everything the page shows. `total` counts what was found, `first` and `last` what of it is on this page."""

    title: str
    question: Question
    action: str
    path: str = PATH
    kept: Mapping[str, str] = field(default_factory=dict)
    total: int = 0
    is_all: bool = True
    first: int = 0
    last: int = 0
    hits: Sequence[Hit] = ()
    facets: Sequence[Facet] = ()
    orders: Sequence[Choice] = ()
    before: str = ""
    after: str = ""
    wider: str = ""
    instead: Choice | None = None
    elsewhere: Sequence[Elsewhere] = ()
    sections: Sequence[Link] = ()


def search_page(said: Mapping[str, str], code: str) -> SearchPage:
    """The page that answers what an address says; whatever it says, there is a page."""
    question = understand(said.get("q", ""))
    plate = editions.plate(code)
    action = f"{language_prefix(code)}{PATH}"
    title = _("%(question)s – Search") % {"question": question.text} if question.text else ""
    page = SearchPage(title or _("Search"), question, action)
    if plate is None:
        return page
    register = register_of(plate)
    page = replace(page, sections=[link for link in register.sections if link.depth == 1])
    return _Search(said, question, register, action).fill(page) if question.asks else page


class _Search:
    """One question to one edition."""

    def __init__(
        self, said: Mapping[str, str], question: Question, register: Register, action: str
    ) -> None:
        self.question = question
        self.register = register
        self.action = action
        self.code = register.plate.code
        self.section = self._section(_number(said, "section"))
        self.narrowing = Narrowing(
            sections=self._inside(self.section) if self.section else (),
            author=_number(said, "author"),
            topic=_number(said, "topic"),
            year=year if (year := _number(said, "year")) in YEARS else None,
        )
        self.is_newest = said.get("sort") == "newest"
        self.asked = {
            "q": question.text,
            "section": str(self.section.pk) if self.section else "",
            "author": str(self.narrowing.author or ""),
            "topic": str(self.narrowing.topic or ""),
            "year": str(self.narrowing.year or ""),
            "sort": "newest" if self.is_newest else "",
        }
        self.start = _number(said, "after")

    def fill(self, page: SearchPage) -> SearchPage:
        """The page with what was found."""
        answer = finding.answer(
            self.question, self.code, self.narrowing, by_relevance=not self.is_newest
        )
        narrowed = any(self.asked[name] for name in ("section", "author", "topic", "year"))
        page = replace(
            page,
            kept={name: value for name, value in self.asked.items() if value and name != "q"},
            wider=self._url(section="", author="", topic="", year="") if narrowed else "",
        )
        if not answer.places:
            return replace(page, instead=self._instead(), elsewhere=list(self._elsewhere()))
        first = self._first(answer)
        here = answer.places[first : first + HITS]
        return replace(
            page,
            total=len(answer.places),
            is_all=answer.is_all,
            first=first + 1,
            last=first + len(here),
            hits=self._hits(finding.shown(here)),
            facets=[facet for facet in self._facets(answer) if facet.choices],
            orders=self._orders() if answer.is_all else [],
            before=self._before(answer, first),
            after=self._url(after=str(here[-1])) if first + HITS < len(answer.places) else "",
        )

    def _url(self, **changed: str) -> str:
        fields = {name: value for name, value in {**self.asked, **changed}.items() if value}
        return f"{self.action}?{urlencode(fields)}"

    # Hits -------------------------------------------------------------------------------------

    def _first(self, answer: Answer) -> int:
        """Where this page begins: after the story that the address names, whatever was published meanwhile."""
        if self.start in answer.places[:-1]:
            return answer.places.index(self.start) + 1
        return 0

    def _before(self, answer: Answer, first: int) -> str:
        if first == 0:
            return ""
        return self._url(after=str(answer.places[first - HITS - 1]) if first > HITS else "")

    def _hits(self, stories: Iterable[Article]) -> list[Hit]:
        is_hit = hits_of(self.question)
        return [
            Hit(
                self.register.card(story),
                marked(story.headline, is_hit),
                _passage(story, is_hit),
            )
            for story in stories
        ]

    # Narrowing down ---------------------------------------------------------------------------

    def _orders(self) -> list[Choice]:
        return [
            Choice(_("Most relevant first"), None, self._url(sort=""), not self.is_newest),
            Choice(_("Newest first"), None, self._url(sort="newest"), self.is_newest),
        ]

    def _facets(self, answer: Answer) -> Iterable[Facet]:
        counts = finding.counts(answer.rows)
        sections = {link.pk: link.title for link in self.register.sections}
        inside = Counter(
            {
                link.pk: sum(counts.sections[pk] for pk in self._inside(link))
                for link in self.register.sections
            }
        )
        authors = finding.names(Author, _largest(counts.authors, self.narrowing.author))
        topics = finding.names(Topic, _largest(counts.topics, self.narrowing.topic))
        years = {year: str(year) for year in sorted(counts.years, reverse=True)[:VALUES]}
        is_all = answer.is_all
        yield Facet(_("Section"), self._choices("section", inside, sections, is_all=is_all))
        yield Facet(_("Author"), self._choices("author", counts.authors, authors, is_all=is_all))
        yield Facet(_("Topic"), self._choices("topic", counts.topics, topics, is_all=is_all))
        yield Facet(_("Year"), self._choices("year", counts.years, years, is_all=is_all))

    def _choices(
        self, name: str, counts: Counter[int], names: Mapping[int, str], *, is_all: bool
    ) -> list[Choice]:
        """The choices of one kind; only the current one where one is chosen."""
        current = self.asked[name]
        if current:
            shown = names.get(int(current), current)
            count = counts[int(current)] if is_all else None
            return [Choice(shown, count, self._url(**{name: ""}), is_current=True)]
        values = [pk for pk in names if counts[pk]]
        if name != "year":
            values = sorted(values, key=lambda pk: (-counts[pk], names[pk]))[:VALUES]
        if len(values) < 2:
            return []
        return [
            Choice(names[pk], counts[pk] if is_all else None, self._url(**{name: str(pk)}))
            for pk in values
        ]

    def _section(self, pk: int | None) -> Link | None:
        return next((link for link in self.register.sections if link.pk == pk), None)

    def _inside(self, above: Link) -> tuple[int, ...]:
        """A section and the sections in it."""
        return tuple(
            link.pk for link in self.register.sections if link.url_path.startswith(above.url_path)
        )

    # Where nothing answers --------------------------------------------------------------------

    def _instead(self) -> Choice | None:
        """The same question with one word mended that has answers, the most answers; None where there is none."""
        best: Choice | None = None
        for text in self._mended()[:GUESSES]:
            found = finding.answer(
                understand(text),
                self.code,
                self.narrowing,
                by_relevance=False,
                looked_through=finding.LOOKED_THROUGH // GUESSES,
            )
            if found.places and (best is None or len(found.places) > (best.count or 0)):
                best = Choice(text, len(found.places), self._url(q=text))
        return best

    def _mended(self) -> list[str]:
        text = self.question.text
        wanted = {*self.question.words, self.question.beginning}
        return [
            f"{text[:start]}{guess}{text[end:]}"
            for start, end, word in words(text)
            if word in wanted
            for guess in finding.suggestions(word, self.code)
        ]

    def _elsewhere(self) -> Iterable[Elsewhere]:
        """Editions in other languages that have answers."""
        for code, _name in editions.editions():
            if code != self.code:
                found = finding.answer(self.question, code, Narrowing(), by_relevance=False)
                if found.places:
                    url = f"{language_prefix(code)}{PATH}?{urlencode({'q': self.question.text})}"
                    yield Elsewhere(language(code), len(found.places), found.is_all, url)


def _passage(story: Article, is_hit: IsHit) -> list[Part]:
    """The standfirst where it has a hit, else the passage of the text that has; the standfirst where none has."""
    standfirst = marked(story.standfirst, is_hit)
    if any(part.is_hit for part in standfirst):
        return standfirst
    return excerpt(story_text(story), is_hit) or standfirst


def _largest(counts: Counter[int], current: int | None) -> list[int]:
    """What is worth a name: the largest, and the one that is chosen."""
    largest = [pk for pk, _count in counts.most_common(VALUES)]
    return largest if current is None else [current]


def _number(said: Mapping[str, str], name: str) -> int | None:
    value = said.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 20 else None
