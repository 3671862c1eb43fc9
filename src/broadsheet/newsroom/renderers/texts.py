"""The plain text of a story, for the search: every word that a reader sees, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock

from broadsheet.newsroom.models import Article
from broadsheet.newsroom.renderers.prose import SILENT, parsed

UNSEEN = frozenset(["alt"])
"""Fields of blocks whose words stand in for a picture; an excerpt would make no sense with them."""


def story_text(story: Article) -> str:
    """The text of a story without its headline and standfirst, a line for each paragraph. Asks no database."""
    body = story.body
    parts = [story.picture_caption, *_texts(body.stream_block, _raw(body))]
    return "\n".join(" ".join(part.split()) for part in parts if part and part.strip())


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
            yield from _texts(block.child_blocks[child["type"]], child["value"])


def _struct(block: Any, value: Any) -> Iterator[str]:
    for name, kind in block.child_blocks.items():
        yield from _texts(kind, (value or {}).get(name))


def _list(block: Any, value: Any) -> Iterator[str]:
    for item in value or ():
        is_wrapped = isinstance(item, dict) and item.get("type") == "item" and "value" in item
        yield from _texts(block.child_block, item["value"] if is_wrapped else item)


def _table(block: Any, value: Any) -> Iterator[str]:
    for row in (value or {}).get("data") or ():
        yield " ".join(str(cell) for cell in row if cell)


def _rich(block: Any, value: Any) -> Iterator[str]:
    tree = parsed(str(value or ""))
    for silent in list(tree.iter(*SILENT)):
        silent.drop_tree()
    for line in tree.iter("br", "p", "li", "div"):
        line.tail = f"\n{line.tail or ''}"
    yield from tree.text_content().split("\n")


def _plain(block: Any, value: Any) -> Iterator[str]:
    if block.name not in UNSEEN:
        yield str(value or "")


_READ = (
    (blocks.BaseStreamBlock, _stream),
    (blocks.BaseStructBlock, _struct),
    (blocks.ListBlock, _list),
    (TableBlock, _table),
    (blocks.RichTextBlock, _rich),
    (blocks.CharBlock, _plain),
    (blocks.TextBlock, _plain),
)
"""How each family of blocks is read; numbers, choices, pictures and addresses hold no text."""
