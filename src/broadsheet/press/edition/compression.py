"""Content codings: which media types are worth compressing, and how."""

from __future__ import annotations

import gzip

LEAST = 256
"""Bytes below which compressing is not worth the header that announces it."""

MOST = 4 * 1024 * 1024
"""Bytes above which a body is streamed as it is."""

_SUFFIXES = ("+xml", "+json", "/json", "/xml", "/javascript", "/wasm")


def is_compressible(content_type: str, size: int) -> bool:
    """Whether a body of this media type and size in bytes should have compressed forms."""
    essence = content_type.partition(";")[0].strip().lower()
    worth = essence.startswith(("text/", "font/ttf", "font/otf")) or essence.endswith(_SUFFIXES)
    return worth and LEAST <= size <= MOST


def compress(body: bytes) -> dict[str, bytes]:
    """The body in every coding that makes it smaller, at levels that together cost a millisecond or two."""
    # Imported here because a newsstand only reads, and must answer at once.
    import brotli  # type: ignore[import-untyped]
    import zstandard

    forms = {
        "br": brotli.compress(body, quality=5),
        "zstd": zstandard.ZstdCompressor(level=3).compress(body),
        "gzip": gzip.compress(body, compresslevel=6, mtime=0),
    }
    return {coding: form for coding, form in forms.items() if len(form) < len(body)}
