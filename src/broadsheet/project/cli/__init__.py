"""The `broadsheet` command: one group per file, each importing Django only when it runs."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from tempfile import NamedTemporaryFile

import click

from broadsheet import __version__
from broadsheet.project.cli import (
    banking,
    checking,
    demonstrating,
    giving,
    importing,
    keeping,
    people,
    pressing,
    running,
    searching,
    starting,
    theming,
)
from broadsheet.project.cli.failures import sentence_for


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="broadsheet")
def broadsheet() -> None:
    """Run an independent newsroom: publish stories, serve readers, take their support.

    A newsroom lives in a directory of its own. `broadsheet init DIR` makes one, `broadsheet serve
    --dir DIR` runs it, `broadsheet demo` shows one full of stories. Without --dir, commands use the
    directory that BROADSHEET_DIR names, else the current one.
    """


for module in (
    starting,
    running,
    demonstrating,
    keeping,
    checking,
    people,
    pressing,
    searching,
    importing,
    giving,
    banking,
    theming,
):
    for command in module.COMMANDS:
        broadsheet.add_command(command)


def main() -> None:
    """Run the command line; every failure is one sentence and an exit status, never a traceback."""
    try:
        status = broadsheet.main(prog_name="broadsheet", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the last place where it can be put in words
        click.echo(f"Error: {sentence_for(error) or _report(error)}", err=True)
        sys.exit(getattr(error, "exit_status", 1))


def _report(error: Exception) -> str:
    """Write down what nobody foresaw and say where."""
    with NamedTemporaryFile(
        "w", prefix="broadsheet-error-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"broadsheet {__version__}\n{' '.join(sys.argv)}\n\n")
        file.write("".join(traceback.format_exception(error)))
    return (
        f"something happened that Broadsheet did not foresee ({type(error).__name__}). "
        f"Please report it with the file {Path(file.name)}."
    )
