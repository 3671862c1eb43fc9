"""The application that the web server runs: the newsstand, with Django loaded behind it."""

from __future__ import annotations

import os
from typing import Any

from broadsheet.kit.loading import loading
from broadsheet.press.edition import Edition
from broadsheet.press.newsstand import Newsstand, Spool, Tally
from broadsheet.project import env
from broadsheet.project.prefixes import dynamic_pages, dynamic_prefixes


def load_django() -> Any:
    """Django's own application. Takes seconds, so the newsstand calls it while it already serves the edition."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.project.settings")
    with loading():
        from django.core.asgi import get_asgi_application

        return get_asgi_application()


def _newsstand() -> Newsstand:
    directory = env.newsroom_directory()
    values = env.load(directory)
    spool = Spool(directory / env.READING)
    return Newsstand(
        Edition(directory / "data" / "edition"),
        dynamic_prefixes(values.languages),
        load_django,
        dynamic_pages(values.languages),
        Tally(spool, values.time_zone) if values.reading_kept else None,
    )


application = _newsstand()
