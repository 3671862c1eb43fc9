"""Commands about a newsroom's own look."""

from __future__ import annotations

from pathlib import Path

import click

from broadsheet.project.cli.opening import dir_option, open_desk


@click.group()
def theme() -> None:
    """The newsroom's own templates and styles."""


@theme.command("check")
@dir_option
def check(directory: Path) -> int:
    """Say what the theme folder breaks: templates, macros that are gone, colours that cannot be read."""
    open_desk(directory)
    from broadsheet.theme.checking import check_theme

    findings = check_theme()
    for finding in findings:
        click.echo(f"theme/{finding}")
    if findings:
        return 1
    click.echo("The theme breaks nothing.")
    return 0


COMMANDS = (theme,)
