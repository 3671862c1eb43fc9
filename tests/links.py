"""Following the links of a pressed edition, for tests."""

from __future__ import annotations

import re
from urllib.parse import unquote

from broadsheet.press.queries import edition

DYNAMIC = re.compile(r"/(ar/)?(give|search|desk)/")
STANDING = (200, 503)
"""503: the page is there, and says that it cannot be shown just now."""


def dead_links() -> list[tuple[str, str]]:
    """Links of good documents that lead to nothing good, as (from, to)."""
    current = edition()
    found = []
    for entry in current.entries():
        if entry.status != 200 or not entry.content_type.startswith("text/html"):
            continue
        with current.open_blob(entry.digest) as blob:
            html = blob.read().decode()
        for link in re.findall(r'(?:href|src)="(/[^"#?]*)', html):
            target = current.find(unquote(link))
            if not DYNAMIC.match(link) and (target is None or target.status not in STANDING):
                found.append((entry.path, link))
    return found
