"""The tables that a new newsroom begins with (docs/decisions/0026-tables-come-ready-made.md)."""

from __future__ import annotations

from importlib.resources import files

from django.conf import settings
from django.core.management import call_command
from django.db import connection

SHIPPED = "tables.sql"
"""What our and Wagtail's migrations make of an empty SQLite file, written by `make tables`."""


def make_tables() -> None:
    """Give an empty database the tables of this version and the rows that migrations put there.

    On SQLite the shipped tables are a head start of some 240 migrations, each of which would render the models'
    history anew. Whatever they lack is migrated as in any database, so they may be older than the code.
    """
    if connection.vendor == "sqlite":
        _take_shipped()
    call_command("migrate", interactive=False, verbosity=0)


def _take_shipped() -> None:
    from wagtail.coreutils import get_supported_content_language_variant

    with connection.cursor() as cursor:
        cursor.connection.executescript(files(__package__).joinpath(SHIPPED).read_text("utf-8"))
        # The one row that a migration makes from the newsroom's settings (wagtailcore 0054).
        language = get_supported_content_language_variant(settings.LANGUAGE_CODE)
        cursor.execute("UPDATE wagtailcore_locale SET language_code = %s", [language])
