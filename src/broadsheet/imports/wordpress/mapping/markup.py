"""HTML as a tree that can be walked safely: nothing lost however broken it is, and never deeper than we can go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

DEEPEST = 60
"""Elements in elements; what lies deeper is taken out of its elements, not thrown away."""

UNSEEN = frozenset("script style template head meta link base param track source wbr".split())
"""Elements that show no words of their own. `source` and `param` are read where their parent is."""

ENTITYLESS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
LINES = re.compile(r"\r\n?")


@dataclass(slots=True)
class Node:
    """An element; `children` are nodes and texts. A comment is a node named `!`, its text in `attributes`."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """An attribute, empty where it is missing."""
        return self.attributes.get(name, "")

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.get("class").split())

    @property
    def nodes(self) -> Iterator[Node]:
        """The child elements."""
        return (child for child in self.children if isinstance(child, Node))

    def descend(self) -> Iterator[Node]:
        """All elements below, in the order of the text."""
        for child in self.nodes:
            yield child
            yield from child.descend()

    def find(self, *names: str) -> Node | None:
        """The first element below with one of these names."""
        return next((node for node in self.descend() if node.name in names), None)


def parse_html(source: str) -> Node:
    """The tree of a fragment of HTML under a node named `body`. Whatever it is, there is a tree.

    A comment or a tag that never ends would hide all that follows; what begins it is disarmed instead.
    """
    text = without_controls(LINES.sub("\n", source))
    closed = text.rfind("-->") + 1
    text = text[:closed] + text[closed:].replace("<!--", "")
    if (last := text.rfind("<")) > text.rfind(">"):
        text = f"{text[:last]}&lt;{text[last + 1 :]}"
    builder = _Builder()
    if text.strip():
        etree.HTML(text, parser=etree.HTMLParser(target=builder, huge_tree=True))
    return builder.root


def without_controls(text: str) -> str:
    """The text without characters that no document may hold."""
    return ENTITYLESS.sub("", text)


class _Builder:
    """Takes the parser's events (a parser's own tree would end at some depth, and its words with it)."""

    def __init__(self) -> None:
        self.root = Node("body")
        self._open = [self.root]
        self._names: list[str | None] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.lower().rpartition(":")[2]
        if name in ("html", "body") or len(self._open) > DEEPEST:
            self._names.append(None)
            return
        node = Node(
            name, {key.lower(): without_controls(value) for key, value in attributes.items()}
        )
        self._open[-1].children.append(node)
        self._open.append(node)
        self._names.append(name)

    def end(self, name: str) -> None:
        if self._names and self._names.pop() is not None:
            self._open.pop()

    def data(self, text: str) -> None:
        cleaned = without_controls(text)
        children = self._open[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += cleaned
        else:
            children.append(cleaned)

    def comment(self, text: str) -> None:
        self._open[-1].children.append(Node("!", {"text": text}))

    def pi(self, target: str, data: str | None = None) -> None:
        """Nothing: a browser shows none either."""

    def doctype(self, *parts: object) -> None:
        """Nothing."""

    def close(self) -> Node:
        return self.root
