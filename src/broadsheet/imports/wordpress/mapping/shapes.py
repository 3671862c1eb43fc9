"""What an element's shape says of it: whether a list is a gallery, who a quotation quotes, what a figure embeds."""

from __future__ import annotations

from broadsheet.imports.wordpress.mapping.addresses import PLAIN_ADDRESS
from broadsheet.imports.wordpress.mapping.inline import BLOCKS, SILENT, spoken
from broadsheet.imports.wordpress.mapping.markup import UNSEEN, Node
from broadsheet.imports.wordpress.mapping.media import says_more

PULLED = "wp-block-pullquote"


def verbatim(node: Node) -> str:
    """Text with its lines as they are."""
    parts = []
    for child in node.children:
        if isinstance(child, str):
            parts.append(child)
        elif child.name == "br":
            parts.append("\n")
        elif child.name not in UNSEEN and child.name not in SILENT and child.name != "!":
            edge = "\n" if child.name in BLOCKS else ""
            parts += [edge, spoken(child), verbatim(child), edge]
    return "".join(parts)


def is_gallery(node: Node) -> bool:
    """Whether a list holds figures and nothing else."""
    items = list(node.nodes)
    return bool(items) and all(item.find("figure") and not says_more(item) for item in items)


def embedded_by(figure: Node) -> str:
    """The address that a figure of the block editor embeds: the only thing it says besides its caption."""
    boxes = [child for child in figure.nodes if child.name == "div"]
    words = boxes[0].children if len(boxes) == 1 else []
    url = words[0].strip() if len(words) == 1 and isinstance(words[0], str) else ""
    return url if PLAIN_ADDRESS.fullmatch(url) else ""


def speaker_of(quotation: Node) -> tuple[Node, Node | None]:
    """What is said and who says it: a `cite` or `footer` behind which nothing more is said."""
    children = list(quotation.children)
    while children and (child := children[-1]):
        if isinstance(child, Node) and child.name in ("cite", "footer"):
            return Node("blockquote", {}, [*children[:-1]]), child
        if isinstance(child, Node) and child.name in ("p", "div"):
            said, speaker = speaker_of(child)
            return Node("blockquote", {}, [*children[:-1], Node("p", {}, said.children)]), speaker
        if not isinstance(child, str) or child.strip():
            break
        children.pop()
    return quotation, None


def pulled_by(figure: Node) -> Node | None:
    """The quotation that a figure of the block editor pulls out of its story, None for any other figure."""
    inside = [child for child in figure.children if not isinstance(child, str) or child.strip()]
    quote = inside[0] if len(inside) == 1 else None
    if isinstance(quote, Node) and quote.name == "blockquote" and PULLED in figure.classes:
        return Node("blockquote", figure.attributes, quote.children)
    return None
