"""The site's icon, for browsers' tabs: a page with columns, drawn here."""

from __future__ import annotations

from broadsheet.kit.public import Document

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="4" fill="#9b1b1e"/>'
    '<path d="M6 8h20v4H6zm0 7h9v2H6zm0 4h9v2H6zm0 4h9v2H6zm11-8h9v10h-9z" fill="#fff"/></svg>'
)


def icon_document() -> Document:
    """The icon at `/assets/icon.svg`."""
    return Document("/assets/icon.svg", ICON.encode(), "image/svg+xml")
