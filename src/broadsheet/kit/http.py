"""What requests from browsers prove about where they come from."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


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


def client_address(request: HttpRequest) -> Address | None:
    """Where a request comes from, None where that is no address.

    Where `behind_proxy` is set, the addresses and networks of `proxies` are believed and nobody else: each adds who
    asked it to the end of X-Forwarded-For, so from there the first who is none of them is who asks. What stands
    before may be anybody's invention.
    """
    address = _address(str(request.META.get("REMOTE_ADDR") or ""))
    if not settings.BROADSHEET.behind_proxy:
        return address
    proxies = [ipaddress.ip_network(one) for one in settings.BROADSHEET.proxies]
    for told in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if address is None or not any(address in network for network in proxies):
            break
        address = _address(told)
    return address


def line_of(address: Address, *, bits: tuple[int, int] = (32, 64)) -> str:
    """The network that an address lies in: of so many bits in IPv4 and IPv6. One line has 64 of the latter."""
    return str(ipaddress.ip_network((address, bits[address.version == 6]), strict=False))


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
