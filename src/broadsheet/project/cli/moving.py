"""Commands about moving pledges to another processor: by a map of tokens, and to rehearse it, one more account."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from broadsheet.project.cli.connecting import BY, find_account
from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import dir_option, open_desk


@click.command()
@dir_option
@click.option(
    "--from", "source", required=True, help="The processor that pledges are taken at now."
)
@click.option("--to", "target", required=True, help="The one that they shall be taken at.")
@click.option(
    "--map",
    "file",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV with the columns old_customer, old_method, new_customer, new_method; maybe label, expires_on.",
)
@click.option("--dry-run", is_flag=True, help="Say what would become of each row; change nothing.")
@click.pass_context
def move(
    context: click.Context, /, directory: Path, source: str, target: str, file: Path, dry_run: bool
) -> None:
    """Have monthly and yearly gifts taken at another processor, by the map that the two of them give you.

    Every row is accounted for. Whoever is not in the map stays where they are, and gets a link when the old processor
    is closed. Running it again does no harm. The exit status is 1 where a row could not be used.
    """
    open_desk(directory)
    from broadsheet.funding.actions import left_behind, move_methods
    from broadsheet.funding.choices import Moved
    from broadsheet.funding.rules.moving import read_map

    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(f"{file} is not written in UTF-8.") from error
    found = find_account(source)
    rows = read_map(text)
    done = move_methods(
        rows=rows, source=found, target=find_account(target), by=BY, dry_run=dry_run
    )
    counts = Counter(each.outcome for each in done)
    said = ", ".join(f"{counts[each]} {each.label}" for each in Moved)
    click.echo(f"{len(done)} rows: {said}; {sum(each.pledges for each in done)} pledges.")
    for each in done:
        if each.outcome != Moved.MOVED:
            click.echo(f"  row {each.number}: {each.outcome.label}: {each.said}")
    click.echo(f"{left_behind(found)} pledges are taken at {source}.")
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.")
    context.exit(1 if counts[Moved.FAILED] else 0)


@click.command("open")
@dir_option
@click.argument("slug")
def open_account(directory: Path, slug: str) -> None:
    """Open one more account SLUG with the sandbox, to rehearse moving to it."""
    open_desk(directory)
    from broadsheet.funding.actions import open_sandbox_account

    account = open_sandbox_account(slug=slug, by=BY)
    click.echo(f"{account.slug}: {account.get_state_display()}")


COMMANDS = (move, open_account)
