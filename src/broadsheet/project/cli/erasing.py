"""Commands that carry erasures over a restore: which supporters were erased, and erasing them again by their keys."""

from __future__ import annotations

from pathlib import Path

import click

from broadsheet.project.cli.connecting import BY
from broadsheet.project.cli.opening import dir_option, open_desk


@click.command()
@dir_option
def erased(directory: Path) -> None:
    """List the keys of supporters who were erased, one a line: they say nothing to anybody else."""
    open_desk(directory)
    from broadsheet.funding.models import Supporter

    for key in Supporter.objects.exclude(erased_at=None).order_by("pk").values_list("key"):
        click.echo(key[0])


@click.command()
@dir_option
@click.option(
    "--keys",
    "file",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What `broadsheet funding erased` listed before an older backup was put back.",
)
@click.pass_context
def erase(context: click.Context, directory: Path, file: Path) -> None:
    """Erase again who was erased before an older backup brought them back.

    Can be run again at any time. The exit status is 1 where somebody has to be looked at first.
    """
    open_desk(directory)
    from broadsheet.funding.actions import erase_supporter
    from broadsheet.funding.choices import Asked
    from broadsheet.funding.models import Supporter

    keys = set(file.read_text("utf-8").split())
    rows = Supporter.objects.filter(key__in=keys).select_related("merged_into").order_by("pk")
    back, unsure = [], []
    for each in rows.filter(erased_at=None):
        if each.merged_into is None:
            back.append(each)
        elif each.merged_into.key not in keys:
            unsure.append(f"{each.key} was merged into {each.merged_into.key} then")
    for supporter in back:
        erase_supporter(supporter=supporter, asked=Asked.AGAIN, by=BY)
    click.echo(f"{len(keys)} keys: {len(back)} erased again, {len(keys) - rows.count()} not here.")
    for said in unsure:
        click.echo(f"  {said}, and was taken apart later: do so at the desk, and run this again.")
    context.exit(1 if unsure else 0)


COMMANDS = (erased, erase)
