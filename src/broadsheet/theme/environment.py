"""The Jinja2 environment of every page that readers see."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined

from broadsheet.kit.slots import slot
from broadsheet.theme import filters
from broadsheet.theme.languages import active_language, language
from broadsheet.theme.looks import asked_early, logo, look_style
from broadsheet.theme.pictures import picture
from broadsheet.theme.scripts import page_script
from broadsheet.theme.stylesheet import plain_style, stylesheet


def environment(*, autoescape: bool = True, **options: Any) -> Environment:
    """Jinja2 with our filters and functions; a name that a template misspells is an error, not an empty place."""
    ours = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(autoescape=True, extensions=["jinja2.ext.i18n"], **(options | ours))
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.globals |= {
        "active_language": active_language,
        "asked_early": asked_early,
        "language": language,
        "logo": logo,
        "look_style": look_style,
        "newsroom": settings.BROADSHEET,
        "picture": picture,
        "page_script": page_script,
        "slot": slot,
        "plain_style": plain_style,
        "stylesheet": stylesheet,
    }
    names = "absolute address data date day_and_time headline iso isolate lines month number paragraphs percent plain"
    made.filters |= {name: getattr(filters, name) for name in names.split()}
    return made
