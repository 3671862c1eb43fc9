"""The headers that go with every answer: who may keep it and for how long, and what a browser must not do with it."""

from __future__ import annotations

from broadsheet.press.edition import Entry
from broadsheet.press.newsstand.asgi import HeaderList

PAGE_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
"""What a page may load and do unless its entry says otherwise: nothing inline, nothing from elsewhere."""

SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""A drawing may style itself; opened by itself it may run nothing."""

LASTING = ("/assets/", "/media/")
"""Addresses that change with their content."""

SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "browsing-topics=()"
    ),
    "cross-origin-opener-policy": "same-origin",
}


def headers_for(entry: Entry) -> HeaderList:
    """The headers of an entry, whatever its coding: ours, and the entry's own instead where it has them."""
    svg = entry.content_type.startswith("image/svg+xml")
    lasting = entry.status == 200 and entry.path.startswith(LASTING)
    chosen = {
        "content-type": entry.content_type,
        "cache-control": "public, max-age=31536000, immutable" if lasting else "no-cache",
        "content-security-policy": SVG_POLICY if svg else PAGE_POLICY,
        **SECURITY,
    }
    chosen.update((name.lower(), value) for name, value in entry.headers)
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in chosen.items()]
