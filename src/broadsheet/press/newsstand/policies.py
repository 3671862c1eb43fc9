"""The headers that go with every answer: who may keep it and for how long, and what a browser must not do with it."""

from __future__ import annotations

import functools
import hashlib
import re
from urllib.parse import quote

from broadsheet.press.edition import Entry
from broadsheet.press.edition.entry import Headers
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

PLAIN = re.compile(r"[A-Za-z0-9:/._~-]+")
"""Names that are keys as they are."""

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


def headers_for(entry: Entry) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of an entry, whatever its coding: ours, and the entry's own instead where it has them."""
    lasting = entry.status == 200 and entry.path.startswith(LASTING)
    return _policy(entry.content_type, entry.headers, lasting=lasting)


@functools.lru_cache(maxsize=256)
def _policy(content_type: str, own: Headers, *, lasting: bool) -> tuple[tuple[bytes, bytes], ...]:
    """All of an entry's, made once for those that have the same: most documents have."""
    svg = content_type.startswith("image/svg+xml")
    chosen = {
        "content-type": content_type,
        "cache-control": "public, max-age=31536000, immutable" if lasting else "no-cache",
        "content-security-policy": SVG_POLICY if svg else PAGE_POLICY,
        **SECURITY,
    }
    chosen.update((name.lower(), value) for name, value in own)
    if chosen["cache-control"] == "no-cache":
        chosen["cdn-cache-control"] = CDN
    return tuple(_encoded(name, value) for name, value in chosen.items())


@functools.lru_cache(maxsize=1024)
def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    """A header as it is sent: one for all entries that have the same, also where the rest differs (forwardings)."""
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
    name = resource if PLAIN.fullmatch(resource) else quote(resource, safe=":/._-~")
    if len(name) > LONGEST_KEY:
        return f"sha256:{hashlib.sha256(resource.encode()).hexdigest()}"
    return name
