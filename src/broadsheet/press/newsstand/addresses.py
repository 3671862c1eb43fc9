"""Reading the address of a request: decoding it, and refusing what no reader's browser sends. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode

LONGEST_PATH = 4096
"""Bytes of a path as sent."""

LONGEST_QUERY = 16384
"""Bytes of a query string as sent; Wagtail's searches and choosers stay far below."""


REFUSED = re.compile(r"[\x00-\x1f\x7f\\]")
"""Characters that no address has: controls and the backslash."""


class BadAddress(ValueError):
    """An address that is refused, with the status to say so."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def read_path(raw: bytes, query: bytes) -> str:
    """The decoded path of a request. Raises BadAddress: 414 for one too long, 400 for one that tries something.

    An encoded slash or backslash, a dot segment, a control character and bytes that are no UTF-8 have
    no place in our addresses, and software behind us might read them otherwise than we do.
    """
    if len(raw) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        raise BadAddress(414)
    lowered = raw.lower()
    if not raw.startswith(b"/") or b"%2f" in lowered or b"%5c" in lowered:
        raise BadAddress(400)
    try:
        path = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise BadAddress(400) from None
    if REFUSED.search(path):
        raise BadAddress(400)
    if not {".", ".."}.isdisjoint(path.split("/")):
        raise BadAddress(400)
    return path


def with_query(path: str, query: bytes) -> list[str]:
    """The names under which an edition may hold this path with this query: as sent, and with sorted fields."""
    sent = query.decode("ascii", "replace")
    fields = urlencode(sorted(parse_qsl(sent, keep_blank_values=True)))
    return [f"{path}?{form}" for form in dict.fromkeys((sent, fields)) if form]


def location(path: str, query: bytes) -> str:
    """The value of a Location header for a decoded path and a query string as sent."""
    address = quote(path, safe="/:@!$&'()*+,;=~")
    return f"{address}?{query.decode('ascii', 'replace')}" if query else address


def other_form(path: str) -> str:
    """The same path with a slash at its end, or without where it has one."""
    return path[:-1] if path.endswith("/") else f"{path}/"


def missing_pages(path: str) -> list[str]:
    """Where the not-found page for a path may be: the one of its language first."""
    return [f"/{path.split('/')[1]}/404/", "/404/"]
