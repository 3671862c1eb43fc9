"""The one stylesheet of reader pages, as it stands in each page, and the digest that lets it in."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from markupsafe import Markup

PARTS = (
    *("tokens", "base", "layout", "components", "story", "reporting"),
    *("front", "funding", "scripts", "print"),
)
"""Our parts in order; each is a cascade layer or several. The newsroom's own `theme/style.css` comes last."""


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """The styles, and what a Content-Security-Policy calls them."""

    text: Markup
    source: str


@functools.cache
def stylesheet() -> Stylesheet:
    """Our parts and the newsroom's own styles in one, without comments and needless space."""
    folder = Path(__file__).parent / "css"
    files = [folder / f"{part}.css" for part in PARTS]
    own = Path(settings.THEME_DIR) / "style.css"
    if own.is_file():
        files.append(own)
    return named(compact("\n".join(file.read_text(encoding="utf-8") for file in files)))


@functools.cache
def plain_style() -> Stylesheet:
    """What a page of text alone needs so that nothing in it is wider than a phone."""
    return named(
        ":root{color-scheme:light dark;background:Canvas}"
        "body{max-width:40rem;margin:1rem auto;padding:0 1rem;overflow-wrap:anywhere}"
        "pre{white-space:pre-wrap}blockquote,figure{margin-inline:1rem}"
        "th{text-align:start}th,td{padding-block:.2rem;padding-inline:0 1rem;vertical-align:top}"
    )


def named(text: str) -> Stylesheet:
    """Styles with what a Content-Security-Policy calls them."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Stylesheet(Markup(text), f"'sha256-{digest}'")  # noqa: S704 - files, not readers' words


def compact(css: str) -> str:
    """The same styles in fewer bytes. Nothing in it can end the `<style>` element it stands in."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    css = re.sub(r": ", ":", css).replace(";}", "}")
    return css.replace("</", "<\\/").strip()
