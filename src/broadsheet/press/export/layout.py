"""Which file holds which document, and what its time says. Pure."""

from __future__ import annotations

import re

SUFFIXES = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
"""The ends of the names of compressed forms, by content coding."""

LONGEST_NAME = 240
"""Bytes of a part of a file's name: systems allow 255, and a form's and a status's ends are added."""

LONGEST_FILE = 3500
"""Bytes of a file's whole name below the tree; systems allow 4,096 with what is above."""

_TAKEN = re.compile(r"index\.html|.*\.(br|zst|gz|[0-9]{3})", re.DOTALL)
"""Last parts of addresses that would be taken for files of ours."""


def file_of(path: str, status: int) -> str | None:
    """The file for an address, relative to the tree; None where a plain tree cannot hold it.

    A page is the `index.html` of its directory. What does not answer with 200 says so at its end:
    `2026/11/slug/index.html.410`. No answer of these is found by asking for the file's own name.
    """
    parts = path.split("/")[1:]
    last = parts.pop()
    names = [*parts, last or "index.html"]
    if "?" in path or "" in parts or (last and _TAKEN.fullmatch(last)):
        return None
    sizes = [len(name.encode()) for name in names]
    if max(sizes) > LONGEST_NAME or sum(sizes) + len(sizes) > LONGEST_FILE:
        return None
    return "/".join(names) + ("" if status == 200 else f".{status}")


def address_of(file: str) -> tuple[str, int]:
    """The address and the status that a file of the tree stands for, whatever its coding."""
    name = re.sub(r"\.(br|zst|gz)$", "", file)
    found = re.fullmatch(r"(.*)\.([0-9]{3})", name, re.DOTALL)
    name, status = (found[1], int(found[2])) if found else (name, 200)
    if name == "index.html" or name.endswith("/index.html"):
        name = name.removesuffix("index.html")
    return f"/{name}", status


def stamp(digest: str) -> int:
    """The time of a file with these bytes, in seconds since 1970: made from its digest.

    nginx and Caddy make a file's entity tag from its time and size. So the tag changes exactly when bytes do,
    twice in a second too, is the same on every server, and tells whoever resumes an export what is done.
    """
    return 500_000_000 + int(digest[:12], 16) % 1_000_000_000
