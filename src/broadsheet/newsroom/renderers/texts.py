"""The plain text of a story, for the search: every word that a reader sees, in its order, and what stands apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock

from broadsheet.newsroom.blocks import QuotationBlock
from broadsheet.newsroom.models import Article
from broadsheet.newsroom.renderers.bodies import MARK
from broadsheet.newsroom.renderers.prose import SILENT, parsed

UNSEEN = frozenset(["alt"])
"""Fields of blocks whose words stand in for a picture; an excerpt would make no sense with them."""


APART = ""
"""A line between what does not read on."""


def story_text(story: Article) -> str:
    """The text of a story without its headline and standfirst. Asks no database.

    A line for each paragraph and each item of a list; blank lines around all that is not running text, and between
    the words that such a thing is made of (a caption and its credit, the cells of a table).
    """
    body = story.body
    lines = [story.picture_caption, APART, *_texts(body.stream_block, _raw(body))]
    text = "\n".join(" ".join(line.split()) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _raw(body: Any) -> list[Any]:
    """The stored form of a story's blocks; they need not be made to be read."""
    return list(body.raw_data)


def _texts(block: Any, value: Any) -> Iterator[str]:
    """What is to be read in the stored value of a block, whatever it is made of."""
    for kind, read in _READ:
        if isinstance(block, kind):
            yield from read(block, value)
            return


def _stream(block: Any, value: Any) -> Iterator[str]:
    for child in value or ():
        if child["type"] in block.child_blocks:
            kind = block.child_blocks[child["type"]]
            around = () if isinstance(kind, blocks.RichTextBlock) else (APART,)
            yield from (*around, *_texts(kind, child["value"]), *around)


def _struct(block: Any, value: Any) -> Iterator[str]:
    for name, kind in block.child_blocks.items():
        yield from (*_texts(kind, (value or {}).get(name)), APART)


def _quotation(block: Any, value: Any) -> Iterator[str]:
    """What was said and, in the same line as its last words, by whom."""
    value = value or {}
    said = str(value.get("text") or "").strip()
    by_whom = _(", ").join(filter(None, [value.get("speaker"), value.get("role")]))
    yield from _lines(f"{said} – {by_whom}" if by_whom else said)


def _list(block: Any, value: Any) -> Iterator[str]:
    for item in value or ():
        is_wrapped = isinstance(item, dict) and item.get("type") == "item" and "value" in item
        yield from (*_texts(block.child_block, item["value"] if is_wrapped else item), APART)


def _table(block: Any, value: Any) -> Iterator[str]:
    for row in (value or {}).get("data") or ():
        for cell in row:
            yield from (str(cell or ""), APART)


def _rich(block: Any, value: Any) -> Iterator[str]:
    tree = parsed(str(value or ""))
    for silent in list(tree.iter(*SILENT)):
        silent.drop_tree()
    for line in tree.iter("br", "p", "li", "div"):
        line.tail = f"\n{line.tail or ''}"
    yield from _lines(MARK.sub("", tree.text_content()))


def _plain(block: Any, value: Any) -> Iterator[str]:
    if block.name not in UNSEEN:
        yield from _lines(str(value or ""))


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.split("\n") if line.strip())


_READ = (
    (blocks.BaseStreamBlock, _stream),
    (QuotationBlock, _quotation),
    (blocks.BaseStructBlock, _struct),
    (blocks.ListBlock, _list),
    (TableBlock, _table),
    (blocks.RichTextBlock, _rich),
    (blocks.CharBlock, _plain),
    (blocks.TextBlock, _plain),
)
"""How each family of blocks is read; numbers, choices, pictures and addresses hold no text."""
