"""An archive that knows what a test tells it, for the mapping's questions; and what blocks say."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from broadsheet.imports.wordpress.mapping.archive import Shown

SITE = "https://old.example"


@dataclass
class KnownArchive:
    """Answers from dictionaries."""

    links: dict[str, str] = field(default_factory=dict)
    shown: dict[str, Shown] = field(default_factory=dict)
    attached: list[Shown] = field(default_factory=list)
    patterns: dict[str, str] = field(default_factory=dict)

    def link(self, url: str) -> str | None:
        return self.links.get(url)

    def picture(self, ident: str, url: str) -> Shown | None:
        return self.shown.get(ident) or self.shown.get(url)

    def pictures_of(self, ident: str) -> list[Shown]:
        return self.attached

    def reusable(self, ident: str) -> str:
        return self.patterns.get(ident, "")


def words_of(blocks: list[dict[str, Any]]) -> str:
    """All that blocks say, without mark-up."""
    texts: list[str] = []
    for block in blocks:
        value = block["value"]
        if block["type"] in ("paragraph", "list"):
            texts.append(unescape(re.sub(r"<[^>]*>", " ", value)))
        elif block["type"] == "table":
            texts += [value["caption"], *(cell for row in value["table"]["data"] for cell in row)]
        elif isinstance(value, list):
            texts += [unescape(re.sub(r"<[^>]*>", " ", note)) for note in value]
        elif isinstance(value, dict):
            texts += [str(part) for part in value.values()]
        else:
            texts.append(value or "")
    return " ".join(texts)


def written(blocks: list[dict[str, Any]]) -> str:
    """The blocks as they are stored."""
    return json.dumps(blocks, ensure_ascii=False)
