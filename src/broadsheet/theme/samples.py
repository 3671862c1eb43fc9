"""What the style guide shows its components with: believable content, clumsy content and hostile content, in two
directions of writing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from markupsafe import Markup
from wagtail.images import get_image_model

HOSTILE = (
    "👩‍👩‍👧‍👧 <b>bold?</b> \u202egnorw yaw eht\u202c "
    + "A headline that nobody shortened, and then went on. " * 6
)
"""Emoji, markup, an override of direction, and too many words."""

UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of story, as cards ask for it; `label` is said in the language of the page."""

    name: str = "news"
    label: Any = ""

    @property
    def is_told(self) -> bool:
        return bool(self.label)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its words."""

    title: str
    url: str = "#content"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes, as bylines and boxes ask for them."""

    name: str
    role: str = ""
    biography: str = ""
    portrait: Any = None
    url: str = "#content"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    text: str
    is_head: bool = False
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """A story as lists ask for it."""

    headline: str
    standfirst: str
    section: Link | None
    bylines: list[Person] = field(default_factory=list)
    kind: Kind = Kind()
    picture: Any = None
    picture_alt: str = ""
    url: str = "#content"
    published: dt.datetime = dt.datetime(2026, 11, 24, 8, 14, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of live coverage."""

    ident: str
    text: Markup
    published: dt.datetime
    heading: str = ""
    byline: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A correction."""

    text: str
    published: dt.datetime = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Source:
    """What a story rests on."""

    name: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A number in a chart."""

    name: str
    shown: str
    share: int
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum that may be chosen."""

    value: int
    shown: str


@dataclass(frozen=True, slots=True)
class Pledge:
    """Monthly support, as its supporter's page asks for it."""

    state: str
    since: dt.datetime = dt.datetime(2025, 11, 3, 9, 0, tzinfo=dt.UTC)
    next: dt.datetime = dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC)
    until: dt.datetime = dt.datetime(2027, 2, 3, 9, 0, tzinfo=dt.UTC)
    failed: dt.datetime = dt.datetime(2026, 11, 3, 9, 0, tzinfo=dt.UTC)
    ended: dt.datetime = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
    amount: str = "$10"
    total: str = "$120"
    paid: int = 12
    means: str = "Visa •••• 4242"
    amounts: tuple[Amount, ...] = (Amount(5, "$5"), Amount(10, "$10"), Amount(20, "$20"))

    @property
    def ident(self) -> str:
        return f"pledge-{self.state}"


