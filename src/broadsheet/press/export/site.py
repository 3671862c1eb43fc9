"""What a server has to know besides the edition: which addresses are dynamic, and who answers them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """A newsroom's site as far as its edition does not tell."""

    languages: tuple[str, ...]
    """Language codes; the first has no prefix."""
    dynamic: tuple[str, ...]
    """Beginnings of the addresses that are not the edition's."""
    pages: frozenset[str]
    """Single addresses that are not."""
    app: str = "127.0.0.1:8000"
    """Host and port of `broadsheet serve`, which answers these and what a plain tree cannot hold."""
