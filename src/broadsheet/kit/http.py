"""What requests from browsers prove about where they come from."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest


def is_same_origin(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages sent this request.

    `Sec-Fetch-Site` (Fetch Metadata, W3C) decides where it is sent; else `Origin` (RFC 6454) must name our host.
    A request with neither is not from a browser's form and is refused.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if not origin or origin == "null":
        return False
    try:
        return urlsplit(origin).netloc == request.get_host()
    except ValueError:
        return False
