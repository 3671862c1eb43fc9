"""A list as rich text: items in items, with what an item cannot hold as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from broadsheet.imports.wordpress.mapping.inline import BLOCKS, LISTS, Follow, Setting, flat
from broadsheet.imports.wordpress.mapping.markup import Node
from broadsheet.imports.wordpress.mapping.richtext import Piece, paragraphs, rich


def list_value(node: Node, setting: Setting, follow: Follow) -> str:
    """The value of our list block, empty for a list that says nothing. Pictures in it are the caller's to show."""
    inside = (_item(item, setting, follow) for item in _items_of(node))
    items = "".join(f"<li>{words}</li>" for words in inside if words)
    name = "ol" if node.name == "ol" else "ul"
    return f"<{name}>{items}</{name}>" if items else ""


def _items_of(node: Node) -> Iterator[Node]:
    """The items of a list; what stands outside of any item becomes one."""
    for child in node.children:
        is_item = isinstance(child, Node) and child.name == "li"
        yield child if is_item and isinstance(child, Node) else Node("li", {}, [child])


def _item(item: Node, setting: Setting, follow: Follow) -> str:
    parts: list[str] = []
    run: list[Piece] = []
    for child in _opened(item):
        if isinstance(child, Node) and child.name in LISTS:
            parts += [_inside(run), list_value(child, setting, follow)]
            run = []
        else:
            run += flat(Node("li", {}, [child]), setting, follow)
    return "".join([*parts, _inside(run)])


def _opened(item: Node) -> Iterator[Node | str]:
    """An item's content; boxes that hold a list are opened, so that it is found."""
    for child in item.children:
        if isinstance(child, Node) and child.name in BLOCKS - LISTS and child.find(*LISTS):
            yield Node("br")
            yield from _opened(child)
            yield Node("br")
        else:
            yield child


def _inside(run: list[Piece]) -> str:
    """The words of a list item: its paragraphs are lines, since an item holds no paragraphs."""
    return "<br/>".join(rich(paragraph) for paragraph in paragraphs(run))
