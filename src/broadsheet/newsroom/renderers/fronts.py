"""How a front page is arranged: as its editors say, or by itself where they say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from broadsheet.newsroom.choices import StoryKind
from broadsheet.newsroom.models import FrontPage
from broadsheet.newsroom.queries import stories
from broadsheet.newsroom.queries.editions import Link
from broadsheet.newsroom.renderers.cards import Card, Register

BESIDE = 3
"""Stories beside the lead when a front page arranges itself."""
RAIL = 5
"""Stories of a section on a front page that arranges itself."""
RECENT = 10


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a front page; what it holds depends on its kind."""

    kind: str
    heading: str = ""
    lead: Card | None = None
    beside: list[Card] = field(default_factory=list)
    stories: list[Card] = field(default_factory=list)
    section: Link | None = None


def bands(front: FrontPage, register: Register) -> list[Band]:
    """The bands of a front page, top to bottom. A band that has nothing to show is left out, and no story
    that was picked by itself stands twice."""
    blocks = stories.blocks_of(front)
    used: set[int] = set()
    if blocks:
        used |= _chosen_ids(blocks)
        return [band for kind, value in blocks for band in _block(kind, value, register, used)]
    return list(_by_itself(register, used))


def _by_itself(register: Register, used: set[int]) -> Iterator[Band]:
    newest = _newest(register, 1 + BESIDE, used)
    if not newest:
        return
    yield Band("lead", lead=newest[0], beside=newest[1:])
    yield Band("strip")
    for section in register.sections:
        if section.depth == 1:
            yield from _rail(section, RAIL, register, used)
    yield from _latest("", RECENT, register, used)


def _block(kind: str, value: Any, register: Register, used: set[int]) -> Iterator[Band]:
    if kind == "lead":
        yield from _lead(value["story"], register, used)
    elif kind == "stories":
        ids = [story.pk for story in value["stories"] if story is not None]
        found = register.cards(stories.chosen_stories(ids))
        if found:
            yield Band("stories", heading=value["heading"], stories=found)
    elif kind == "section":
        pk = value["section"].pk if value["section"] is not None else None
        for section in register.sections:
            if section.pk == pk:
                yield from _rail(section, value["count"], register, used)
    elif kind == "latest":
        yield from _latest(value["heading"], value["count"], register, used)
    else:
        yield Band("strip")


def _lead(chosen: Any, register: Register, used: set[int]) -> Iterator[Band]:
    found = register.cards(stories.chosen_stories([chosen.pk])) if chosen is not None else []
    found = found or _newest(register, 1, used)
    if found:
        yield Band("lead", lead=found[0], beside=_newest(register, BESIDE, used))


def _rail(section: Link, count: int, register: Register, used: set[int]) -> Iterator[Band]:
    found = stories.latest_stories(f"section/{section.pk}", count, used)
    if found:
        used |= {story.pk for story in found}
        cards = register.cards(found)
        is_opinion = all(card.kind == StoryKind.OPINION for card in cards)
        yield Band("voices" if is_opinion else "section", section=section, stories=cards)


def _latest(heading: str, count: int, register: Register, used: set[int]) -> Iterator[Band]:
    found = _newest(register, count, used)
    if found:
        yield Band("latest", heading=heading, stories=found)


def _newest(register: Register, count: int, used: set[int]) -> list[Card]:
    found = stories.latest_stories(f"site/{register.plate.code}", count, used)
    used |= {story.pk for story in found}
    return register.cards(found)


def _chosen_ids(blocks: list[tuple[str, Any]]) -> set[int]:
    """The stories that editors picked: they are theirs to place, wherever the bands that fill themselves stand."""
    picked = [value["story"] for kind, value in blocks if kind == "lead"]
    picked += [story for kind, value in blocks if kind == "stories" for story in value["stories"]]
    return {story.pk for story in picked if story is not None}
