"""The tables that ship with Broadsheet are those that its migrations make."""

from __future__ import annotations

import re
import sqlite3
from importlib.resources import files
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from broadsheet.project.directory import DATABASE
from broadsheet.project.tables import SHIPPED
from commanding import run, run_program
from soaking import Budget
from tabling import SEAL, seal

KEY = re.compile(r"'[0-9a-f]{32}'")
"""What is drawn by lot with each writing."""
RECORD = re.compile(
    r"""^INSERT INTO "django_migrations" VALUES\(\d+,'(\w+)','(\w+)'""", re.MULTILINE
)


def shipped() -> str:
    return files("broadsheet.project").joinpath(SHIPPED).read_text("utf-8")


def drawn(tables: str) -> list[str]:
    """Their lines without what is drawn by lot, and so without the seal over it."""
    return KEY.sub("KEY", SEAL.sub("", tables)).splitlines()


def test_every_migration_has_gone_into_them() -> None:
    there = set(RECORD.findall(shipped()))
    missing = set(MigrationLoader(None).graph.nodes) - there
    assert not missing, "run: make tables"


def test_no_migration_has_changed_since_they_were_written() -> None:
    """Nor has anybody written into them by hand. Whether what was sealed is true is a long test: the next."""
    sealed = SEAL.search(shipped())
    assert sealed
    assert sealed[1] == seal(shipped()[sealed.end() :]), "run: make tables"


@pytest.mark.soak(minutes=1)
def test_migrations_alone_make_the_same(tmp_path: Path, budget: Budget) -> None:
    run_program("tabling.py", tmp_path / SHIPPED)
    made = (tmp_path / SHIPPED).read_text("utf-8")
    assert drawn(made) == drawn(shipped()), "run: make tables"


def test_newsroom_in_another_language_begins_in_that_language(tmp_path: Path) -> None:
    run("init", tmp_path / "novo", "--language", "pt", "--language", "ar")
    with sqlite3.connect(tmp_path / "novo" / DATABASE) as database:
        codes = [
            code for (code,) in database.execute("SELECT language_code FROM wagtailcore_locale")
        ]
        roots = database.execute(
            "SELECT language_code FROM wagtailcore_page JOIN wagtailcore_locale l ON locale_id = l.id "
            "WHERE depth = 1"
        ).fetchall()
    assert (sorted(codes), roots) == (["ar", "pt"], [("pt",)])
