"""A text's elements, one after the other, as the blocks of our stories. Nothing that carries words is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from broadsheet.imports.wordpress.mapping import inline, media
from broadsheet.imports.wordpress.mapping.addresses import PLAIN_ADDRESS
from broadsheet.imports.wordpress.mapping.gutenberg import LABELS, LINKING, Delimiter, delimiter
from broadsheet.imports.wordpress.mapping.inline import Setting, flat, text_pieces
from broadsheet.imports.wordpress.mapping.lists import list_value
from broadsheet.imports.wordpress.mapping.markup import UNSEEN, Node, parse_html
from broadsheet.imports.wordpress.mapping.media import Desk
from broadsheet.imports.wordpress.mapping.richtext import (
    LINE,
    PARAGRAPH,
    Piece,
    Style,
    lines,
    paragraphs,
    plain,
    rich,
)
from broadsheet.imports.wordpress.mapping.shapes import (
    embedded_by,
    is_gallery,
    pulled_by,
    speaker_of,
    verbatim,
)
from broadsheet.imports.wordpress.mapping.tables import read_table, table_value

Block = dict[str, Any]

LEVELS = {"h1": "2", "h2": "2", "h3": "3", "h4": "4", "h5": "4", "h6": "4"}
POSTED = re.compile(r"twitter-tweet|instagram-media|tiktok-embed|bluesky-embed|mastodon-embed")
"""Quotations that a script of another site would have turned into the post that they quote."""


class Flow:
    """Walks a tree and writes blocks. `desk` knows the archive and keeps the notes."""

    def __init__(self, desk: Desk) -> None:
        self.blocks: list[Block] = []
        self.desk = desk
        self.footnotes: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._run: list[Piece] = []
        self._waiting: list[Block] = []
        self._open: list[str] = []
        self._nesting = 0

    # Text in a line, until a block ends it. --------------------------------------------------

    def walk(self, node: Node, setting: Setting) -> None:
        """Write everything in an element."""
        for child in node.children:
            if isinstance(child, str):
                self._run += text_pieces(child, self._now(setting))
            else:
                self._take(child, setting)

    def _now(self, setting: Setting) -> Setting:
        """The setting here: inside a block of the block editor, line ends do not count."""
        return replace(setting, has_lines=False) if self._open else setting

    def end(self) -> None:
        """End the running paragraph, and show the pictures that stood in the midst of it."""
        for paragraph in paragraphs(self._run):
            self._paragraph(paragraph)
        self._run = []
        self.blocks += self._waiting
        self._waiting = []

    def _paragraph(self, pieces: list[Piece]) -> None:
        """A paragraph; a web address alone on a line of it is an embed, as WordPress has it."""
        kept: list[Piece] = []
        for line in lines(pieces):
            url = line[0].text.strip() if len(line) == 1 and not line[0].style.link else ""
            if (
                url
                and PLAIN_ADDRESS.fullmatch(url)
                and not self.desk.follow(url).startswith("linktype")
            ):
                self._text(kept)
                kept = []
                self.blocks += self.desk.elsewhere(url)
            else:
                kept += [LINE, *line] if kept else line
        self._text(kept)

    def _text(self, pieces: list[Piece]) -> None:
        if pieces:
            self.blocks.append({"type": "paragraph", "value": f"<p>{rich(pieces)}</p>"})

    def add(self, blocks: Iterable[Block]) -> None:
        """Put blocks after what was said so far."""
        self.end()
        self.blocks += blocks

    # Elements ----------------------------------------------------------------------------------

    def _take(self, node: Node, setting: Setting) -> None:
        special = _SPECIAL.get(node.name)
        if node.name in UNSEEN:
            self.desk.left_out(node)
        elif special is not None:
            special(self, node, setting)
        elif node.name in inline.MEDIA:
            self._media(node, setting)
        elif node.name in inline.BLOCKS:
            self._boxed(node, setting)
        else:
            self._run += [Piece(spoken, setting.style)] if (spoken := inline.spoken(node)) else []
            self.walk(node, setting.within(node, self.desk.follow))

    def _boxed(self, node: Node, setting: Setting) -> None:
        self._run.append(PARAGRAPH)
        if background := media.background(node):
            self.add(self.desk.picture(Node("img", {"src": background})))
        self.walk(node, setting.within(node, self.desk.follow))
        self._run.append(PARAGRAPH)

    def comment(self, node: Node, setting: Setting) -> None:
        """The block editor's comments, and WordPress's marks for the next page."""
        found = delimiter(node.get("text"))
        if found is None:
            if node.get("text").strip() == "nextpage":
                self.separator(node, setting)
        elif found.is_whole:
            self._whole(found, setting)
        elif not found.is_end:
            self._open.append(found.name)
        elif self._open:
            self._open.pop()

    def _whole(self, block: Delimiter, setting: Setting) -> None:
        """A block that is nothing but its settings."""
        url = block.text("url", "src", "href")
        if block.name == "block":
            self._reusable(str(block.settings.get("ref") or ""), setting)
        elif block.name == "footnotes":
            self.write_footnotes()
        elif url and block.name in LINKING:
            link = self.desk.follow(url)
            self._run += [PARAGRAPH, Piece(block.text(*LABELS) or url, Style(link=link)), PARAGRAPH]
        elif url and "embed" in block.name:
            self.add(self.desk.elsewhere(url, block.text("caption", "title")))
        else:
            self.desk.note("Blocks that WordPress fills itself are left out", block.name)

    def _reusable(self, ident: str, setting: Setting) -> None:
        content = self.desk.reusable(ident) if self._nesting < 3 else ""
        if not content:
            self.desk.note("A reusable block is not in the export", ident or "without a number")
            return
        self._nesting += 1
        self._boxed(parse_html(content), setting)
        self._nesting -= 1

    def number_footnotes(self, notes: Mapping[str, str]) -> None:
        """Say which footnotes there are: HTML by their names, in order."""
        self.footnotes = dict(notes)
        self._numbers = {name: number for number, name in enumerate(notes, 1)}

    def raised(self, node: Node, setting: Setting) -> None:
        """A raised word; where it is a footnote's number, our mark for it."""
        number = self._numbers.get(node.get("data-fn"))
        if number:
            self._run.append(Piece(f"[^{number}]", setting.style))
        else:
            self.walk(node, setting.within(node, self.desk.follow))

    def write_footnotes(self) -> None:
        """Write the footnotes, once."""
        notes = [self._note_text(html) for html in self.footnotes.values()]
        self.footnotes = {}
        if notes:
            self.add([{"type": "footnotes", "value": notes}])

    def _note_text(self, html: str) -> str:
        found = paragraphs(flat(parse_html(html), Setting(), self.desk.follow))
        return "".join(f"<p>{rich(paragraph)}</p>" for paragraph in found) or "<p>…</p>"

    def line_break(self, node: Node, setting: Setting) -> None:
        self._run.append(LINE)

    def quoted(self, node: Node, setting: Setting) -> None:
        self._run += flat(Node("body", {}, [node]), setting, self.desk.follow)

    def _media(self, node: Node, setting: Setting) -> None:
        """A picture or player. One in the midst of a paragraph is shown behind it, one at its head before it."""
        if inline.is_smiley(node):
            self._run.append(Piece(inline.spoken(node), setting.style))
            return
        self.desk.note_link(setting.style.link)
        shown = self.desk.media(node)
        if paragraphs(self._run[self._start_of_paragraph() :]):
            self._waiting += shown
        else:
            self.add(shown)
        if node.name == "object" and "wp-block-file__embed" not in node.classes:
            self.walk(node, setting)

    def _start_of_paragraph(self) -> int:
        ends = (at for at in range(len(self._run) - 1, -1, -1) if self._run[at] is PARAGRAPH)
        return next(ends, -1) + 1

    def _flat(self, node: Node) -> list[Piece]:
        """An element's words for a place that holds plain text only; the links in it are noted."""
        pieces = list(flat(node, Setting(has_lines=False), self.desk.follow))
        for link in dict.fromkeys(piece.style.link for piece in pieces if piece.style.link):
            self.desk.note_link(link)
        return pieces

    def _media_within(self, node: Node) -> None:
        for inner in node.descend():
            if inner.name in inline.MEDIA and not inline.is_smiley(inner):
                self.blocks += self.desk.media(inner)

    def heading(self, node: Node, setting: Setting) -> None:
        self.end()
        if text := plain(self._flat(node), between=" ", line=" "):
            self.blocks.append(
                {"type": "heading", "value": {"text": text, "level": LEVELS[node.name]}}
            )
        self._media_within(node)

    def separator(self, node: Node, setting: Setting) -> None:
        self.add([{"type": "separator", "value": None}])

    def preformatted(self, node: Node, setting: Setting) -> None:
        self.end()
        text = verbatim(node).strip("\n")
        if text.strip():
            self.blocks.append({"type": "preformatted", "value": text})
        self._media_within(node)

    def listing(self, node: Node, setting: Setting) -> None:
        if is_gallery(node):
            self._boxed(node, setting)
            return
        self.end()
        if node.get("start") not in ("", "1") or "reversed" in node.attributes:
            self.desk.note("A list has numbers of its own, which are not kept", node.get("start"))
        if value := list_value(node, replace(setting, has_lines=False), self.desk.follow):
            self.blocks.append({"type": "list", "value": value})
        self._media_within(node)

    def term(self, node: Node, setting: Setting) -> None:
        self._run.append(PARAGRAPH)
        bold = replace(setting.style, marks=setting.style.marks | {"b"})
        self.walk(node, replace(setting, style=bold))
        if node.name == "summary":
            self._run.append(PARAGRAPH)

    def meaning(self, node: Node, setting: Setting) -> None:
        self._run.append(LINE)
        self.walk(node, setting)

    # Things that are one block as a whole --------------------------------------------------------

    def quotation(self, node: Node, setting: Setting) -> None:
        """A quotation; who is quoted stands in its last `cite` or `footer`, if that is the last it says."""
        self.end()
        said, speaker = speaker_of(node)
        pieces = list(flat(said, self._now(setting), self.desk.follow))
        links = dict.fromkeys(piece.style.link for piece in pieces if piece.style.link)
        text, name = (
            plain(pieces),
            plain(self._flat(speaker), between=" ", line=" ") if speaker else "",
        )
        if text and not name and "wp-block-pullquote" in node.classes:
            self.blocks.append({"type": "pull_quote", "value": {"text": text}})
        elif text:
            value = {"text": text, "speaker": name, "role": ""}
            self.blocks.append({"type": "quotation", "value": value})
        elif name:
            self._text([Piece(name)])
        if POSTED.search(node.get("class")) and links:
            self.blocks += self.desk.place(list(links)[-1])
        else:
            self.desk.note_links(links)
        self._media_within(node)

    def table(self, node: Node, setting: Setting) -> None:
        self._table_with(node, None, setting)

    def _table_with(self, node: Node, caption: Node | None, setting: Setting) -> None:
        self.end()
        table = read_table(node)
        if len(table.rows) == 1 and len(table.rows[0]) == 1:  # a frame, not a table
            self._boxed(Node("div", {}, [*table.outside, *table.rows[0][0].children]), setting)
            for words in filter(None, (table.caption, caption)):
                self._boxed(words, setting)
            return
        captions = (
            plain(self._flat(one), between=" ", line=" ") for one in (table.caption, caption) if one
        )
        value = table_value(table, " ".join(filter(None, captions)), self._cell)
        self._boxed(Node("div", {}, table.outside), setting)
        self.end()
        if any(any(row) for row in value["table"]["data"]):
            self.blocks.append({"type": "table", "value": value})
        elif value["caption"]:
            self._text([Piece(value["caption"])])
        for row in table.rows:
            for cell in row:
                self._media_within(cell)

    def _cell(self, cell: Node) -> str:
        return plain(self._flat(cell), between="\n")

    def figure(self, node: Node, setting: Setting) -> None:
        """What is shown with its caption: one picture, player or table; anything else is read through."""
        if quote := pulled_by(node):
            self.quotation(quote, setting)
            return
        parts = [inner for inner in node.descend() if inner.name in media.SHOWN]
        captions = [inner for inner in node.descend() if inner.name == "figcaption"]
        if len(captions) == 1 and (url := embedded_by(node)):
            self.add(
                self.desk.elsewhere(url, plain(self._flat(captions[0]), between=" ", line=" "))
            )
            return
        if len(parts) != 1 or len(captions) > 1 or media.says_more(node):
            self._boxed(node, setting)
            return
        caption = captions[0] if captions else None
        self.end()
        if parts[0].name == "table":
            self._table_with(parts[0], caption, setting)
            return
        link = next(
            (
                inner.get("href")
                for inner in node.descend()
                if inner.name == "a" and inner.find("img")
            ),
            "",
        )
        if link:
            self.desk.note_link(self.desk.follow(link))
        words = plain(self._flat(caption)) if caption else ""
        self.blocks += self.desk.media(parts[0], caption=words, ident=node.get("data-id"))
        if caption:
            self._media_within(caption)


Special = Callable[[Flow, Node, Setting], None]

_SPECIAL: dict[str, Special] = {
    **dict.fromkeys(LEVELS, Flow.heading),
    **dict.fromkeys(inline.LISTS, Flow.listing),
    **dict.fromkeys(["pre", "xmp", "listing", "plaintext"], Flow.preformatted),
    **dict.fromkeys(["dt", "summary"], Flow.term),
    "dd": Flow.meaning,
    "!": Flow.comment,
    "sup": Flow.raised,
    "br": Flow.line_break,
    "hr": Flow.separator,
    "q": Flow.quoted,
    "blockquote": Flow.quotation,
    "table": Flow.table,
    "figure": Flow.figure,
}
