"""The applications that the web server runs, each made by a function: what answers readers, the desk, or both."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from broadsheet.kit.loading import loading
from broadsheet.press.edition import Edition
from broadsheet.press.newsstand import Newsstand, Spool, StageDoor, Tally, elsewhere
from broadsheet.project import env
from broadsheet.project.prefixes import dynamic_pages, dynamic_prefixes
from broadsheet.project.values import Values


def whole() -> Newsstand:
    """The newsstand, with Django loaded behind it."""
    return _newsstand(load_django)


def newsstand() -> Newsstand:
    """The newsstand alone: it never loads Django, and says that what is dynamic is elsewhere."""
    return _newsstand(lambda: elsewhere)


def app() -> StageDoor:
    """Django alone: it says that what is the edition's is elsewhere."""
    _directory, values = _newsroom()
    languages = values.languages
    return StageDoor(dynamic_prefixes(languages), load_django, dynamic_pages(languages))


def load_django() -> Any:
    """Django's own application. Takes seconds, so it is loaded in a thread while the edition is served already."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.project.settings")
    with loading():
        from django.core.asgi import get_asgi_application

        return get_asgi_application()


def _newsstand(load_app: Callable[[], Any]) -> Newsstand:
    directory, values = _newsroom()
    spool = Spool(directory / env.READING)
    return Newsstand(
        Edition(directory / "data" / "edition"),
        dynamic_prefixes(values.languages),
        load_app,
        dynamic_pages(values.languages),
        Tally(spool, values.time_zone) if values.reading_kept else None,
    )


def _newsroom() -> tuple[Path, Values]:
    directory = env.newsroom_directory()
    return directory, env.load(directory)
