"""One run of an import: what every step of it needs to know."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from wagtail.models import Locale

from broadsheet.imports.models import Origin
from broadsheet.imports.wordpress.choices import Result
from broadsheet.imports.wordpress.gateways.downloads import Downloads
from broadsheet.imports.wordpress.queries import Brought
from broadsheet.imports.wordpress.reading import Export, Item
from broadsheet.newsroom.models import Author, FrontPage, SectionPage, Topic

BY = "import"


@dataclass(slots=True)
class Survey:
    """What a first reading of the file has found: things that are needed before their items come."""

    reusable: dict[str, str] = field(default_factory=dict)
    menu_pages: set[str] = field(default_factory=set)
    pages: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Outcome:
    """How an item ended. `origin` is its row, where it has one."""

    result: Result
    reason: str = ""
    new_address: str = ""
    notes: list[str] = field(default_factory=list)
    origin: Origin | None = None


@dataclass(slots=True)
class Run:
    """The export, the edition it goes into, and what of sections, topics and authors is at hand."""

    export: Export
    survey: Survey
    source: str
    site: str
    front: FrontPage
    zone: ZoneInfo
    now: dt.datetime
    archive: Brought
    downloads: Downloads | None
    """How files are fetched; None where they are not to be."""
    sections: dict[str, SectionPage] = field(default_factory=dict)
    topics: dict[tuple[str, str], Topic | None] = field(default_factory=dict)
    authors: dict[str, Author | None] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    """Kind and identity of the items of this run."""

    @property
    def locale(self) -> Locale:
        return self.front.locale

    @property
    def code(self) -> str:
        """The language code of the edition."""
        return str(self.front.locale.language_code)

    def note(self, text: str) -> None:
        """Keep something for the report that is about no single item."""
        if text not in self.export.notes:
            self.export.notes.append(text)

    def forget(self) -> None:
        """Let go of everything at hand, after a transaction in which some of it was made was undone."""
        self.sections.clear()
        self.topics.clear()
        self.authors.clear()
        self.archive.forget()


def identity(item: Item) -> str:
    """What an item is found again by: its id, or where the export has none, its global name or what it says."""
    return (item.ident or item.guid or item.link or item.digest())[:255]


def second_identity(item: Item) -> str:
    """What an item is found again by whose id another item of the file has, too."""
    return f"{identity(item)[:180]} {item.digest()}"


def kind_of(item: Item) -> str:
    """How rows name the type of an item."""
    return (item.kind or "post")[:40]
