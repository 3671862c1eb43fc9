"""Content blocks as the newsroom's StreamField takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from broadsheet.demo.actions.library import Library
from broadsheet.demo.reading import (
    Address,
    Block,
    Heading,
    Illustration,
    Listing,
    Paragraph,
    Quotation,
    Table,
    rich_text,
)

RawBlock = dict[str, Any]


def raw_blocks(blocks: Iterable[Block], library: Library, address: Address) -> list[RawBlock]:
    """Raw StreamField content; `address` says what links point to."""
    return [_raw(block, library, address) for block in blocks]


def _raw(block: Block, library: Library, address: Address) -> RawBlock:
    match block:
        case Paragraph(text):
            return {"type": "paragraph", "value": f"<p>{rich_text(text, address)}</p>"}
        case Heading(text):
            return {"type": "heading", "value": {"text": text, "level": "2"}}
        case Quotation(text, speaker, role):
            return {"type": "quotation", "value": {"text": text, "speaker": speaker, "role": role}}
        case Illustration(name, caption, credit, alt):
            shown = {"image": library[name].pk, "caption": caption, "credit": credit, "alt": alt}
            return {"type": "picture", "value": shown}
        case Listing(items):
            lines = "".join(f"<li>{rich_text(item, address)}</li>" for item in items)
            return {"type": "list", "value": f"<ul>{lines}</ul>"}
        case Table(rows):
            table = {
                "data": [list(row) for row in rows],
                "first_row_is_table_header": True,
                "first_col_is_header": True,
                "table_header_choice": "both",
                "table_caption": "",
            }
            return {"type": "table", "value": {"caption": "", "table": table}}
