"""The command that shows a living newsroom."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import click

from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import open_newsroom
from broadsheet.project.cli.starting import make_newsroom
from broadsheet.project.construction import construction, is_unfinished
from broadsheet.project.env import FILE_NAME

SIGNS = "demo.json"
"""Where the demo keeps what it prints (who signs in, where the campaign is) and which tables it has."""


@click.command(short_help="Make and serve an invented newsroom.")
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), default="newsroom", show_default=True
)
@click.option("--port", type=click.IntRange(1, 65534), default=8000, show_default=True)
def demo(directory: Path, port: int) -> int:
    """Make and serve an invented newsroom with stories, supporters and a campaign."""
    from broadsheet.project.processes import need_port
    from broadsheet.project.release import schema
    from broadsheet.project.serving import command, serve_newsroom

    for needed in (port, port + 1):
        need_port(
            "127.0.0.1", needed, "Choose two free ones in a row with --port (make demo PORT=…)."
        )
    signs = directory / "data" / SIGNS
    if not signs.exists() or is_unfinished(directory):
        _need_no_newsroom(directory)
        _run(command("demo-build", directory, "--port", str(port)))
    found, values = open_newsroom(directory)
    shown = json.loads(signs.read_text(encoding="utf-8"))
    if shown.get("schema") != schema():
        click.echo("This demo was made by another version; bringing it up to date")
        _run(command("upgrade", directory))
        signs.write_text(json.dumps({**shown, "schema": schema()}), encoding="utf-8")

    def announce(url: str) -> None:
        click.echo(f"Public site: {url}/")
        click.echo(
            f"Editor's desk: {url}/desk/  (sign in as {shown['email']}, password {shown['password']})"
        )
        click.echo(f"Campaign: {url}{shown['campaign']}")
        click.echo("Stop it with Ctrl-C.")

    return serve_newsroom(found, values, "127.0.0.1", port, announce)


@click.command("demo-build", hidden=True)
@click.option("--dir", "directory", type=click.Path(path_type=Path), required=True)
@click.option("--port", type=click.IntRange(1, 65534), required=True)
def build(directory: Path, port: int) -> None:
    """Make the invented newsroom; a process of its own, so that serving does not carry its weight."""
    from broadsheet.project.processes import die_with_parent

    die_with_parent()
    began = time.monotonic()
    chosen = {
        "name": "The Larkenford Lantern",
        "url": f"http://127.0.0.1:{port}",
        "time_zone": "Europe/London",
        "languages": ("en", "ar"),
        "processor": "sandbox",
        "sandbox_port": port + 1,
    }
    with construction(directory):
        click.echo("Making the newsroom: settings, secrets, database")
        make_newsroom(directory, chosen, None)
        from broadsheet.demo.actions import build_newsroom
        from broadsheet.newsroom.actions.indexing import index_pending
        from broadsheet.press.actions import press_everything
        from broadsheet.project.release import schema

        shown = {**build_newsroom(say=click.echo), "schema": schema()}
        click.echo("Pressing the edition")
        outcome = press_everything()
        index_pending()
        (directory / "data" / SIGNS).write_text(json.dumps(shown), encoding="utf-8")
    click.echo(f"{outcome.renders} pages pressed; ready after {time.monotonic() - began:.0f} s")


def _need_no_newsroom(directory: Path) -> None:
    if (directory / FILE_NAME).is_file() and not is_unfinished(directory):
        raise Failure(
            f"{directory} is a newsroom, but not a demo. Serve it with broadsheet serve --dir {directory}, "
            "or name another directory for the demo."
        )


def _run(command: list[str]) -> None:
    """Run a part of the work as a process, which says itself why it fails; then this one ends alike."""
    if status := subprocess.Popen(command).wait():
        sys.exit(status if status > 0 else 128 - status)


COMMANDS = (demo, build)
