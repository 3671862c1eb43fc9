"""Categories and tags: which one is a story's section, which are its topics, who signs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broadsheet.imports.wordpress.mapping.names import one_line
from broadsheet.imports.wordpress.reading.records import Item, Label, Person, Term

Terms = Mapping[tuple[str, str], Term]

CATEGORY, TAG = "category", "post_tag"
NO_CATEGORY = frozenset(["uncategorized", "uncategorised"])
"""The category of stories that nobody gave one."""

PRIMARY = "_yoast_wpseo_primary_category"
"""The custom field in which a common plug-in keeps which of a story's categories counts most."""

IGNORED = frozenset(
    ["category", "post_tag", "author", "post_format", "nav_menu", "wp_theme", "language"]
)


@dataclass(frozen=True, slots=True)
class Filing:
    """Where a story belongs: its section (None: no category), topics, and notes."""

    section: Label | None
    topics: list[Label]
    notes: list[str]


def file_story(item: Item, terms: Terms) -> Filing:
    """The category that an editor marked as the first, else the deepest, of several the first; the others are
    topics like the tags."""
    categories = [one for one in _of(item, CATEGORY) if one.slug not in NO_CATEGORY]
    marked = [one for one in categories if _ident(one, terms) == item.meta.get(PRIMARY, "")]
    section = max(marked or categories, key=lambda one: len(lineage(one.slug, terms)), default=None)
    others = [one for one in categories if one is not section]
    above = set(lineage(section.slug, terms)) if section else set()
    topics = {
        one.slug: one
        for one in [*_of(item, TAG), *others]
        if one.slug not in above or one.taxonomy == TAG
    }
    other = sorted(
        {
            f"{one.taxonomy}: {one_line(one.name)}"
            for one in item.labels
            if one.taxonomy not in IGNORED
        }
    )
    notes = [f"Terms of taxonomies that are not known here: {', '.join(other)}"] if other else []
    return Filing(section, list(topics.values()), notes)


def _of(item: Item, taxonomy: str) -> list[Label]:
    old = {"tag": TAG}  # WordPress before 2.5
    return [one for one in item.labels if old.get(one.taxonomy, one.taxonomy) == taxonomy]


def _ident(label: Label, terms: Terms) -> str:
    term = terms.get((CATEGORY, label.slug))
    return term.ident if term else "-"


def lineage(slug: str, terms: Terms) -> list[str]:
    """The slugs of a category and those above it, the topmost first; a circle is cut where it closes."""
    found: list[str] = []
    while slug and slug not in found:
        found.append(slug)
        term = terms.get((CATEGORY, slug))
        slug = term.parent if term and (CATEGORY, term.parent) in terms else ""
    return found[::-1]


def signed_by(item: Item, people: Mapping[str, Person]) -> list[Person]:
    """Who signs an item, in order: the authors of the Co-Authors Plus plug-in where it was used, else the creator."""
    named = [one for one in item.labels if one.taxonomy == "author"]
    logins = [(one.slug.removeprefix("cap-"), one_line(one.name)) for one in named]
    found = [people.get(login.casefold()) or Person(login, name) for login, name in logins]
    if not found and item.creator:
        found = [people.get(item.creator.casefold()) or Person(item.creator, item.creator)]
    return list({person.login.casefold(): person for person in found}.values())
