"""The command that shows a living newsroom."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import click

from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import open_newsroom
from broadsheet.project.cli.starting import make_newsroom
from broadsheet.project.env import FILE_NAME

SIGNS = "demo.json"
"""Where the demo keeps what it prints: who signs in, where the campaign is."""


@click.command()
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), default="newsroom", show_default=True
)
@click.option("--port", type=click.IntRange(1, 65534), default=8000, show_default=True)
def demo(directory: Path, port: int) -> int:
    """Make and serve an invented newsroom with stories, supporters and a campaign."""
    from broadsheet.project.processes import need_port
    from broadsheet.project.serving import command, serve_newsroom

    need_port("127.0.0.1", port)
    signs = directory / "data" / SIGNS
    if not signs.exists():
        _need_room(directory)
        _run(command("demo-build", directory, "--port", str(port)))
    found, values = open_newsroom(directory)
    shown = json.loads(signs.read_text(encoding="utf-8"))

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
    click.echo("Making the newsroom: settings, secrets, database")
    chosen = {
        "name": "The Larkenford Lantern",
        "url": f"http://127.0.0.1:{port}",
        "time_zone": "Europe/London",
        "languages": ("en", "ar"),
        "processor": "sandbox",
        "sandbox_port": port + 1,
    }
    make_newsroom(directory, chosen, None)
    from broadsheet.demo.actions import build_newsroom
    from broadsheet.newsroom.actions.indexing import index_pending
    from broadsheet.press.actions import press_everything

    signs = build_newsroom(say=click.echo)
    click.echo("Pressing the edition")
    outcome = press_everything()
    index_pending()
    click.echo(f"{outcome.renders} pages pressed; ready after {time.monotonic() - began:.0f} s")
    (directory / "data" / SIGNS).write_text(json.dumps(signs), encoding="utf-8")


def _need_room(directory: Path) -> None:
    if not directory.exists() or (directory.is_dir() and not any(directory.iterdir())):
        return
    if (directory / FILE_NAME).is_file():
        raise Failure(
            f"{directory} is a newsroom, but not a finished demo. Serve it with broadsheet serve --dir "
            f"{directory}, or name a new directory for the demo (an interrupted one can be removed)."
        )
    raise Failure(f"{directory} is not empty and no newsroom. Name a new directory.")


def _run(command: list[str]) -> None:
    child = subprocess.Popen(command)
    status = child.wait()
    if status:
        raise Failure("The demo could not be made; the lines above say why.")


COMMANDS = (demo, build)
