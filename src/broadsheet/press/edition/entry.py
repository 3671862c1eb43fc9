"""What goes into an edition and what is found in it; nothing here reads or writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

Headers = tuple[tuple[str, str], ...]

Membership = tuple[str, str]
"""A list's key and a token of what it shows of one member."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that a document needs beside it: its address, where it lies now, its media type."""

    path: str
    file: Path
    content_type: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A document as rendered: what readers will get, and what it read and shows."""

    resource: str
    """Its name in the edition, `<kind>:<ident>`."""
    path: str
    """Its address: absolute and decoded, e.g. `/2026/11/river/`; `/?p=12` answers that query only."""
    status: int
    content_type: str
    headers: Headers
    """Sent besides the newsstand's own, and instead of those of the same name."""
    body: bytes
    reads: frozenset[str] = frozenset()
    pictures: tuple[Picture, ...] = ()


class Form(NamedTuple):
    """A body compressed for one content coding: the digest of its bytes, and how many there are."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of the edition: what is answered there. A picture's resource is its own path."""

    resource: str
    path: str
    status: int
    content_type: str
    headers: Headers
    digest: str
    """SHA-256 of the body, in hexadecimal."""
    size: int
    """Bytes of the body, not compressed."""
    variants: Mapping[str, Form] = field(default_factory=dict, compare=False)
    """Its compressed forms by content coding (`br`, `zstd`, `gzip`)."""
