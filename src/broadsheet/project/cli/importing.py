"""Commands that bring another system's archive over."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import dir_option, open_desk

if TYPE_CHECKING:
    from broadsheet.imports.wordpress.actions import Summary

MOST_LINES = 20
"""Of each kind on the screen; the report has all."""


@click.group("import")
def import_group() -> None:
    """Bring over what you published with another system."""


@import_group.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@dir_option
@click.option(
    "--dry-run", is_flag=True, help="Say what would become of everything; change nothing."
)
@click.option(
    "--fetch-media", is_flag=True, help="Fetch pictures and documents from the old site, too."
)
@click.option(
    "--language",
    default="",
    help="The edition that it goes into; the newsroom's first unless given.",
)
@click.option(
    "--report",
    metavar="FILE.json",
    type=click.Path(path_type=Path),
    help="Write what became of every single item.",
)
def wordpress(
    file: Path,
    directory: Path,
    dry_run: bool,
    fetch_media: bool,
    language: str,
    report: Path | None,
) -> int:
    """Bring over a WordPress site from FILE, the export that Tools → Export makes.

    What is here already is not brought twice: run it again after a newer export, or after it broke off. The
    status is 0 when everything was read and nothing failed, 1 when some items failed or the file broke off,
    2 when nothing could be brought over at all.
    """
    if report is not None:
        need_place(report)
    found, _values = open_desk(directory)
    from broadsheet.imports.wordpress.actions import Choices, Summary, import_export
    from broadsheet.imports.wordpress.journal import Journal
    from broadsheet.project.rehearsal import rehearsal

    scratch = found / "data" / "run"
    scratch.mkdir(exist_ok=True)
    journal = Journal()
    summary = Summary(journal, {"file": str(file), "dry_run": dry_run, "complete": False})
    try:
        with rehearsal(scratch) if dry_run else nullcontext(), _shown() as progress:
            choices = Choices(file, language, fetch_media, dry_run)
            summary = import_export(choices=choices, journal=journal, progress=progress)
    except BaseException as error:
        summary.about["notes"] = [f"The import broke off: {str(error) or type(error).__name__}"]
        raise
    finally:
        if report is not None:
            journal.save(report, summary.about)
    if not dry_run:
        _press()
    _say(summary, report)
    return 0 if summary.is_good else 1


def need_place(report: Path) -> None:
    """Find out before the work whether the report can be written after it."""
    if report.is_dir():
        raise Failure(f"{report} is a directory. Name a file, such as {report}/report.json")
    if not report.parent.is_dir():
        raise Failure(f"{report.parent} is no directory. Make it first, or name another place.")
    if not os.access(report.parent, os.W_OK):
        raise Failure(f"{report.parent} cannot be written to. Name another place for the report.")


def _press() -> None:
    from broadsheet.press.actions import press_pending

    outcome = press_pending()
    failed = f", {outcome.failures} of them could not be" if outcome.failures else ""
    click.echo(f"Edition: {outcome.renders} pages rendered{failed}.")


class Progress:
    """Says how far it is: in one line that changes on a terminal, else in a line now and then."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._pause = 0.1 if self._is_terminal else 30.0
        self._next = time.monotonic() + (0 if self._is_terminal else self._pause)

    def __call__(self, doing: str, items: int, at: int, size: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._pause
        line = f"{doing}: {items:,} items, {at / 1e6:,.1f} of {size / 1e6:,.1f} MB"
        click.echo(
            f"\r\x1b[K{line}" if self._is_terminal else line, err=True, nl=not self._is_terminal
        )

    def end(self) -> None:
        """Leave the terminal's line free."""
        if self._is_terminal:
            click.echo("\r\x1b[K", err=True, nl=False)


@contextmanager
def _shown() -> Iterator[Progress]:
    progress = Progress()
    try:
        yield progress
    finally:
        progress.end()


def _say(summary: Summary, report: Path | None) -> None:
    """The report on the screen: counts, what the file has wrong, what failed, and what was noted how often."""
    counts = summary.journal.counts()
    if summary.about["dry_run"]:
        click.echo("This was a dry run: nothing was changed.")
    click.echo(
        f"{counts['items']:,} items: {counts['created']:,} created, {counts['merged']:,} merged, "
        f"{counts['skipped']:,} skipped, {counts['failed']:,} failed."
    )
    if summary.about["comments"]:
        click.echo(f"{summary.about['comments']:,} comments are not brought over.")
    for note in summary.about["notes"]:
        click.echo(f"Note: {note}")
    failed: list[str] = []
    skipped: Counter[str] = Counter()
    noted: Counter[str] = Counter()
    for entry in summary.journal.entries():
        if entry["result"] == "failed":
            failed.append(_line(entry))
        elif entry["result"] == "skipped":
            skipped[entry["reason"]] += 1
        noted.update(note.partition(":")[0] for note in entry["notes"])
    _list("Failed:", failed)
    _list("Skipped:", [f"{number:,}: {reason}" for reason, number in skipped.most_common()])
    _list("Noted:", [f"{number:,}: {note}" for note, number in noted.most_common()])
    click.echo(f"Report: {report}" if report else "Every item with its notes: --report FILE.json")


def _line(entry: dict[str, Any]) -> str:
    what = f"{entry['type']} {entry['id']} “{entry['title']}”" if entry["id"] else "an item"
    return f"line {entry['line']}, {what}: {entry['reason']}"


def _list(heading: str, lines: list[str]) -> None:
    if lines:
        click.echo(heading)
    for line in lines[:MOST_LINES]:
        click.echo(f"  {line}")
    if len(lines) > MOST_LINES:
        click.echo(f"  … and {len(lines) - MOST_LINES:,} more in the report")


COMMANDS = (import_group,)
