"""The comments in which the block editor keeps what its blocks are: where one begins and ends, and its settings."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

DELIMITER = re.compile(r"\s*(/?)wp:([a-z][\w/-]*)\s*(\{.*\})?\s*(/?)\s*", re.DOTALL)
LINKING = frozenset(["social-link", "navigation-link", "navigation-submenu", "home-link"])
LABELS = ("label", "text", "title", "service")


@dataclass(frozen=True, slots=True)
class Delimiter:
    """One of the block editor's comments. `settings` are whatever the JSON says."""

    name: str
    is_end: bool
    is_whole: bool
    settings: dict[str, Any] = field(default_factory=dict)

    def text(self, *names: str) -> str:
        """The first of these settings that is a text."""
        found = (self.settings.get(name) for name in names)
        return next((value for value in found if isinstance(value, str) and value.strip()), "")


def delimiter(comment: str) -> Delimiter | None:
    """What a comment says of blocks, None when it is any other comment."""
    found = DELIMITER.fullmatch(comment)
    if found is None:
        return None
    try:
        settings = json.loads(found[3]) if found[3] else {}
    except (ValueError, RecursionError):
        settings = {}
    return Delimiter(
        found[2].removeprefix("core/"),
        bool(found[1]),
        bool(found[4]),
        settings if isinstance(settings, dict) else {},
    )
