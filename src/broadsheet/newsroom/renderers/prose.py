"""Rich text as readers get it: known elements in a valid order, links that lead somewhere, nothing that runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import lxml.html
from lxml.html import HtmlElement
from markupsafe import Markup, escape

from broadsheet.theme.filters import address, without_unspeakable

INLINE = {
    "b": "strong",
    "strong": "strong",
    "i": "em",
    "em": "em",
    "s": "s",
    "del": "s",
    "strike": "s",
    "sup": "sup",
    "sub": "sub",
    "code": "code",
}
LISTS = ("ul", "ol")
SILENT = frozenset("script style template iframe object embed svg math noscript head title".split())
SCHEMES = frozenset(["http", "https", "mailto", "tel"])


@dataclass(slots=True)
class Targets:
    """Where links inside lead: addresses of pages and of documents for download, by id."""

    pages: Mapping[int, str] = field(default_factory=dict)
    downloads: Mapping[int, str] = field(default_factory=dict)


def parsed(source: str) -> HtmlElement:
    """Rich text as a tree. Whatever it holds, there is a tree."""
    text = without_unspeakable(source).strip()
    return lxml.html.fragment_fromstring(text or "<p></p>", create_parent="div")


def ids_linked(tree: HtmlElement, linktype: str) -> Iterator[int]:
    """The ids of the pages (`page`) or documents (`document`) that a tree links to."""
    for link in tree.iter("a"):
        if link.get("linktype") == linktype and (link.get("id") or "").isdecimal():
            yield int(link.get("id"))


def prose(tree: HtmlElement, targets: Targets) -> Markup:
    """The paragraphs and lists of a tree. A link without a target becomes its text; unknown elements too."""
    return Markup("\n").join(_blocks(tree, targets))


def _blocks(parent: HtmlElement, targets: Targets) -> Iterator[Markup]:
    """The blocks under an element; text and inline elements between them become paragraphs of their own."""
    loose: list[Markup] = [escape(parent.text or "")]
    for child in parent:
        block = list(_block(child, targets))
        if _is_block(child):
            yield from _paragraph(loose)
            loose = []
            yield from block
        else:
            loose.append(_inline(child, targets, linked=False))
        loose.append(escape(child.tail or ""))
    yield from _paragraph(loose)


def _is_block(element: HtmlElement) -> bool:
    """Whether an element is a block here: a paragraph, a list, or a container that holds one."""
    if not isinstance(element.tag, str) or element.tag in SILENT:
        return False
    if element.tag in (*LISTS, "p", "li", "div", "section", "article", "blockquote"):
        return True
    return any(_is_block(child) for child in element)


def _block(element: HtmlElement, targets: Targets) -> Iterator[Markup]:
    if not _is_block(element):
        return
    if element.tag in LISTS:
        yield from _list(element, targets)
    else:
        yield from _blocks(element, targets)


def _list(element: HtmlElement, targets: Targets) -> Iterator[Markup]:
    """A list; whatever stands in it outside of an item becomes one."""
    items = [item for child in element for item in _item(child, targets) if item.strip()]
    if items:
        rows = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
        yield Markup("<{0}>{1}</{0}>").format(Markup(element.tag), rows)  # noqa: S704 - ul or ol


def _item(element: HtmlElement, targets: Targets) -> Iterator[Markup]:
    if not isinstance(element.tag, str) or element.tag in SILENT:
        return
    parts = [escape(element.text or "")]
    for child in element:
        nested = _list(child, targets) if child.tag in LISTS else [_inline(child, targets)]
        parts += [*nested, escape(child.tail or "")]
    yield Markup("").join(parts)


def _paragraph(parts: Iterable[Markup]) -> Iterator[Markup]:
    text = Markup("").join(parts).strip()
    while text.startswith("<br>"):
        text = text[4:].strip()
    if text:
        yield Markup("<p>{}</p>").format(text)


def _inline(element: HtmlElement, targets: Targets, *, linked: bool = False) -> Markup:
    """An element in a line. A link inside a link is text: HTML knows no such thing."""
    if not isinstance(element.tag, str) or element.tag in SILENT:
        return Markup("")
    if element.tag == "br":
        return Markup("<br>")
    href = "" if linked or element.tag != "a" else _href(element, targets)
    parts = [escape(element.text or "")]
    for child in element:
        parts += [_inline(child, targets, linked=linked or bool(href)), escape(child.tail or "")]
    inside = Markup("").join(parts)
    if href:
        if href.startswith("mailto:"):
            inside = inside.replace("@", Markup("@<wbr>"))  # where a narrow page may break it
        return Markup('<a href="{}">{}</a>').format(href, inside)
    name = INLINE.get(element.tag)
    if name and inside.strip():
        return Markup("<{0}>{1}</{0}>").format(Markup(name), inside)  # noqa: S704 - from our table
    return inside


def _href(link: HtmlElement, targets: Targets) -> str:
    """Where a link leads, empty where it leads nowhere that a reader should go."""
    linktype, ident = link.get("linktype"), link.get("id") or ""
    if linktype:
        known = {"page": targets.pages, "document": targets.downloads}.get(linktype, {})
        return address(known.get(int(ident), "")) if ident.isdecimal() else ""
    return safe_link(link.get("href") or "")


def safe_link(url: str) -> str:
    """An address that a reader may follow (web, mail, telephone, a path of ours), else an empty string."""
    url = url.strip()
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return ""
    is_ours = url.startswith(("/", "#")) and not url.startswith(("//", "/\\"))
    return address(url) if scheme in SCHEMES or is_ours else ""
