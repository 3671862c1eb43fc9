"""The content files of the demo, read into plain values; what becomes of them is decided in `actions`.

A story is a text file `content/<language>/<section>/<key>.md`; a static page lies in `pages/`. It begins
with TOML between two lines of `+++`: `headline`, `standfirst`, `authors` (keys), `guests` (names),
`topics` (keys), `ago` (its age: `40m`, `7h`, `3d 1h`), `picture` with `caption`, `credit` and `alt`;
optionally `slug` (else the key), `kind` (else `news`) and `translation_of` (the key of the English
story). Then come blocks, separated by empty lines:

- a paragraph; inside it `*italic*`, `**bold**` and links `[text](story:key)`, where `page:`, `author:` and
  `topic:` name the other things one can point to, in the same language; an e-mail address is a link by itself;
- `## a heading`;
- `> a quotation — Speaker, who that is`;
- `![picture-name] caption | credit | alternative text`;
- `- item` lines, a list;
- `| cell | cell |` lines, a table whose first line is its header.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broadsheet.demo.errors import BadContent

CONTENT = Path(__file__).parent / "content"
LANGUAGES = ("en", "ar")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LINK = re.compile(r"\[([^\]]+)\]\((story|page|author|topic):([\w-]+)\)")
MAIL = re.compile(r"[\w.-]+@[\w-]+\.example\b")

Address = Callable[[str, str], str]
"""From what is linked (`story`) and its key to the opening tag's attributes."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Quotation:
    text: str
    speaker: str
    role: str


@dataclass(frozen=True, slots=True)
class Illustration:
    name: str
    caption: str
    credit: str
    alt: str


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Heading | Quotation | Illustration | Listing | Table


@dataclass(frozen=True, slots=True)
class Text:
    """A story or, when `section` is `pages`, a static page."""

    language: str
    section: str
    key: str
    slug: str
    headline: str
    standfirst: str
    authors: tuple[str, ...]
    guests: tuple[str, ...]
    topics: tuple[str, ...]
    age: dt.timedelta
    lead: Illustration | None
    translation_of: str
    kind: str
    blocks: tuple[Block, ...]

    def illustrations(self) -> tuple[Illustration, ...]:
        inside = tuple(block for block in self.blocks if isinstance(block, Illustration))
        return (self.lead, *inside) if self.lead else inside

    def links(self) -> tuple[tuple[str, str], ...]:
        """What it points to, as pairs of kind and key."""
        sources = [source for block in self.blocks for source in _sources(block)]
        return tuple((kind, key) for source in sources for _, kind, key in LINK.findall(source))

    def words(self) -> int:
        return sum(
            len(LINK.sub(r"\1", source).split()) for b in self.blocks for source in _sources(b)
        )


@dataclass(frozen=True, slots=True)
class Edition:
    """One language's paper: `paper`, `front`, `sections`, `authors` and `topics` as its TOML has them."""

    language: str
    paper: dict[str, str]
    front: dict[str, Any]
    sections: tuple[dict[str, str], ...]
    authors: tuple[dict[str, str], ...]
    topics: tuple[dict[str, str], ...]
    stories: tuple[Text, ...] = field(repr=False)
    pages: tuple[Text, ...] = field(repr=False)


def read_edition(language: str) -> Edition:
    """Everything of one language, stories from the oldest to the newest. Raises BadContent."""
    folder = CONTENT / language
    table = tomllib.loads((folder / "newsroom.toml").read_text("utf-8"))
    texts = [read_text(path) for path in sorted(folder.glob("*/*.md"))]
    return Edition(
        language=language,
        paper=table["paper"],
        front=table["front"],
        sections=tuple(table["sections"]),
        authors=tuple(table["authors"]),
        topics=tuple(table["topics"]),
        stories=tuple(
            sorted((t for t in texts if t.section != "pages"), key=lambda t: t.age, reverse=True)
        ),
        pages=tuple(t for t in texts if t.section == "pages"),
    )


