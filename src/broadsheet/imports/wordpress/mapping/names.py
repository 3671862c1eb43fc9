"""Titles, names and slugs: one line of plain text each, of a length that we can keep."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from broadsheet.imports.wordpress.mapping.inline import Setting, flat
from broadsheet.imports.wordpress.mapping.markup import parse_html, without_controls
from broadsheet.imports.wordpress.mapping.richtext import plain

LONGEST_TITLE = 255
LONGEST_NAME = 255
LONGEST_SLUG = 100
STEERING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def one_line(html: str) -> str:
    """The words of some HTML in one line, entities and all: `R&amp;D <em>now</em>` is `R&D now`."""
    if "<" not in html and "&" not in html:
        return " ".join(without_controls(STEERING.sub("", html)).split())
    pieces = flat(parse_html(STEERING.sub("", html)), Setting(), lambda url: "")
    return plain(pieces, between=" ", line=" ")


def shortened(text: str, length: int) -> str:
    """The text, or as much of it as fits with an ellipsis, cut between words where there are some."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    words = cut.rpartition(" ")[0]
    return f"{words if len(words) > length // 2 else cut}…"


def slug_of(*candidates: str) -> str:
    """The first candidate that gives a slug: letters, digits and hyphens of any script; `unnamed` if none does."""
    for candidate in candidates:
        text = unicodedata.normalize("NFKC", unquote(candidate, errors="ignore")).lower()
        slug = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text)).strip("-_")
        if slug:
            return slug[:LONGEST_SLUG].rstrip("-_")
    return "unnamed"
