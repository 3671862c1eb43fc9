"""Commands about the edition."""

from __future__ import annotations

from pathlib import Path

import click

from broadsheet.project.cli.opening import dir_option, open_desk


@click.group()
def press() -> None:
    """The edition: the pages that readers get."""


@press.command("run")
@dir_option
@click.option("--everything", is_flag=True, help="Render every page anew, not only what changed.")
def run_press(directory: Path, everything: bool) -> int:
    """Bring the edition, and the search, up to date with the newsroom."""
    open_desk(directory)
    from broadsheet.newsroom.actions.indexing import index_pending
    from broadsheet.press import actions

    if everything:
        with click.progressbar(length=1, label="Pressing", show_pos=True) as bar:
            outcome = actions.press_everything(lambda done, total: _show(bar, done, total))
    else:
        outcome = actions.press_pending()
    index_pending()
    made = "no byte changed" if outcome.step is None else f"edition {outcome.step}"
    click.echo(f"{outcome.renders} pages rendered, {outcome.failures} failed; {made}.")
    return 1 if outcome.failures else 0


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
    from broadsheet.press.models import Failure
    from broadsheet.press.queries import edition, pending_changes

    current = edition()
    click.echo(f"Edition {current.number}: {sum(1 for _ in current.resources())} documents.")
    click.echo(f"{len(pending_changes())} changes wait to be pressed.")
    for failure in Failure.objects.order_by("since"):
        click.echo(
            f"{failure.resource} cannot be rendered since {failure.since:%Y-%m-%d %H:%M} UTC: {failure.error}"
        )


COMMANDS = (press,)
