"""Stories as lists show them, and the addresses of people and topics: plain data, so that templates ask nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from broadsheet.kit import clock
from broadsheet.kit.public import language_prefix
from broadsheet.kit.reads import reader
from broadsheet.newsroom.choices import StoryKind
from broadsheet.newsroom.models import Article, Author, Picture, Series, Topic
from broadsheet.newsroom.queries import editions
from broadsheet.newsroom.queries.editions import Link, Plate

T = TypeVar("T")

FOLDERS: dict[type[Author | Topic | Series], str] = {
    Author: "authors",
    Topic: "topics",
    Series: "series",
}
"""The first part of the addresses of each register's pages."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a byline; a guest's leads nowhere and shows no face."""

    name: str
    url: str
    portrait: Picture | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A story as a list shows it."""

    pk: int
    url: str
    headline: str
    kind: StoryKind
    standfirst: str
    section: Link | None
    bylines: list[Name]
    published: dt.datetime
    updated: dt.datetime
    picture: Picture | None
    picture_alt: str


class Register:
    """What the stories of an edition share: its sections and the languages that have pages."""

    def __init__(self, plate: Plate) -> None:
        self.plate = plate
        self.sections = editions.sections(plate)
        self._languages = editions.public_languages()
        self._cards: dict[int, tuple[Article, Card]] = {}
        self._made: dict[tuple[Callable[[Card], Any], int], Any] = {}

    def card(self, story: Article) -> Card:
        """A story as a list shows it, made once for each time that the story was loaded."""
        known = self._cards.get(id(story))
        if known is None:
            known = self._cards[id(story)] = story, self._card(story)
        return known[1]

    def _card(self, story: Article) -> Card:
        published = story.first_published_at or clock.now()
        return Card(
            story.pk,
            story.address or story.current_address(),
            story.headline,
            StoryKind(story.kind),
            story.standfirst,
            editions.section_of(story.url_path, self.sections),
            self.names(story),
            published,
            max(story.last_published_at or published, published),
            story.picture,
            alternative_text(story),
        )

    def made(self, make: Callable[[Card], T], card: Card) -> T:
        """What is made of one of the register's cards and of nothing else, once for all documents."""
        key = make, id(card)
        if key not in self._made:
            self._made[key] = make(card)
        return cast("T", self._made[key])

    def cards(self, stories: Iterable[Article]) -> list[Card]:
        return [self.card(story) for story in stories]

    def names(self, story: Article) -> list[Name]:
        """The byline in its order; an author is linked where their language has an edition."""
        return [
            Name(byline.name, self.address(byline.author), byline.author.portrait)
            if byline.author
            else Name(byline.name, "")
            for byline in story.bylines.all()
        ]

    def address(self, row: Author | Topic | Series) -> str:
        """Where an author, topic or series is found; empty where their language has no edition."""
        code = self._languages.get(row.locale_id)
        return register_address(row, code) if code else ""


@reader(lambda plate: [])
def register_of(plate: Plate) -> Register:
    """The register of an edition, one for all documents of a sheet."""
    return Register(plate)


def register_address(row: Author | Topic | Series, code: str) -> str:
    """The path of an author's (`/authors/…/`), topic's or series' page, in the edition of a language."""
    return f"{language_prefix(code)}/{FOLDERS[type(row)]}/{row.slug}/"


def alternative_text(story: Article) -> str:
    """What a story's picture shows, in the story's words or the picture's own."""
    if story.picture is None:
        return ""
    return str(story.picture_alt or story.picture.description)


@dataclass(frozen=True, slots=True)
class MonthLink:
    """A month of an archive."""

    month: str
    url: str
    current: bool = False


def month_links(base: str, months: Iterable[str], current: str = "") -> list[MonthLink]:
    """Links to the months of an archive that lies under `base`."""
    return [
        MonthLink(month, f"{base}{month.replace('-', '/')}/", month == current) for month in months
    ]
