"""Elements flattened to running text: what cannot hold blocks (headings, list items, cells, captions) takes this."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from broadsheet.imports.wordpress.mapping.markup import UNSEEN, Node
from broadsheet.imports.wordpress.mapping.richtext import (
    LINE,
    MARKS,
    PARAGRAPH,
    PLAIN,
    SOFT,
    Piece,
    Style,
)

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main marquee menu nav noframes "
    "noscript ol optgroup option p plaintext pre search section select summary table tbody td textarea tfoot "
    "th thead title tr ul xmp".split()
)
"""Elements that begin on a line of their own."""

MEDIA = frozenset("img image iframe frame embed object video audio amp-img".split())
LISTS = frozenset("ul ol menu dir".split())
PRESSED = frozenset("input button".split())
SILENT = frozenset("iframe video audio noembed".split())
"""Elements whose content a browser shows only when it cannot show them."""

Follow = Callable[[str], str]
"""From an address in the source to the attributes of a link here; empty for one that leads nowhere."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How text is to be read where it stands: its style, and whether line ends count (classic posts) or not."""

    style: Style = PLAIN
    has_lines: bool = False

    def within(self, node: Node, follow: Follow) -> Setting:
        """The setting inside an element."""
        style = self.style
        if mark := MARKS.get(node.name):
            style = replace(style, marks=style.marks | {mark})
        if node.name == "a" and node.get("href"):
            style = replace(style, link=follow(node.get("href")) or style.link)
        return self if style is self.style else replace(self, style=style)


def text_pieces(text: str, setting: Setting) -> Iterator[Piece]:
    """A text node as pieces: in classic posts an empty line ends a paragraph and any other line end is a break."""
    if not setting.has_lines or "\n" not in text:
        yield Piece(text, setting.style)
        return
    for number, line in enumerate(text.split("\n")):
        if number:
            yield SOFT
        yield Piece(line, setting.style)


def flat(node: Node, setting: Setting, follow: Follow) -> Iterator[Piece]:
    """Everything that an element's content says, as running text; pictures and players inside are left out."""
    for child in node.children:
        if isinstance(child, str):
            yield from text_pieces(child, setting)
        else:
            yield from _flat_child(child, setting, follow)


def _flat_child(child: Node, setting: Setting, follow: Follow) -> Iterator[Piece]:
    name = child.name
    if name == "br":
        yield LINE
    elif name in PRESSED or is_smiley(child):
        yield Piece(spoken(child), setting.style)
        yield from flat(child, setting.within(child, follow), follow)
    elif name in UNSEEN or name in SILENT or name == "!":
        return
    elif name == "q":
        yield Piece("“", setting.style)
        yield from flat(child, setting, follow)
        yield Piece("”", setting.style)
    else:
        edge = (PARAGRAPH,) if name in BLOCKS else ()
        yield from edge
        yield from flat(child, setting.within(child, follow), follow)
        yield from edge


def is_smiley(node: Node) -> bool:
    """Whether it is a picture that stands for a character."""
    return node.name == "img" and not node.classes.isdisjoint({"emoji", "wp-smiley"})


def spoken(node: Node) -> str:
    """The words that an element shows by an attribute: a button's label, a smiley's character."""
    if node.name == "input":
        shown = node.get("type").lower() in ("submit", "button", "reset", "image")
        return f" {node.get('value') or node.get('alt')} " if shown else ""
    return node.get("alt") if node.name == "img" else ""
