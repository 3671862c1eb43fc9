"""What a language is like on a page: its code, the direction it is written in, the name it has for itself."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from babel.core import Locale
from django.conf import settings
from django.utils import translation


@dataclass(frozen=True, slots=True)
class Language:
    """A language as `<html>` needs it and as its readers call it."""

    code: str
    direction: str
    own_name: str


@functools.cache
def language(code: str) -> Language:
    """The language of a code such as `ar` or `pt-br`."""
    locale = Locale.parse(code, sep="-")
    own_name = locale.get_display_name(locale) or code
    return Language(code, locale.text_direction, own_name[:1].upper() + own_name[1:])


def active_language() -> Language:
    """The language that is active in this thread, the newsroom's first where none is."""
    return language(translation.get_language() or settings.LANGUAGE_CODE)


def active_locale() -> Locale:
    """Babel's locale of the active language."""
    return _locale(active_language().code)


@functools.cache
def _locale(code: str) -> Locale:
    return Locale.parse(code, sep="-")
