"""The look a newsroom has chosen at the desk, as styles and a logo in each of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from markupsafe import Markup

from broadsheet.kit.public import Membership, watch
from broadsheet.kit.reads import reader
from broadsheet.theme import tones
from broadsheet.theme.choices import DENSITIES, FACES
from broadsheet.theme.models import Look
from broadsheet.theme.pictures import logo_picture
from broadsheet.theme.stylesheet import Stylesheet, compact, named

KEY = "list:look"

_tried: ContextVar[Look | None] = ContextVar("broadsheet_tried_look", default=None)


@contextmanager
def trying(look: Look) -> Iterator[None]:
    """Make pages in the block with a look that nobody has saved yet."""
    token = _tried.set(look)
    try:
        yield
    finally:
        _tried.reset(token)


@reader(lambda: [KEY], shared=True)
def _saved_look() -> Look | None:
    return Look.objects.select_related("logo", "dark_logo").order_by("pk").first()


def look() -> Look | None:
    """The look that pages are made with; None where the newsroom has chosen none."""
    return _tried.get() or _saved_look()


def look_style() -> Stylesheet | None:
    """What the look changes in our styles; None where it changes nothing."""
    chosen = look()
    css = styles(chosen) if chosen else ""
    return named(compact(css)) if css else None


def styles(chosen: Look) -> str:
    """A look as styles: a layer of tokens between ours and everything that is measured in them."""
    light = (chosen.paper, chosen.ink, chosen.accent)
    dark = (tones.DARK_PAPER, tones.DARK_INK, chosen.dark_accent)
    bright = _changed(light, (tones.PAPER, tones.INK, tones.ACCENT))
    night = _changed(dark, (tones.DARK_PAPER, tones.DARK_INK, tones.DARK_ACCENT))
    bright = FACES[chosen.faces] + DENSITIES[chosen.density] + bright
    css = ":root{%s}" % bright if bright else ""  # noqa: UP031 - braces are CSS's here
    if night or (bright and _changed(light, (tones.PAPER, tones.INK, tones.ACCENT))):
        night = night or _tokens(*dark)
        css += "@media (prefers-color-scheme:dark){:root{%s}}" % night  # noqa: UP031
    return "@layer look{%s}" % css if css else ""  # noqa: UP031


def _changed(mine: tuple[str, str, str], ours: tuple[str, str, str]) -> str:
    return _tokens(*mine) if mine != ours else ""


def _tokens(paper: str, ink: str, accent: str) -> str:
    made = tones.tones(paper, ink, accent)
    return "".join(f"--{name}:{colour};" for name, colour in made.items())


def logo(alt: str) -> Markup:
    """The newsroom's logo, another one on dark ground where it has one; empty where it has none."""
    chosen = look()
    if chosen is None or chosen.logo is None:
        return Markup("")
    return logo_picture(chosen.logo, chosen.dark_logo, alt)


def memberships(chosen: Look) -> Iterator[Membership]:
    """What every page shows of the look; nothing where it is ours."""
    shown = f"{styles(chosen)} {chosen.logo_id or ''} {chosen.dark_logo_id or ''}".strip()
    if shown:
        yield KEY, shown


def register() -> None:
    """Tell the press that a changed look changes every page."""
    watch(Look, lists=memberships)
