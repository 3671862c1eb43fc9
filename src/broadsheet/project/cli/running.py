"""Commands that run a newsroom: serve, and the single processes that it consists of."""

from __future__ import annotations

from pathlib import Path

import click

from broadsheet.project.cli.opening import dir_option, open_desk, open_newsroom

host_option = click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen on."
)
port_option = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="The port to listen on; that of `url` unless given.",
)


@click.command(short_help="Run a newsroom until Ctrl-C.")
@dir_option
@host_option
@port_option
def serve(directory: Path, host: str, port: int | None) -> int:
    """Run the newsroom: web, worker and schedule, until Ctrl-C or TERM.

    What dies is started again. Behind a proxy, run it under systemd as docs/run/install.md shows.
    """
    from broadsheet.project.serving import serve_newsroom

    found, values = open_newsroom(directory)
    return serve_newsroom(
        found, values, host, port, lambda url: click.echo(f"Serving {values.name} at {url}")
    )


@click.command(hidden=True)
@dir_option
@host_option
@port_option
def web(directory: Path, host: str, port: int | None) -> None:
    """Run the web process alone."""
    from broadsheet.project.web import serve as serve_web

    found, _values = open_newsroom(directory)
    serve_web(found, host, port or 8000)


@click.command(hidden=True)
@dir_option
def worker(directory: Path) -> None:
    """Run the worker process alone."""
    from broadsheet.project.worker import run

    found, _values = open_desk(directory)
    run(found)


COMMANDS = (serve, web, worker)
