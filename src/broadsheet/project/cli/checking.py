"""The doctor's command."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadsheet.project.cli.opening import dir_option

if TYPE_CHECKING:
    from broadsheet.project.doctor import Finding


@click.command(short_help="Look for what is wrong and say how to mend it.")
@dir_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def check(directory: Path, form: str) -> int:
    """Look for everything that is wrong with a newsroom and say how to mend it.

    Ends with status 0 when all is well or worth no more than a warning, else with 1.
    """
    from broadsheet.project.doctor import examine

    findings = list(examine(directory))
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(finding) for finding in findings], indent=2))
        return status_of(findings)
    return report(findings)


def report(findings: list[Finding]) -> int:
    """Print findings for people and return the exit status."""
    for finding in findings:
        click.echo(f"{finding.level:8} {finding.subject}: {finding.message}")
        if finding.mend:
            click.echo(f"{'':8} {finding.mend}")
    problems = sum(finding.level == "problem" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    said = ", ".join(
        f"{number} {what}{'s' * (number > 1)}"
        for number, what in ((problems, "problem"), (warnings, "warning"))
        if number
    )
    click.echo(f"{said}." if said else "All is well.")
    return status_of(findings)


def status_of(findings: list[Finding]) -> int:
    """The exit status: 1 when there is a problem."""
    return int(any(finding.level == "problem" for finding in findings))


COMMANDS = (check,)
