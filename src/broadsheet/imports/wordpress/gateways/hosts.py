"""Which hosts may be asked: public ones, and the old site itself wherever it is. Names are resolved here, once."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from broadsheet.imports.wordpress.errors import NotFetched

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """A host that may be asked, by the number that its name stood for when we looked."""

    scheme: str
    host: str
    number: str
    port: int
    rest: str
    """Path and query."""

    @property
    def url(self) -> str:
        """The address to connect to, with the number for the host: no second look-up can lead elsewhere."""
        host = f"[{self.number}]" if ":" in self.number else self.number
        return f"{self.scheme}://{host}:{self.port}{self.rest}"

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def locate(url: str, own: str) -> Place:
    """Where an address leads. Raises NotFetched for other schemes and for machines of the inner network, unless
    scheme, host and port are those of `own`, the old site (it may be moved away from such a machine).

    Link-local addresses, where clouds keep their secrets, are refused even then.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise NotFetched("the address is not a valid one") from error
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in PORTS or not host:
        raise NotFetched("the address is not on the web")
    if parts.username or parts.password:
        raise NotFetched("the address holds a user's name")
    numbers = _resolve(host, port)
    is_own = _origin(url) == _origin(own)
    refused = [number for number in numbers if not _may_ask(number, is_own=is_own)]
    if refused:
        raise NotFetched(f"{host} is a machine of an inner network ({refused[0]}) and is not asked")
    rest = parts.path or "/"
    return Place(
        parts.scheme, host, numbers[0], port, f"{rest}?{parts.query}" if parts.query else rest
    )


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFetched(f"{host} is not known", is_silent=True) from error
    # Version 4 first: many a server still cannot reach the other.
    return [str(row[4][0]) for row in sorted(found, key=lambda row: row[0] != socket.AF_INET)]


def _may_ask(number: str, *, is_own: bool) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if inner.is_link_local or inner.is_multicast or inner.is_unspecified:
        return False
    return is_own or (inner.is_global and address.is_global)


def _origin(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0
    return parts.scheme, (parts.hostname or "").rstrip(".").lower(), port
