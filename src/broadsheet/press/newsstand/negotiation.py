"""What a reader's request headers ask for: content coding, condition, range. Pure; RFC 9110 rules."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection

CODINGS = ("br", "zstd", "gzip")
"""In the order we prefer them where a reader does not care: the smallest first."""

Codings = tuple[str, ...]

ASKINGS = 256
"""How many values of Accept-Encoding are known by heart."""

LONGEST_ASKING = 128
"""Bytes of such a value; browsers send some twenty."""

_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_RANGE = re.compile(rb"([0-9]{0,18})-([0-9]{0,18})")


class UnsatisfiableRange(ValueError):
    """A range that is malformed or lies outside of the body."""


def wanted_codings(accept_encoding: bytes) -> Codings:
    """The content codings that a value of Accept-Encoding (RFC 9110, 12.5.3) asks for, the most wanted first.

    Whatever is not among them is refused, or wanted less than the body as it is.
    """
    if len(accept_encoding) > LONGEST_ASKING:
        return _wanted(accept_encoding)
    return _known(accept_encoding)


def _wanted(accept_encoding: bytes) -> Codings:
    weights = _weights(accept_encoding.decode("latin-1"))
    rest, least = weights.get("*", 0.0), weights.get("identity", 0.0)
    given = {coding: weights.get(coding, rest) for coding in CODINGS}
    wanted = (coding for coding in CODINGS if given[coding] > 0 and given[coding] >= least)
    return tuple(sorted(wanted, key=lambda coding: -given[coding]))


_known = functools.lru_cache(maxsize=ASKINGS)(_wanted)


def choose_coding(wanted: Codings, available: Collection[str]) -> str:
    """The most wanted of the codings available. `identity` where none is, even if that was refused: better a page
    that was not wanted in this form than none."""
    return next((coding for coding in wanted if coding in available), "identity")


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
