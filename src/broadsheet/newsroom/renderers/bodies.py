"""The text of stories and static pages as data for the template: block after block, links and pictures resolved."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from lxml.html import HtmlElement
from markupsafe import Markup

from broadsheet.kit import reads
from broadsheet.newsroom.models import Article, StaticPage
from broadsheet.newsroom.queries import stories
from broadsheet.newsroom.renderers.prose import Targets, ids_linked, parsed, prose, safe_link

Block = dict[str, Any]

FIGURE = re.compile(r"[^\w]*[\d٠-٩۰-۹][\d٠-٩۰-۹.,٫٬\s]*[^\w]*|[-–—]?")
"""A cell that is a number, with a sign or a currency's."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    text: str
    is_head: bool
    is_figure: bool


def body(holder: Article | StaticPage) -> list[Block]:
    """The blocks of a page as `newsroom/body.html` shows them; one that shows nothing is left out."""
    blocks = stories.blocks_of(holder)
    trees = [parsed(value.source) if _is_rich(kind) else None for kind, value in blocks]
    targets = _targets([tree for tree in trees if tree is not None])
    level = 1
    made = []
    for (kind, value), tree in zip(blocks, trees, strict=True):
        block: Block | None
        if tree is not None:
            text = prose(tree, targets)
            block = {"text": text} if text else None
        else:
            block = _VIEWS[kind](value)
        if block is not None and kind == "heading":
            # Readers of headings alone must not meet a gap: one level deeper at most.
            level = block["level"] = min(block["level"], level + 1)
        if block is not None:
            made.append({"kind": "text" if tree is not None else kind, **block})
    return made


def plain_text(holder: Article | StaticPage, length: int) -> str:
    """The beginning of the running text, at most `length` characters, cut between words."""
    words: list[str] = []
    for kind, value in stories.blocks_of(holder):
        if _is_rich(kind):
            words += parsed(value.source).text_content().split()
        if sum(len(word) + 1 for word in words) > length:
            return " ".join(words)[:length].rpartition(" ")[0] + " …"
    return " ".join(words)


def _is_rich(kind: str) -> bool:
    return kind in ("paragraph", "list")


def _targets(trees: Iterable[HtmlElement]) -> Targets:
    """All that the trees link to, in one query for pages and one for documents, none where there is no link."""
    pages, files = set[int](), set[int]()
    for tree in trees:
        pages.update(ids_linked(tree, "page"))
        files.update(ids_linked(tree, "document"))
    return Targets(
        stories.page_addresses(sorted(pages)) if pages else {},
        _published_downloads(sorted(files)) if files else {},
    )


def _published_downloads(ids: list[int]) -> Mapping[int, str]:
    """The paths under which documents are published beside the page; one whose file is gone has none."""
    found = {}
    for pk, download in stories.downloads(ids).items():
        file = Path(download.file.path)
        if file.is_file():
            path = f"/media/documents/{download.file_hash or pk}/{quote(file.name)}"
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            reads.use_picture(path, file, kind)
            found[pk] = path
    return found


def _heading(value: Any) -> Block | None:
    return {"text": value["text"], "level": int(value["level"])} if value["text"] else None


def _quotation(value: Any) -> Block | None:
    fields = ("text", "speaker", "role")
    return {name: value[name] for name in fields} if value["text"].strip() else None


def _picture(value: Any) -> Block | None:
    image = value["image"]
    if image is None:
        return None
    return {
        "image": image,
        "alt": value["alt"] or image.description,
        "caption": value["caption"],
        "credit": value["credit"] or image.credit,
    }


def _table(value: Any) -> Block | None:
    table = value["table"] or {}
    rows = _written([[str(cell or "") for cell in row] for row in table.get("data") or []])
    if not rows:
        return None
    choice = table.get("table_header_choice") or ""
    has_head = bool(table.get("first_row_is_table_header")) or choice in ("row", "both")
    has_side = bool(table.get("first_col_is_header")) or choice in ("column", "both")
    figures = _figure_columns(rows[1:] if has_head else rows)
    cells = list(_cells(rows, figures, has_head=has_head, has_side=has_side))
    return {
        "caption": value["caption"] or table.get("table_caption") or "",
        "columns": cells[0] if has_head else [],
        "rows": cells[1:] if has_head else cells,
    }


def _written(rows: list[list[str]]) -> list[list[str]]:
    """The rows and columns up to the last ones with a word in them: the desk's tables start with empty ones."""
    height = max((at for at, row in enumerate(rows, 1) if any(row)), default=0)
    width = max((at for row in rows for at, cell in enumerate(row, 1) if cell), default=0)
    return [row[:width] for row in rows[:height]]


def _figure_columns(rows: list[list[str]]) -> set[int]:
    """The columns that hold nothing but numbers."""
    width = max((len(row) for row in rows), default=0)
    columns = ([row[at].strip() for row in rows if at < len(row)] for at in range(width))
    return {
        at
        for at, column in enumerate(columns)
        if any(column) and all(FIGURE.fullmatch(text) for text in column)
    }


def _cells(
    rows: list[list[str]], figures: set[int], *, has_head: bool, has_side: bool
) -> Iterator[list[Cell]]:
    for number, row in enumerate(rows):
        is_head_row = has_head and number == 0
        yield [
            Cell(text, is_head_row or (has_side and at == 0), at in figures)
            for at, text in enumerate(row)
        ]


def _embed(value: Any) -> Block | None:
    url = safe_link(value["url"])
    return {"url": url, "title": value["title"], "host": urlsplit(url).hostname} if url else None


def _preformatted(value: Any) -> Block | None:
    return {"text": Markup.escape(value)} if value.strip() else None


def _separator(value: Any) -> Block | None:
    return {}


_VIEWS: dict[str, Callable[[Any], Block | None]] = {
    "heading": _heading,
    "quotation": _quotation,
    "picture": _picture,
    "table": _table,
    "embed": _embed,
    "preformatted": _preformatted,
    "separator": _separator,
}
