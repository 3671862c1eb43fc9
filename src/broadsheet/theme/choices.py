"""What a newsroom may choose of its look besides colours, and what each choice does to the tokens."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.theme import faces


class Faces(models.TextChoices):
    """The faces of plate, headlines and text. All but one are on readers' machines: nothing is fetched."""

    SERIF = "serif", _("Serif, as in print")
    SANS = "sans", _("Sans serif for plate and headlines, serif for text")
    PLAIN = "plain", _("Sans serif for everything")
    OLD = "old", _("Old-style serif, as in books")
    WEB = "web", _("A newspaper's serif of the site's own: some 60 kB more, once for each reader")


class Density(models.TextChoices):
    """How much room there is between things."""

    ROOMY = "roomy", _("Roomy")
    USUAL = "usual", _("Usual")
    CLOSE = "close", _("Close: more headlines on a screen")


_SANS = '"Helvetica Neue",Helvetica,"Segoe UI","Noto Sans",Arial,sans-serif'
_OLD = '"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L","Book Antiqua","Noto Serif",serif'

FACES: dict[str, str] = {
    Faces.SERIF: "",
    Faces.SANS: f"--plate:{_SANS};--heads:{_SANS};",
    Faces.PLAIN: f"--plate:{_SANS};--text:{_SANS};",
    Faces.OLD: f"--plate:{_OLD};--text:{_OLD};",
    Faces.WEB: faces.TOKENS,
}
DENSITIES: dict[str, str] = {
    Density.ROOMY: "--s3:1.375rem;--s4:1.875rem;--s5:3rem;--s6:4.5rem;",
    Density.USUAL: "",
    Density.CLOSE: "--s2:.625rem;--s3:.875rem;--s4:1.125rem;--s5:1.625rem;--s6:2.5rem;--gap:clamp(1rem,2vw,1.625rem);",
}
