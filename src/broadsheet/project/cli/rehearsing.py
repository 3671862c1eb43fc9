"""The command that lives a year of giving in a minute, in a newsroom that is thrown away."""

from __future__ import annotations

import gc
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broadsheet.project import env
from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import enter_newsroom, load_django

if TYPE_CHECKING:
    from broadsheet.rehearsal.report import Report
from broadsheet.project.values import PREFIX

ALIKE = ("name", "time_zone", "languages", "currency", "suggested_gifts", "refund_alone")
"""Settings in which the newsroom of a rehearsal is like the one that is named."""


@click.command()
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    default=None,
    help="A newsroom whose currency, languages and time zone are rehearsed with; nothing in it is touched.",
)
@click.option("--months", type=click.IntRange(1, 36), default=12, show_default=True)
@click.option("--supporters", type=click.IntRange(1, 5000), default=500, show_default=True)
@click.option(
    "--seed", type=int, default=7, show_default=True, help="The same seed is the same year."
)
@click.option(
    "--faults",
    type=click.Choice(["none", "mild", "hard"]),
    default="mild",
    show_default=True,
    help="How much goes wrong between newsroom and processor, and how often programs crash.",
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def rehearse(context: click.Context, /, directory: Path | None, shape: str, **chosen: Any) -> None:
    """Live through a year of giving in a minute, with invented supporters and without any money.

    In a newsroom of its own, which is thrown away: gifts, renewals, refused cards, refunds, disputes, payouts, lost and
    forged messages, crashes, days of downtime, a processor's account that closes in the eighth month, from which a
    part of the pledges moves by a map of tokens. Says what happened in each month. The exit status is 0 only when every
    cent is explained and all holds that has to.
    """
    with throw_away_newsroom(directory) as folder:
        from broadsheet.rehearsal.plan import Plan
        from broadsheet.rehearsal.year import rehearse as live

        report = live(Plan(**chosen), folder, lambda month: click.echo(month, err=True))
        _say(report, shape)
    context.exit(0 if report.holds else 1)


def _say(report: Report, shape: str) -> None:
    if shape == "json":
        click.echo(json.dumps(report.as_json(), indent=2))
        return
    for line in report.as_lines():
        click.echo(line)


@contextmanager
def throw_away_newsroom(alike: Path | None) -> Iterator[Path]:
    """A newsroom with SQLite in a directory of its own, gone after the block, in which this process works from now on.

    Nothing that the environment says of another newsroom counts: no database, processor or mail server of it is
    reached. Yields an empty folder for the sandbox. Raises SettingsError where `alike` is no newsroom.
    """
    chosen: dict[str, Any] = {"processor": "sandbox", "url": "http://127.0.0.1:8000"}
    if alike is not None:
        if not (alike / env.FILE_NAME).is_file():
            raise Failure(f"{alike} is not a newsroom: it has no {env.FILE_NAME}.")
        values = env.load(alike)
        chosen |= {name: getattr(values, name) for name in ALIKE}
    for name in [each for each in os.environ if each.startswith(PREFIX)]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as place:
        found = _made(Path(place), chosen)
        from django.db import connections

        try:
            yield found / "data" / "rehearsed"
        finally:
            connections.close_all()


def _made(place: Path, chosen: dict[str, Any]) -> Path:
    """Make the newsroom: settings, secrets, tables; no pages, which nobody would read."""
    from broadsheet.project.directory import DATABASE, make_directory

    make_directory(place, chosen)
    found, _values = enter_newsroom(place)
    (found / DATABASE).touch(mode=0o640)
    load_django()
    from django.conf import settings
    from django.db import connection

    from broadsheet.kit.events import unsubscribe_all
    from broadsheet.project.tables import make_tables

    settings.EMAIL_BACKEND = "broadsheet.rehearsal.letters.Postbox"
    unsubscribe_all()
    connection.settings_dict["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
    make_tables()
    gc.freeze()  # a year makes millions of objects: the programs' own need not be looked through each time
    return found


COMMANDS = (rehearse,)
