"""The text of stories and static pages as data for the template: block after block, links and pictures resolved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from markupsafe import Markup

from broadsheet.newsroom.models import Article, StaticPage
from broadsheet.newsroom.queries import stories
from broadsheet.newsroom.renderers import recordings
from broadsheet.newsroom.renderers.charts import chart
from broadsheet.newsroom.renderers.prose import Targets, ids_linked, parsed, prose, safe_link
from broadsheet.newsroom.renderers.tables import table

Block = dict[str, Any]

RUNNING = ("paragraph", "list")
"""The blocks that are the running text."""

MARK = re.compile(r"\[\^(\d{1,3})\]")
"""Where a footnote belongs in the text."""


class Footnotes:
    """The footnotes of one page: `[^1]` in the text becomes a link to the first."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._named: set[int] = set()

    def linked(self, text: Markup) -> Markup:
        """The text with its marks as links; the first mark of a note is where the note leads back to."""
        return Markup(MARK.sub(self._link, text)) if self._count else text  # noqa: S704 - prose's own

    def _link(self, mark: re.Match[str]) -> str:
        number = int(mark[1])
        if not 1 <= number <= self._count:
            return mark[0]
        name = f' id="ref-{number}"' if number not in self._named else ""
        self._named.add(number)
        return f'<sup{name}><a href="#note-{number}">{number}</a></sup>'


def body(holder: Article | StaticPage) -> list[Block]:
    """The blocks of a page as `newsroom/body.html` shows them; one that shows nothing is left out."""
    blocks = stories.blocks_of(holder)
    trees = [[parsed(source) for source in _rich_sources(kind, value)] for kind, value in blocks]
    targets = _targets(
        [tree for found in trees for tree in found],
        {pk for kind, value in blocks for pk in recordings.files_of(kind, value)},
    )
    notes = Footnotes(sum(len(value) for kind, value in blocks if kind == "footnotes"))
    level = 1
    made = []
    for order, ((kind, value), found) in enumerate(zip(blocks, trees, strict=True)):
        texts = [prose(tree, targets) for tree in found]
        if kind in recordings.VIEWS:
            block = recordings.VIEWS[kind](value, texts, targets.downloads)
        elif found:
            block = _rich(kind, value, texts, notes)
        else:
            block = _VIEWS.get(kind, _nothing)(value)
        if block is None:
            continue
        if kind == "heading":
            # Readers of headings alone must not meet a gap: one level deeper at most.
            level = block["level"] = min(block["level"], level + 1)
            block["id"] = f"h{order}"
        made.append({"kind": kind, **block})
    return made


def contents(blocks: Iterable[Block]) -> list[Block]:
    """The headings that a table of contents lists: those of the second level."""
    return [block for block in blocks if block["kind"] == "heading" and block["level"] == 2]


def word_count(holder: Article | StaticPage) -> int:
    """The words of the running text."""
    rich = (
        source
        for kind, value in stories.blocks_of(holder)
        if kind in RUNNING
        for source in _rich_sources(kind, value)
    )
    return sum(len(parsed(source).text_content().split()) for source in rich)


def plain_text(holder: Article | StaticPage, length: int) -> str:
    """The beginning of the running text, at most `length` characters, cut between words."""
    words: list[str] = []
    for kind, value in stories.blocks_of(holder):
        if kind in RUNNING:
            words += parsed(value.source).text_content().split()
        if sum(len(word) + 1 for word in words) > length:
            return " ".join(words)[:length].rpartition(" ")[0] + " …"
    return " ".join(words)


def _rich_sources(kind: str, value: Any) -> list[str]:
    """The rich texts of a block."""
    if kind in RUNNING:
        return [value.source]
    if kind == "fact_box":
        return [value["text"].source]
    if kind in recordings.VIEWS:
        return [value["transcript"].source]
    return [note.source for note in value] if kind == "footnotes" else []


def _rich(kind: str, value: Any, texts: list[Markup], notes: Footnotes) -> Block | None:
    """A block of rich text as the template shows it."""
    if kind == "footnotes":
        return {"notes": texts} if any(texts) else None
    if kind == "fact_box":
        return {"heading": value["heading"], "text": texts[0]}
    return {"text": notes.linked(texts[0])} if texts[0] else None


def _nothing(value: Any) -> Block | None:
    return None


def _targets(trees: Iterable[HtmlElement], files: set[int]) -> Targets:
    """All that the trees link to and these files, in one query for pages and one for documents, none for nothing."""
    pages = set[int]()
    for tree in trees:
        pages.update(ids_linked(tree, "page"))
        files.update(ids_linked(tree, "document"))
    return Targets(
        stories.page_addresses(sorted(pages)) if pages else {},
        recordings.published(sorted(files)) if files else {},
    )


def _heading(value: Any) -> Block | None:
    return {"text": value["text"], "level": int(value["level"])} if value["text"] else None


def _quotation(value: Any) -> Block | None:
    fields = ("text", "speaker", "role")
    return {name: value[name] for name in fields} if value["text"].strip() else None


def _pull_quote(value: Any) -> Block | None:
    return {"text": value["text"]} if value["text"].strip() else None


def _picture(value: Any) -> Block | None:
    image = value["image"]
    if image is None:
        return None
    return {
        "image": image,
        "alt": value["alt"] or image.description,
        "caption": value["caption"] or image.caption,
        "credit": value["credit"] or image.credit,
    }


def _sources(value: Any) -> Block | None:
    rows = [
        {"name": row["name"], "url": safe_link(row["url"] or ""), "note": row["note"]}
        for row in value
        if row["name"]
    ]
    return {"rows": rows} if rows else None


def _corrections(value: Any) -> Block | None:
    notes = [{"text": row["text"], "published": row["published"]} for row in value if row["text"]]
    return {"notes": notes} if notes else None


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
    "table": table,
    "chart": chart,
    "pull_quote": _pull_quote,
    "embed": _embed,
    "preformatted": _preformatted,
    "separator": _separator,
    "sources": _sources,
    "corrections": _corrections,
}
