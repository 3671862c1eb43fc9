"""The look a newsroom has chosen at the desk, as styles and a logo in each of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from markupsafe import Markup

from broadsheet.kit.public import Membership, watch
from broadsheet.kit.reads import reader
from broadsheet.theme import faces, tones
from broadsheet.theme.choices import DENSITIES, FACES, Faces
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
    names = _changed(chosen)
    light = _tokens(names, chosen.paper, chosen.ink, chosen.accent)
    dark = _tokens(names, tones.DARK_PAPER, tones.DARK_INK, chosen.dark_accent)
    usual = FACES[chosen.faces] + DENSITIES[chosen.density] + light
    css = f":root{{{usual}}}" if usual else ""
    if chosen.faces == Faces.WEB:
        css += faces.rules()
    if dark:  # always with the light ones, which would else stand in the dark, too
        css += f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return f"@layer look{{{css}}}" if css else ""


def has_web_face() -> bool:
    """Whether pages load a face of the site's own."""
    chosen = look()
    return chosen is not None and chosen.faces == Faces.WEB


def asked_early(code: str) -> list[str]:
    """Paths of the face's files that a page in a language of this code needs first; none without such a face."""
    return faces.asked_early(code) if has_web_face() else []


def _changed(chosen: Look) -> tuple[str, ...]:
    """The tokens of colour that follow from what is not ours."""
    is_ground = (chosen.paper, chosen.ink) != (tones.PAPER, tones.INK)
    is_accent = (chosen.accent, chosen.dark_accent) != (tones.ACCENT, tones.DARK_ACCENT)
    return (tones.GROUND if is_ground else ()) + (tones.ACCENTS if is_accent or is_ground else ())


def _tokens(names: tuple[str, ...], paper: str, ink: str, accent: str) -> str:
    made = tones.tones(paper, ink, accent)
    return "".join(f"--{name}:{made[name]};" for name in names)


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
