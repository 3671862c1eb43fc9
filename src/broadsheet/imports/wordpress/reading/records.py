"""An export's records as data. Values are as they stand in the file; what they mean to us is `mapping`'s business."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from broadsheet.imports.wordpress.reading.cutting import EXPORT
from broadsheet.imports.wordpress.reading.parsing import USUAL, Element

EXCERPT = "excerpt/"
COUNTED_KEYS = frozenset(["_thumbnail_id", "footnotes", "_yoast_wpseo_primary_category"])
"""Custom fields that decide what a story looks like here."""


@dataclass(frozen=True, slots=True)
class Label:
    """A term as an item carries it: its taxonomy, its short name in addresses and its name."""

    taxonomy: str
    slug: str
    name: str


@dataclass(slots=True)
class Item:
    """One `<item>`. `number` counts from 1; `fault` says why it could not be read, empty where it could."""

    number: int
    line: int
    ident: str = ""
    kind: str = ""
    title: str = ""
    link: str = ""
    guid: str = ""
    creator: str = ""
    content: str = ""
    excerpt: str = ""
    status: str = ""
    slug: str = ""
    parent: str = ""
    order: str = ""
    password: str = ""
    date: str = ""
    date_gmt: str = ""
    published: str = ""
    modified: str = ""
    modified_gmt: str = ""
    attachment: str = ""
    is_sticky: bool = False
    labels: list[Label] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    comments: int = 0
    mended: list[str] = field(default_factory=list)
    is_repaired: bool = False
    """Whether its XML was not well-formed, so that where it ends was guessed."""
    fault: str = ""

    def digest(self) -> str:
        """A digest of everything that an import uses; equal for two exports of an unchanged item."""
        used = [
            *(self.kind, self.title, self.creator, self.content, self.excerpt, self.status),
            *(self.slug, self.parent, self.password, self.date, self.date_gmt),
            *(self.attachment, self.modified_gmt),
            [[label.taxonomy, label.slug, label.name] for label in self.labels],
            sorted((key, value) for key, value in self.meta.items() if _is_used(key)),
        ]
        return hashlib.sha256(json.dumps(used, ensure_ascii=True).encode()).hexdigest()


def _is_used(key: str) -> bool:
    return key in COUNTED_KEYS or key.startswith(("_wp_attachment", "_media_credit"))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who wrote: `<wp:author>`, or a guest author of the Co-Authors Plus plug-in."""

    login: str
    name: str
    biography: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A category, a tag or a term of another taxonomy; `parent` is the slug of the category above it."""

    ident: str
    taxonomy: str
    slug: str
    name: str
    parent: str = ""
    description: str = ""


def item_of(element: Element, number: int, line: int) -> Item:
    """An item from its element. What is missing is empty."""
    fields = {name: inner for name, inner in _children(element) if name not in LISTED}
    meta, labels, comments = _lists(element)
    get = fields.get
    return Item(
        number,
        line,
        ident=get("wp:post_id", "").strip(),
        kind=get("wp:post_type", "").strip(),
        title=get("title", ""),
        link=get("link", "").strip(),
        guid=get("guid", "").strip(),
        creator=get("dc:creator", "").strip(),
        content=get("content:encoded", ""),
        excerpt=get("excerpt:encoded", ""),
        status=get("wp:status", "").strip(),
        slug=get("wp:post_name", "").strip(),
        parent=get("wp:post_parent", "").strip(),
        order=get("wp:menu_order", "").strip(),
        password=get("wp:post_password", "").strip(),
        date=get("wp:post_date", "").strip(),
        date_gmt=get("wp:post_date_gmt", "").strip(),
        published=get("pubDate", "").strip(),
        modified=get("wp:post_modified", "").strip(),
        modified_gmt=get("wp:post_modified_gmt", "").strip(),
        attachment=get("wp:attachment_url", "").strip(),
        is_sticky=get("wp:is_sticky", "").strip() == "1",
        labels=labels,
        meta=meta,
        comments=comments,
    )


LISTED = frozenset(["category", "wp:postmeta", "wp:comment"])


def _lists(element: Element) -> tuple[dict[str, str], list[Label], int]:
    """What an item has several of: custom fields (the first of a name counts), terms, and how many comments."""
    meta: dict[str, str] = {}
    labels: list[Label] = []
    comments = 0
    for child in element:
        name = _name(child)
        if name == "wp:postmeta":
            pair = dict(_children(child))
            meta.setdefault(pair.get("wp:meta_key", ""), pair.get("wp:meta_value", ""))
        elif name == "category":
            # WordPress before 2.5 wrote categories twice, once without an address.
            label = Label(
                child.get("domain") or "category", child.get("nicename") or "", _inner(child)
            )
            if label.slug and label not in labels:
                labels.append(label)
        elif name == "wp:comment":
            comments += 1
    return meta, labels, comments


def person_of(element: Element) -> Person:
    """An author from `<wp:author>`; their name is the display name, else first and last name, else the login."""
    fields = dict(_children(element))
    login = fields.get("wp:author_login", "").strip()
    parts = (fields.get(f"wp:author_{part}_name", "").strip() for part in ("first", "last"))
    name = fields.get("wp:author_display_name", "").strip() or " ".join(filter(None, parts))
    return Person(login, name or login, fields.get("wp:author_description", "").strip())


def term_of(element: Element) -> Term:
    """A term from `<wp:category>`, `<wp:tag>` or `<wp:term>`."""
    fields = {name: inner.strip() for name, inner in _children(element)}
    get = fields.get
    kind = _name(element)
    if kind == "wp:category":
        names = ("category", "wp:category_nicename", "wp:cat_name", "wp:category_description")
    elif kind == "wp:tag":
        names = ("post_tag", "wp:tag_slug", "wp:tag_name", "wp:tag_description")
    else:
        taxonomy = get("wp:term_taxonomy", "")
        names = (taxonomy, "wp:term_slug", "wp:term_name", "wp:term_description")
    return Term(
        ident=get("wp:term_id", ""),
        taxonomy=names[0],
        slug=get(names[1], ""),
        name=get(names[2], "") or get(names[1], ""),
        parent=get("wp:category_parent", "") or get("wp:term_parent", ""),
        description=get(names[3], ""),
    )


def _children(element: Element) -> Iterator[tuple[str, str]]:
    return ((_name(child), _inner(child)) for child in element if isinstance(child.tag, str))


def _name(element: Element) -> str:
    """An element's name with the usual prefix, whichever version's namespace or prefix the file has."""
    if not isinstance(element.tag, str):
        return ""
    space, _brace, local = element.tag.removeprefix("{").rpartition("}")
    if EXPORT.fullmatch(space.removesuffix(EXCERPT)):
        prefix = "excerpt" if space.endswith(EXCERPT) else "wp"
    else:
        prefix = next((key for key, known in USUAL.items() if known == space), element.prefix or "")
    return f"{prefix}:{local}" if prefix else str(local)


def _inner(element: Element) -> str:
    """The text of an element, with the mark-up of children that a careless export did not escape."""
    return "".join([element.text or "", *map(_unescaped, element)])


def _unescaped(child: Element) -> str:
    etree.cleanup_namespaces(child)
    written: str = etree.tostring(child, encoding="unicode", method="html")
    return written
