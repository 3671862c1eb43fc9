"""What a reader's request headers ask for: content coding, condition, range. Pure; RFC 9110 rules."""

from __future__ import annotations

import re
from collections.abc import Collection

CODINGS = ("br", "zstd", "gzip")
"""In the order we prefer them where a reader does not care: the smallest first."""

_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_RANGE = re.compile(rb"([0-9]{0,18})-([0-9]{0,18})")


class UnsatisfiableRange(ValueError):
    """A range that is malformed or lies outside of the body."""


def choose_coding(accept_encoding: str, available: Collection[str]) -> str:
    """The content coding for a value of Accept-Encoding (RFC 9110, 12.5.3), out of those available.

    `identity` where there is no such header, nothing fits, or everything is refused: better a page
    that was not wanted in this form than none.
    """
    weights = _weights(accept_encoding)
    rest = weights.get("*", 0.0)
    best, weight = "identity", weights.get("identity", 0.0)
    for coding in reversed(CODINGS):
        given = weights.get(coding, rest)
        if coding in available and given > 0 and given >= weight:
            best, weight = coding, given
    return best


def _weights(accept_encoding: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        coding, _, parameter = item.partition(";")
        name, _, value = parameter.partition("=")
        coding = coding.strip()
        quality = value.strip() if name.strip() == "q" else "1"
        if coding and _QUALITY.fullmatch(quality):
            weights["gzip" if coding == "x-gzip" else coding] = float(quality)
    return weights


def is_match(if_none_match: bytes, etag: bytes) -> bool:
    """Whether a value of If-None-Match names this entity tag, compared weakly (RFC 9110, 13.1.2)."""
    if if_none_match.strip() == b"*":
        return True
    tags = (tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b","))
    return etag in tags


def wanted_range(value: bytes, size: int) -> tuple[int, int] | None:
    """First and last byte asked for by a value of Range (RFC 9110, 14.2), for a body of `size` bytes.

    None where the whole body is to be sent: another unit, or several ranges, which a server may
    ignore. Raises UnsatisfiableRange.
    """
    unit, _, ranges = value.strip().partition(b"=")
    if unit.strip().lower() != b"bytes" or b"," in ranges:
        return None
    found = _RANGE.fullmatch(ranges.strip())
    if found is None or found[0] == b"-":
        raise UnsatisfiableRange
    if not found[1]:
        first, last = max(size - int(found[2]), 0), size - 1
    else:
        first = int(found[1])
        last = min(int(found[2]), size - 1) if found[2] else size - 1
    if first > last:
        raise UnsatisfiableRange
    return first, last
