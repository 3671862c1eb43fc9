"""A post's content as blocks: the way from WordPress's text to ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from broadsheet.imports.wordpress.mapping.archive import Archive
from broadsheet.imports.wordpress.mapping.flow import Flow
from broadsheet.imports.wordpress.mapping.inline import Setting
from broadsheet.imports.wordpress.mapping.markup import parse_html
from broadsheet.imports.wordpress.mapping.media import Desk
from broadsheet.imports.wordpress.mapping.shortcodes import expand

NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Content:
    """Raw StreamField blocks, notes for the report, and whether links or pictures could not be resolved (yet)."""

    blocks: list[dict[str, Any]]
    notes: list[str]
    lacks_links: bool
    lacks_pictures: bool


def content_of(
    html: str, archive: Archive, *, site: str, ident: str = "", footnotes: Mapping[str, str] = NONE
) -> Content:
    """Blocks for HTML of the block editor, of the classic editor, or of anybody.

    Every word that a reader could see is in the blocks or, where a note says so, only in the original. Nothing
    that runs, loads or submits is. `site` is the old site's address, `ident` the post's id there, `footnotes`
    their HTML by name.
    """
    source, kept = expand(html)
    desk = Desk(archive, site, ident)
    for name in kept.elements():
        desk.note("A shortcode is kept as text", f"[{name}]")
    flow = Flow(desk)
    flow.number_footnotes(footnotes)
    flow.walk(parse_html(source), Setting(has_lines=True))
    flow.end()
    flow.write_footnotes()
    return Content(flow.blocks, desk.notes(), desk.lacks_links, desk.lacks_pictures)
