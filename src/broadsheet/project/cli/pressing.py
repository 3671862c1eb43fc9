"""Commands about the edition."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from broadsheet.project.cli.exporting import press_export, refresh_exports
from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import dir_option, open_desk


@click.group()
def press() -> None:
    """The edition: the pages that readers get."""


@press.command("run")
@dir_option
@click.option("--everything", is_flag=True, help="Render every page anew, not only what changed.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    help="How many render at once, with --everything. As a rule one for each processor where it is worth it.",
)
def run_press(directory: Path, everything: bool, processes: int | None) -> int:
    """Bring the edition, and the search, up to date with the newsroom."""
    open_desk(directory)
    from broadsheet.newsroom.actions.indexing import index_pending
    from broadsheet.press import actions

    if everything:
        with click.progressbar(length=1, label="Pressing", show_pos=True) as bar:
            outcome = actions.press_everything(
                lambda done, total: _show(bar, done, total), processes
            )
    else:
        outcome = actions.press_pending()
    index_pending()
    made = "no byte changed" if outcome.step is None else f"edition {outcome.step}"
    click.echo(f"{outcome.renders} pages rendered, {outcome.failures} failed; {made}.")
    return 1 if outcome.failures else 0


@press.command("follow")
@dir_option
def follow_press(directory: Path) -> None:
    """Bring this machine's edition to what another one has published, where several serve the newsroom."""
    _found, values = open_desk(directory)
    from broadsheet.press.actions.following import follow
    from broadsheet.press.queries import edition

    if not values.node:
        raise Failure("This machine is the newsroom's only one: the setting node is empty.")
    follow()
    click.echo(f"Edition {edition().number} is what was told last.")


def _show(bar: click._termui_impl.ProgressBar[int], done: int, total: int) -> None:
    bar.length = total
    bar.update(done - bar.pos)


@press.command("check")
@dir_option
def check_press(directory: Path) -> int:
    """Prove that the edition is, byte for byte, what rendering everything anew would give."""
    open_desk(directory)
    from broadsheet.press.actions import check_edition

    differences = check_edition()
    for difference in differences:
        click.echo(f"{difference.path} {difference.what}")
    if differences:
        click.echo(
            f"{len(differences)} addresses differ. Mend it: broadsheet press run --everything",
            err=True,
        )
        return 1
    click.echo("The edition is what a full run would make.")
    return 0


@press.command("status")
@dir_option
def press_status(directory: Path) -> None:
    """Say which edition readers get and what waits."""
    open_desk(directory)
    from broadsheet.press.actions.granting import waiting
    from broadsheet.press.models import Failure
    from broadsheet.press.queries import edition, pending_changes

    current = edition()
    click.echo(f"Edition {current.number}: {sum(1 for _ in current.resources())} documents.")
    if current.held is not None:
        click.echo(
            f"Readers are kept at edition {current.held}; to go on: broadsheet press run --everything"
        )
    click.echo(f"{len(pending_changes())} changes wait to be pressed.")
    click.echo(f"{waiting()} pictures and cards are still to be made behind the press.")
    for failure in Failure.objects.order_by("since"):
        click.echo(
            f"{failure.resource} cannot be rendered since {failure.since:%Y-%m-%d %H:%M} UTC: {failure.error}"
        )


@press.command("history")
@dir_option
@click.option("--count", default=20, show_default=True, help="How many editions, newest first.")
def press_history(directory: Path, count: int) -> None:
    """List the editions: number, time, why, how many addresses came or changed, how many went."""
    open_desk(directory)
    from broadsheet.press.queries import edition

    for step in edition().steps(count):
        at = dt.datetime.fromtimestamp(step.at, dt.UTC)
        click.echo(
            f"{step.number:>6}  {at:%Y-%m-%d %H:%M:%S} UTC  {step.note}  +{step.came} -{step.went}"
        )


@press.command("diff")
@dir_option
@click.argument("one", type=int)
@click.argument("other", type=int, required=False)
def press_diff(directory: Path, one: int, other: int | None) -> None:
    """Say which addresses came, left or changed between edition ONE and OTHER (the newest unless named)."""
    open_desk(directory)
    from broadsheet.press.queries import edition

    for path, what in edition().differences(one, other or edition().number):
        click.echo(f"{what:>8}  {path}")


@press.command("rollback")
@dir_option
@click.argument("number", type=int)
def press_rollback(directory: Path, number: int) -> None:
    """Show readers edition NUMBER again and keep them there. What editors publish meanwhile waits."""
    open_desk(directory)
    from broadsheet.press import actions

    step = actions.roll_back(number)
    click.echo(
        f"Edition {step} is what edition {number} was. To go on: broadsheet press run --everything"
    )


@press.command("purge")
@dir_option
@click.argument("path")
def press_purge(directory: Path, path: str) -> int:
    """Make sure that a withdrawn page can never be had again.

    All former editions go: there is no rollback to before this. What was exported on this machine is brought up to
    date; copies of exports elsewhere are yours to bring up.
    """
    _found, values = open_desk(directory)
    from broadsheet.press import actions

    cleared = actions.purge(path)
    click.echo(f"{cleared.versions} former versions and {cleared.files} files are gone.")
    return refresh_exports(values, path)


@press.command("gc")
@dir_option
@click.option("--keep", default=200, show_default=True, help="How many editions to keep.")
def press_gc(directory: Path, keep: int) -> None:
    """Let go of old editions and of files that no edition needs; the worker does so every day."""
    open_desk(directory)
    from broadsheet.press import actions

    cleared = actions.clear_out(keep)
    click.echo(
        f"{cleared.versions} versions, {cleared.files} files, {cleared.bytes} bytes are gone."
    )


press.add_command(press_export)

COMMANDS = (press,)
