"""The command that brings supporters and their running pledges over from another system."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import click

from broadsheet.project.cli.connecting import BY, find_account
from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.importing import MOST_LINES, need_place
from broadsheet.project.cli.opening import dir_option, open_desk


@click.group("import")
def import_group() -> None:
    """Bring over what another system knows of those who give."""


@import_group.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@dir_option
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="COLUMN=HEADING",
    help="Which heading of the file is a column; may be given often. Columns are named in docs/raise.",
)
@click.option("--account", default="", help="The processor that knows the methods in the file.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each row; change nothing.")
@click.option(
    "--report",
    metavar="FILE.json",
    type=click.Path(path_type=Path),
    help="Write what became of every single row.",
)
@click.pass_context
def supporters(
    context: click.Context,
    /,
    file: Path,
    directory: Path,
    pairs: tuple[str, ...],
    account: str,
    dry_run: bool,
    report: Path | None,
) -> None:
    """Bring over supporters, and the pledges that go on, from FILE, a CSV in UTF-8.

    Nothing is charged now: a pledge is taken on its next day, from its method, or its supporter gets a link. A pledge
    without the words that were agreed to is not taken over. What is here already is not brought twice: run it again
    after it broke off. The exit status is 1 where a row failed.
    """
    if report is not None:
        need_place(report)
    found, values = open_desk(directory)
    from broadsheet.funding.actions import bring_supporters
    from broadsheet.funding.choices import BroughtAs
    from broadsheet.funding.rules.bringing import headings_of, read_supporters
    from broadsheet.kit import clock
    from broadsheet.project.rehearsal import rehearsal

    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(f"{file} is not written in UTF-8.") from error
    rows = read_supporters(
        text,
        headings=headings_of(pairs),
        currency=values.currency,
        languages=values.languages,
        today=clock.day_of(clock.now()),
    )
    knows = find_account(account) if account else None
    with rehearsal(found / "data" / "run") if dry_run else nullcontext():
        done = bring_supporters(rows=rows, account=knows, by=BY)
    counts = Counter(each.outcome for each in done)
    said = ", ".join(f"{counts[each]} {each.label}" for each in BroughtAs)
    click.echo(f"{len(done)} rows: {said}.")
    failed = [each for each in done if each.outcome == BroughtAs.FAILED]
    for each in failed[:MOST_LINES]:
        click.echo(f"  row {each.number}: {each.said}")
    if len(failed) > MOST_LINES:
        click.echo(f"  and {len(failed) - MOST_LINES} more: --report FILE.json has all.")
    if report is not None:
        told = {"dry_run": dry_run, "counts": counts, "rows": [asdict(each) for each in done]}
        report.write_text(json.dumps(told, indent=2), encoding="utf-8")
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.")
    context.exit(1 if failed else 0)


COMMANDS = (import_group,)
