"""The command that writes the edition as files for nginx and Caddy, and keeps them current."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from broadsheet.press.edition import Edition
from broadsheet.press.export import Export, Outcome, Site, alone, enter, follow
from broadsheet.press.export import refresh_exports as refresh
from broadsheet.project.cli.opening import dir_option, open_newsroom
from broadsheet.project.prefixes import dynamic_pages, dynamic_prefixes
from broadsheet.project.values import Values

APP = "127.0.0.1:8000"


def site_of(values: Values, app: str = APP) -> Site:
    """What servers have to know of this newsroom."""
    languages = tuple(values.languages)
    return Site(languages, dynamic_prefixes(languages), dynamic_pages(languages), app)


@click.command("export")
@click.argument("target", type=click.Path(path_type=Path, file_okay=False, resolve_path=True))
@dir_option
@click.option("--watch", is_flag=True, help="Go on at every step of the edition, until Ctrl-C.")
@click.option(
    "--app",
    default=APP,
    show_default=True,
    help="Where broadsheet serve answers what is dynamic.",
)
@click.option(
    "--reload",
    help="A command that has the server read its configuration, run when that changed: "
    "“systemctl reload nginx”.",
)
def press_export(target: Path, directory: Path, watch: bool, app: str, reload: str | None) -> None:
    """Write the edition into TARGET, a directory of files that nginx and Caddy serve as they are.

    TARGET has to be empty, or an export of this newsroom: that is brought up to date. One that was interrupted
    goes on where it was.
    """
    found, values = open_newsroom(directory)
    edition = Edition(found / "data" / "edition")
    target.mkdir(parents=True, exist_ok=True)
    with alone(target):
        export = Export(edition, target, site_of(values, app), reload)
        enter(edition, target, reload)
        documents = edition.count()
        with click.progressbar(length=documents, label="Exporting", show_pos=True) as bar:
            done = export.bring_up(lambda number: bar.update(number - bar.pos))
        _tell(done)
        if watch:
            follow(export, _stopped(), _tell)


def _tell(done: Outcome) -> None:
    told = " The server was told." if done.reloaded else ""
    click.echo(
        f"Edition {done.step}: {done.written} files written, {done.removed} taken away.{told}"
    )


def _stopped() -> threading.Event:
    """What TERM and Ctrl-C set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def refresh_exports(values: Values, path: str) -> int:
    """Bring every export up to date after a purge; returns an exit status."""
    from broadsheet.press.queries import edition

    status = 0
    for directory, error in refresh(edition(), site_of(values)):
        if error is None:
            click.echo(f"{directory} is brought up to date.")
        else:
            status = 1
            click.echo(f"{directory} may still hold {path}: {error}", err=True)
    return status
