"""Opening a newsroom directory for a command, with or without Django."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from broadsheet.kit.loading import loading
from broadsheet.project import env
from broadsheet.project.construction import need_finished
from broadsheet.project.values import Values

F = TypeVar("F", bound=Callable[..., Any])


def dir_option(function: F) -> F:
    """The option --dir, given to the command as `directory`."""
    return click.option(
        "--dir",
        "directory",
        type=click.Path(path_type=Path),
        envvar="BROADSHEET_DIR",
        default=".",
        help="The newsroom's directory.",
    )(function)


def open_newsroom(directory: Path) -> tuple[Path, Values]:
    """The newsroom's directory and settings; the rest of this process works in that newsroom.

    Raises SettingsError for a directory that is not a newsroom's, or not yet, and for a mistake in its settings.
    """
    need_finished(directory)
    return enter_newsroom(directory)


def enter_newsroom(directory: Path) -> tuple[Path, Values]:
    """As `open_newsroom`, for those who are making the newsroom."""
    os.environ["BROADSHEET_DIR"] = str(directory)
    found = env.newsroom_directory()
    os.environ["BROADSHEET_DIR"] = str(found)
    values = env.load(found)
    env.need_key(found, values)
    return found, values


def open_desk(directory: Path) -> tuple[Path, Values]:
    """As `open_newsroom`, and Django is loaded."""
    opened = open_newsroom(directory)
    load_django()
    return opened


def load_django() -> None:
    """Load Django for the newsroom that was opened."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.project.settings"
    with loading():
        import django

        django.setup()
    from django.db import connections

    # Until then SQLite keeps what was written last in a file beside the database's own.
    atexit.register(connections.close_all)
