"""What an item says, as our blocks: its text, title and lead picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from broadsheet.imports.wordpress.actions.run import Run
from broadsheet.imports.wordpress.mapping.content import content_of
from broadsheet.imports.wordpress.mapping.media import footnotes_in
from broadsheet.imports.wordpress.mapping.names import LONGEST_TITLE, one_line, shortened
from broadsheet.imports.wordpress.reading import Item
from broadsheet.newsroom.models import Picture

Blocks = list[dict[str, Any]]
LEAD = "_thumbnail_id"


@dataclass(slots=True)
class Text:
    """An item in our own words, and what has to be said about it."""

    title: str
    blocks: Blocks
    standfirst: str = ""
    picture: Picture | None = None
    picture_alt: str = ""
    picture_caption: str = ""
    notes: list[str] = field(default_factory=list)
    lacks_links: bool = False
    lacks_pictures: bool = False


def text_of(run: Run, item: Item, *, has_lead: bool) -> Text:
    """The text of a story (`has_lead`) or of a static page, with links and pictures as far as they are here."""
    content = content_of(
        item.content,
        run.archive,
        site=run.site,
        ident=item.ident,
        footnotes=footnotes_in(item.meta.get("footnotes", "")),
    )
    full = one_line(item.title)
    title = full if has_lead else shortened(full, LONGEST_TITLE)  # a story's headline has no end
    text = Text(
        title or _untitled(item, content.blocks),
        content.blocks,
        standfirst=one_line(item.excerpt) if has_lead else "",
        notes=content.notes,
        lacks_links=content.lacks_links,
        lacks_pictures=content.lacks_pictures,
    )
    if not full:
        text.notes.append("It has no title there and is called by its first words")
    elif title != full:
        text.notes.append(
            f"Its title is longer than {LONGEST_TITLE} characters and heads the text as a whole"
        )
        text.blocks = [_heading(full), *text.blocks]
    if has_lead:
        _lead_picture(run, item, text)
    if content.lacks_pictures:
        text.notes.append(
            "Pictures are not here (yet), links to where they are stand in their place"
        )
    return text


def _heading(text: str) -> dict[str, Any]:
    return {"type": "heading", "value": {"text": text, "level": "2"}}


def _untitled(item: Item, blocks: Blocks) -> str:
    """A title made of the first words of a text, else of the item's id."""
    for block in blocks:
        value = block["value"]
        words = one_line(str(value.get("text", "") if isinstance(value, dict) else value or ""))
        if words:
            return shortened(words, 60)
    return f"Untitled {item.ident}".strip()


def _lead_picture(run: Run, item: Item, text: Text) -> None:
    """Take over the featured image; where the text begins with it, it is shown once."""
    ident = item.meta.get(LEAD, "").strip()
    if not ident or ident == "0":
        return
    shown = run.archive.picture(ident, "")
    if shown is None or shown.pk is None:
        text.lacks_pictures = True
        where = shown.url if shown else f"number {ident}, which is not in the export"
        text.notes.append(f"Its lead picture is not here (yet): {where}")
        return
    text.picture = Picture.objects.get(pk=shown.pk)
    text.picture_alt, text.picture_caption = shown.alt[:255], shown.caption
    first = text.blocks[0] if text.blocks else None
    if first and first["type"] == "picture" and first["value"]["image"] == shown.pk:
        text.picture_alt = (first["value"]["alt"] or shown.alt)[:255]
        text.picture_caption = first["value"]["caption"] or shown.caption
        text.blocks = text.blocks[1:]