def read_text(path: Path) -> Text:
    """One content file. Raises BadContent with the file's name and what is wrong."""
    match = re.fullmatch(r"\+\+\+\n(.*?)\n\+\+\+\n(.*)", path.read_text("utf-8"), re.DOTALL)
    if match is None:
        raise BadContent(f"{path.name} does not begin with TOML between two lines of +++.")
    try:
        head = tomllib.loads(match[1])
        return Text(
            language=path.parent.parent.name,
            section=path.parent.name,
            key=path.stem,
            slug=head.get("slug", path.stem),
            headline=head["headline"],
            standfirst=head.get("standfirst", ""),
            authors=tuple(head.get("authors", ())),
            guests=tuple(head.get("guests", ())),
            topics=tuple(head.get("topics", ())),
            age=read_age(head.get("ago", "0m")),
            lead=_lead(head),
            translation_of=head.get("translation_of", ""),
            kind=head.get("kind", "news"),
            blocks=read_blocks(match[2]),
        )
    except (tomllib.TOMLDecodeError, KeyError, BadContent) as error:
        raise BadContent(f"{path.name}: {error}") from error


def read_age(text: str) -> dt.timedelta:
    """`3d 1h` as a span of time. Raises BadContent."""
    age = dt.timedelta()
    for part in text.split():
        if not re.fullmatch(r"\d+[mhdw]", part):
            raise BadContent(f"{part!r} is no age; write for example 40m, 7h or 3d 1h.")
        age += dt.timedelta(**{UNITS[part[-1]]: int(part[:-1])})
    return age


def read_blocks(body: str) -> tuple[Block, ...]:
    return tuple(_block(chunk.strip()) for chunk in re.split(r"\n\s*\n", body) if chunk.strip())


def rich_text(source: str, address: Address) -> str:
    """Inline mark-up as HTML; `address` gives each link's attributes, such as `href="/"`."""
    escaped = html.escape(source, quote=False)
    marked = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escaped)
    marked = re.sub(r"\*(.+?)\*", r"<i>\1</i>", marked)
    marked = MAIL.sub(r'<a href="mailto:\g<0>">\g<0></a>', marked)
    return LINK.sub(lambda m: f"<a {address(m[2], m[3])}>{m[1]}</a>", marked)


def _lead(head: dict[str, Any]) -> Illustration | None:
    if "picture" not in head:
        return None
    return Illustration(head["picture"], head["caption"], head["credit"], head["alt"])


def _block(chunk: str) -> Block:
    lines = chunk.splitlines()
    if chunk.startswith("## "):
        return Heading(chunk[3:])
    if chunk.startswith("> "):
        text, _, signature = chunk[2:].rpartition(" — ")
        if not text:
            raise BadContent(f"The quotation {chunk[2:40]!r} has no speaker.")
        speaker, _, role = re.sub("، ", ", ", signature, count=1).partition(", ")
        return Quotation(text, speaker, role)
    if match := re.fullmatch(r"!\[([\w-]+)\] ([^|]+) \| ([^|]+) \| ([^|]+)", chunk):
        return Illustration(match[1], match[2], match[3], match[4])
    if all(line.startswith("- ") for line in lines):
        return Listing(tuple(line[2:] for line in lines))
    if all(line.startswith("|") and line.endswith("|") for line in lines):
        rows = [tuple(cell.strip() for cell in line[1:-1].split("|")) for line in lines]
        if len({len(row) for row in rows}) != 1:
            raise BadContent(f"The rows of the table {lines[0]!r} differ in length.")
        return Table(tuple(rows))
    if len(lines) > 1 or chunk.startswith(("!", "#", "|", "-")):
        raise BadContent(f"{chunk[:40]!r} is no block we know.")
    return Paragraph(chunk)


def _sources(block: Block) -> tuple[str, ...]:
    match block:
        case Listing():
            return block.items
        case Table():
            return tuple(cell for row in block.rows for cell in row)
        case Illustration():
            return (block.caption,)
        case _:
            return (block.text,)
