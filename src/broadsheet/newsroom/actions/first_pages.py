"""The pages that a new newsroom begins with: what is true of the software, and proposals for what is theirs to say."""

from __future__ import annotations

import html
import tomllib
from pathlib import Path
from typing import Any

from django.db import transaction

from broadsheet.kit import audit
from broadsheet.newsroom.actions.stories import publish_page, write_static_page
from broadsheet.newsroom.models import FrontPage, StaticPage

FOLDER = Path(__file__).parents[1] / "pages"


@transaction.atomic
def write_first_pages(*, front: FrontPage, by: audit.Actor) -> list[StaticPage]:
    """Privacy and terms of giving, published; corrections, ethics, masthead and contact as drafts to be made true.

    In the front page's language where we have it, else in English for the newsroom to translate. A slug that
    is taken is left alone.
    """
    taken = set(StaticPage.objects.child_of(front).values_list("slug", flat=True))
    file = FOLDER / f"{front.locale.language_code}.toml"
    file = file if file.exists() else FOLDER / "en.toml"
    made = []
    for entry in tomllib.loads(file.read_text("utf-8"))["page"]:
        if entry["slug"] in taken:
            continue
        page = write_static_page(
            parent=front,
            title=entry["title"],
            slug=entry["slug"],
            body=_blocks(entry["text"].replace("{name}", front.title)),
            translation_of=_counterpart(front, entry["slug"]),
            by=by,
        )
        if entry["published"]:
            publish_page(page=page, by=by)
        made.append(page)
    return made


def _counterpart(front: FrontPage, slug: str) -> StaticPage | None:
    """The same page of another language's edition, where that was made before."""
    others = StaticPage.objects.filter(slug=slug, depth=front.depth + 1)
    return others.exclude(locale=front.locale).order_by("pk").first()


def _blocks(text: str) -> list[dict[str, Any]]:
    """Headings (`## `, each on a line) and paragraphs as raw blocks."""
    made: list[dict[str, Any]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("## "):
            made.append({"type": "heading", "value": {"text": line[3:], "level": "2"}})
        else:
            made.append({"type": "paragraph", "value": f"<p>{html.escape(line, quote=False)}</p>"})
    return made
