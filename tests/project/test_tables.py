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

KEY = re.compile(r"'[0-9a-f]{32}'")
"""What is drawn by lot with each writing."""
RECORD = re.compile(
    r"""^INSERT INTO "django_migrations" VALUES\(\d+,'(\w+)','(\w+)'""", re.MULTILINE
)


def shipped() -> str:
    return files("broadsheet.project").joinpath(SHIPPED).read_text("utf-8")


def test_every_migration_has_gone_into_them() -> None:
    there = set(RECORD.findall(shipped()))
    missing = set(MigrationLoader(None).graph.nodes) - there
    assert not missing, "run: make tables"


@pytest.mark.early
def test_migrations_alone_make_the_same(tmp_path: Path) -> None:
    run_program("tabling.py", tmp_path / SHIPPED)
    made = (tmp_path / SHIPPED).read_text("utf-8")
    assert KEY.sub("KEY", made).splitlines() == KEY.sub("KEY", shipped()).splitlines(), (
        "run: make tables"
    )


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
