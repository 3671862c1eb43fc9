"""What becomes of an item: a story, a page, a file, or nothing, and whether readers may see it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from broadsheet.imports.wordpress.reading.records import Item


class Kind(StrEnum):
    """What an item is here."""

    STORY = "story"
    PAGE = "page"
    FILE = "file"
    NOTHING = "nothing"


class State(StrEnum):
    """Who sees it."""

    LIVE = "live"
    SCHEDULED = "scheduled"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of an item; `reason` says why, where it is nothing."""

    kind: Kind
    state: State = State.DRAFT
    reason: str = ""
    notes: tuple[str, ...] = field(default=())


NOT_BROUGHT = {
    "nav_menu_item": "menus are not brought over: here, the sections and the pages of the foot are the menu",
    "wp_navigation": "menus are not brought over: here, the sections and the pages of the foot are the menu",
    "wp_block": "a reusable block is no page: its text is in the stories that use it",
    "wp_template": "the old site's design is not brought over",
    "wp_template_part": "the old site's design is not brought over",
    "wp_global_styles": "the old site's design is not brought over",
    "wp_font_family": "the old site's design is not brought over",
    "wp_font_face": "the old site's design is not brought over",
    "custom_css": "the old site's design is not brought over",
    "customize_changeset": "the old site's design is not brought over",
    "revision": "an earlier version of another item",
    "oembed_cache": "WordPress's own notes",
    "user_request": "WordPress's own notes",
    "guest-author": "a guest author is no page: their name is on their stories",
}
UNWANTED = {
    "trash": "it is in the trash there",
    "auto-draft": "WordPress saved it by itself and nobody wrote in it",
    "inherit": "an earlier version of another item",
}
NEVER_PUBLIC = {
    "draft": "",
    "pending": "It waits for review there; it is a draft here",
    "private": "It is private there; it is a draft here, and nobody but the desk sees it",
    "": "The export does not say whether it is published; it is a draft here",
}


def fate_of(item: Item, published: dt.datetime | None, now: dt.datetime) -> Fate:
    """What becomes of an item that could be read. Only what its status calls published, without a password,
    is ever public."""
    kind = {"post": Kind.STORY, "": Kind.STORY, "page": Kind.PAGE, "attachment": Kind.FILE}.get(
        item.kind
    )
    if kind is None:
        own = f"“{item.kind}” is a type of the old site's own, which Broadsheet does not know"
        return Fate(Kind.NOTHING, reason=NOT_BROUGHT.get(item.kind, own))
    if item.status in UNWANTED and not (kind is Kind.FILE and item.status == "inherit"):
        return Fate(Kind.NOTHING, reason=UNWANTED[item.status])
    if kind is Kind.FILE:
        return Fate(kind)
    state, note = _state(item, published, now)
    return Fate(kind, state, notes=(note,) if note else ())


def _state(item: Item, published: dt.datetime | None, now: dt.datetime) -> tuple[State, str]:
    if item.status not in ("publish", "future"):
        other = f"Its status is not known here, it is a draft: {item.status}"
        return State.DRAFT, NEVER_PUBLIC.get(item.status, other)
    if item.password:
        return (
            State.DRAFT,
            "It needs a password there; it is a draft here, and nobody but the desk sees it",
        )
    if published is not None and published > now:
        return State.SCHEDULED, f"It is scheduled: {published:%Y-%m-%d %H:%M} UTC"
    if item.status == "future":
        if published is None:
            return State.DRAFT, "It is scheduled there, but without a date; it is a draft here"
        return State.LIVE, "Its time came after the export was made; it is published"
    note = "" if published else "It has no date there; it is dated from this import"
    return State.LIVE, note
