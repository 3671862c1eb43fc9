"""The headers that go with every answer: who may keep it and for how long, and what a browser must not do with it."""

from __future__ import annotations

import functools
import hashlib
from urllib.parse import quote

from broadsheet.press.edition import Entry
from broadsheet.press.newsstand.asgi import HeaderList

PAGE_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
"""What a page may load and do unless its entry says otherwise: nothing inline, nothing from elsewhere."""

SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""A drawing may style itself; opened by itself it may run nothing."""

CDN = "public, max-age=10, stale-while-revalidate=60, stale-if-error=86400"
"""How long a content delivery network may keep what browsers have to ask about each time (RFC 9213, RFC 5861), in
seconds: it shows a step ten seconds late at most where it is asked often, and the last good
page for a day if we are gone."""

EVERYTHING = "edition"
"""The key of all documents."""

LONGEST_KEY = 200
"""Characters of a surrogate key; networks take more, but not much more."""

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
    if chosen["cache-control"] == "no-cache":
        chosen["cdn-cache-control"] = CDN
    return [_encoded(name, value) for name, value in chosen.items()]


@functools.lru_cache(maxsize=1024)
def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    """A header as it is sent: one for all entries that have the same."""
    return name.encode("latin-1"), value.encode("latin-1")


def keys_for(entry: Entry) -> HeaderList:
    """By what a network lets go of an entry: its name in the edition, its kind, and everything of the edition.

    `Surrogate-Key` is Fastly's header, `Cache-Tag` Cloudflare's and others'.
    """
    kind = "picture" if entry.resource == entry.path else entry.resource.partition(":")[0]
    keys = [key.encode() for key in (key_of(entry.resource), kind, EVERYTHING)]
    return [(b"surrogate-key", b" ".join(keys)), (b"cache-tag", b",".join(keys))]


def key_of(resource: str) -> str:
    """The key of one document or picture alone."""
    name = quote(resource, safe=":/._-~")
    if len(name) > LONGEST_KEY:
        return f"sha256:{hashlib.sha256(resource.encode()).hexdigest()}"
    return name
