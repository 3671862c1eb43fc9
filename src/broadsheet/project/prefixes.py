"""Which addresses Django answers; all others are the edition's. Knows no Django, so that the newsstand may ask."""

from __future__ import annotations

from collections.abc import Sequence

DESK = "/desk/"
PROCESSORS = "/processors/"
STYLEGUIDE = "/styleguide/"
TRANSLATED = (
    "/account/",
    "/give/confirm/",
    "/give/pledge/",
    "/give/statement/",
    "/give/thanks/",
    "/give/updates/",
)
"""These have an address in every language; the first language's has no prefix."""

PAGES = ("/search/",)
"""Addresses in every language that Django answers themselves, but nothing below them."""


def dynamic_prefixes(languages: Sequence[str]) -> tuple[str, ...]:
    """The beginnings of all paths that go to Django, for a newsroom with these language codes."""
    translated = (f"/{language}{path}" for language in languages[1:] for path in TRANSLATED)
    return (DESK, PROCESSORS, STYLEGUIDE, *TRANSLATED, *translated)


def dynamic_pages(languages: Sequence[str]) -> frozenset[str]:
    """The single addresses that go to Django."""
    return frozenset(
        f"{prefix}{path}"
        for prefix in ("", *(f"/{language}" for language in languages[1:]))
        for path in PAGES
    )
