"""The look of a newsroom, chosen at the desk: logo, colours, faces, density."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.forms import TextInput
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.images import get_image_model_string
from wagtail.models import PreviewableMixin

from broadsheet.kit.slots import slot
from broadsheet.theme import tones
from broadsheet.theme.choices import Density, Faces
from broadsheet.theme.contrast import ENOUGH

COLOUR = re.compile(r"\A#[0-9a-fA-F]{6}\Z")


class ColourField(models.CharField):  # type: ignore[type-arg]  # Django's own takes none when it runs
    """A colour as browsers pick it: `#rrggbb`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 7)
        super().__init__(*args, **kwargs)
        self.validators.append(
            RegexValidator(COLOUR, _("Write a colour as # and six digits: #9b1c1f."))
        )


class Picker(TextInput):
    """The browser's own way to pick a colour."""

    input_type = "color"


@register_setting(icon="view")
class Look(PreviewableMixin, BaseGenericSetting):
    """What a newsroom changes of how its pages look without touching a file; its theme folder wins over it."""

    logo = models.ForeignKey(
        get_image_model_string(),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("logo"),
        help_text=_("In place of the name on the name plate; a PNG with a transparent ground."),
    )
    dark_logo = models.ForeignKey(
        get_image_model_string(),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("logo on dark ground"),
        help_text=_("Left empty, the same logo is shown on dark ground."),
    )
    accent = ColourField(_("accent"), default=tones.ACCENT, help_text=_("Kickers, buttons."))
    dark_accent = ColourField(
        _("accent on dark ground"),
        default=tones.DARK_ACCENT,
        help_text=_("For readers whose screens are set to dark: a lighter tone of the accent."),
    )
    paper = ColourField(_("paper"), default=tones.PAPER, help_text=_("What everything stands on."))
    ink = ColourField(_("ink"), default=tones.INK, help_text=_("Text and headlines."))
    faces = models.CharField(_("faces"), max_length=8, choices=Faces.choices, default=Faces.SERIF)
    density = models.CharField(
        _("density"), max_length=8, choices=Density.choices, default=Density.USUAL
    )

    panels: ClassVar[list[object]] = [
        MultiFieldPanel([FieldPanel("logo"), FieldPanel("dark_logo")], heading=_("Logo")),
        MultiFieldPanel(
            [FieldPanel(name, widget=Picker) for name in ("accent", "dark_accent", "paper", "ink")],
            heading=_("Colours"),
        ),
        FieldPanel("faces"),
        FieldPanel("density"),
    ]
    preview_modes: ClassVar[list[tuple[str, Any]]] = [
        ("front", _("Front page")),
        ("guide", _("Style guide")),
    ]

    class Meta:
        verbose_name = _("look")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def clean(self) -> None:
        """Raises ValidationError for colours in which words cannot be read."""
        super().clean()
        if not all(map(COLOUR.fullmatch, (self.accent, self.dark_accent, self.paper, self.ink))):
            return  # which one is no colour is said already
        schemes = {
            "accent": (self.paper, self.ink, self.accent),
            "dark_accent": (tones.DARK_PAPER, tones.DARK_INK, self.dark_accent),
        }
        found: dict[str, str] = {}
        for accent, scheme in schemes.items():
            for pair in tones.unreadable(*scheme):
                name = accent if pair.name == "accent" else pair.name
                found.setdefault(name, self._said(pair))
        if found:
            raise ValidationError(found)

    def _said(self, pair: tones.Pair) -> str:
        sentence = _(
            "Words in %(words)s on %(ground)s cannot be read: their contrast is %(contrast).1f, and "
            "%(enough)s is needed. Please choose a colour further from the paper."
        )
        return sentence % {
            "words": pair.words,
            "ground": pair.ground,
            "contrast": pair.contrast,
            "enough": ENOUGH,
        }

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        return HttpResponse(slot("look.preview", look=self, request=request, mode=mode_name))