@dataclass(frozen=True, slots=True)
class Gift:
    """A line of what somebody gave."""

    paid: dt.datetime
    purpose: str
    amount: str
    receipt: str = "#content"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A newsletter that a reader may have."""

    slug: str
    name: str
    promise: str
    rhythm: str
    latest: Link | None = None
    is_chosen: bool = False


WORDS = {
    "ltr": {
        "section": "City",
        "headline": "Council was warned about the bridge eighteen months ago",
        "standfirst": "Engineers had measured the cracks. The letter lay in a drawer.",
        "names": ["Hana Verrell", "Callum Peverel", "Gideon Abara"],
        "role": "City reporter",
        "text": "She has attended 211 meetings of the council and missed three.",
        "rhythm": "Fridays at seven",
        "quotation": "We should hold this until the ground is confirmed.",
    },
    "rtl": {
        "section": "المدينة",
        "headline": "حُذّر المجلس بشأن الجسر قبل ثمانية عشر شهرًا",
        "standfirst": "قاس المهندسون الشقوق. وبقيت الرسالة في الدرج.",
        "names": ["هانا فيريل", "كالوم بيفرل", "غديون أبارا"],
        "role": "مراسلة المدينة",
        "text": "حضرت 211 جلسة للمجلس ولم تتغيب إلا عن ثلاث.",
        "rhythm": "كل يوم جمعة",
        "quotation": "علينا أن نتريث حتى تتأكد حالة الأرض.",
    },
}


def samples(direction: str) -> dict[str, Any]:
    """Everything that the style guide shows, in a direction of writing (`ltr`, `rtl`).

    The picture is the library's oldest; without one, components show themselves without.
    """
    words = WORDS[direction]
    picture = get_image_model().objects.order_by("pk").first()
    section = Link(str(words["section"]))
    people = [
        Person(name, portrait=picture if at == 0 else None)
        for at, name in enumerate(words["names"])
    ]
    story = Story(
        str(words["headline"]),
        str(words["standfirst"]),
        section,
        people[:1],
        picture=picture,
        picture_alt="…",
    )
    plain = replace(story, picture=None)
    numbers = [("2024", "84"), ("2025", "106"), ("2026", "112")]
    return {
        **_reported(words),
        **_supporters(words),
        "words": words,
        "picture_of": picture,
        "story": story,
        "plain": plain,
        "unsigned": replace(plain, bylines=[], standfirst=""),
        "signed_by_three": replace(plain, bylines=people),
        "opinion": replace(plain, kind=Kind("opinion", _("Opinion"))),
        "analysis": replace(plain, kind=Kind("analysis", _("Analysis"))),
        "hostile": replace(story, headline=HOSTILE, standfirst=UNBROKEN),
        "unbroken": replace(story, headline=UNBROKEN),
        "person": Person(people[0].name, str(words["role"]), str(words["text"]), picture),
        "columns": [Cell("Year", is_head=True), Cell("Million", is_head=True, is_figure=True)] * 3,
        "rows": [
            [Cell(year, is_head=True), Cell(sum_, is_figure=True)] * 3 for year, sum_ in numbers
        ],
    }


def _supporters(words: dict[str, Any]) -> dict[str, Any]:
    """What a supporter and a subscriber see of themselves."""
    section, headline = str(words["section"]), str(words["headline"])
    standfirst, rhythm = str(words["standfirst"]), str(words["rhythm"])
    months = [dt.datetime(2026, month, 3, 9, 0, tzinfo=dt.UTC) for month in (11, 10, 9)]
    return {
        "pledges": [
            Pledge("active"),
            Pledge("paused", amount="$5", total="$60"),
            Pledge("failing", amount="$20", total="$240"),
            Pledge("ended", amount="$1,250", total="$1,250", paid=1),
        ],
        "given": [
            Gift(months[0], section, "$10", receipt=""),
            Gift(months[1], headline, "$1,250", note="−$250"),
            Gift(months[2], UNBROKEN[:60], "$10"),
        ],
        "letters": [
            Letter("week", section, standfirst, rhythm, Link(headline), is_chosen=True),
            Letter("long", headline, UNBROKEN, rhythm),
        ],
    }


def _reported(words: dict[str, Any]) -> dict[str, Any]:
    """What comes with some stories only: live coverage, notes, a chart."""
    paragraph = Markup("<p>{}</p>").format
    times = [dt.datetime(2026, 11, 24, hour, 5, tzinfo=dt.UTC) for hour in (11, 10, 8)]
    headline, standfirst = str(words["headline"]), str(words["standfirst"])
    entries = [
        Entry("l3", paragraph(words["quotation"]), times[0], headline, words["names"][0]),
        Entry("l2", paragraph(standfirst), times[1]),
        Entry("l1", paragraph(words["text"]), times[2], UNBROKEN[:60]),
    ]
    return {
        "entries": entries,
        "ended": [replace(entry, ident=f"e{entry.ident}") for entry in entries[1:]],
        "notes": [Note(standfirst), Note(str(words["text"]))],
        "rests_on": [Source(headline, "https://example.org/", "PDF, 1.2 MB"), Source(standfirst)],
        "bars": [
            Bar("2024", "84", 75),
            Bar("2025", "106", 95, is_marked=True),
            Bar("2026", "112", 100),
            Bar(headline, "0", 0),
        ],
    }
