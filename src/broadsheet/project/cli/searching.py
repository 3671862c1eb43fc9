"""Commands about the readers' search."""

from __future__ import annotations

from pathlib import Path

import click

from broadsheet.project.cli.opening import dir_option, open_desk


@click.group()
def search() -> None:
    """The readers' search."""


@search.command("rebuild")
@dir_option
def rebuild_search(directory: Path) -> None:
    """Make the search's index anew from all public stories. Readers can go on searching meanwhile."""
    open_desk(directory)
    from broadsheet.newsroom.actions.indexing import rebuild_index

    with click.progressbar(length=1, label="Indexing", show_pos=True) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        total = rebuild_index(show)
    click.echo(f"The search finds {total} stories.")


COMMANDS = (search,)
