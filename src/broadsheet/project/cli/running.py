"""Commands that run a newsroom: serve, and the single processes that it consists of."""

from __future__ import annotations

from pathlib import Path

import click

from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import dir_option, open_desk, open_newsroom
from broadsheet.project.roles import ROLES

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
@click.option(
    "--role",
    "name",
    type=click.Choice(list(ROLES)),
    help="Run only this part, at 8010 (newsstand) or 8000 (app) unless --port is given.",
)
def serve(directory: Path, host: str, port: int | None, name: str | None) -> int:
    """Run the newsroom: web, worker and schedule, until Ctrl-C or TERM.

    What dies is started again. Behind a proxy, run it under systemd as docs/run/install.md shows. A larger site
    runs its parts on their own behind one (docs/run/several.md): any number of newsstands, each at its port, which
    answer readers; one app, which is desk, giving and search; one worker.
    """
    from broadsheet.project.serving import serve_newsroom, serve_role

    found, values = open_newsroom(directory)
    if name:
        role = ROLES[name]
        if port and not role.port:
            raise Failure(f"The {name} listens on no port. Leave --port out.")
        return serve_role(
            found,
            values,
            role,
            host,
            port,
            lambda: click.echo(f"Running the {name} of {values.name}"),
        )
    return serve_newsroom(
        found, values, host, port, lambda url: click.echo(f"Serving {values.name} at {url}")
    )


def listening(name: str, what: str, usual: int) -> click.Command:
    """The command that runs one process that listens, for a supervisor such as systemd."""

    @click.command(name, hidden=True, help=f"Run the {name} process alone.")
    @dir_option
    @host_option
    @port_option
    def listen(directory: Path, host: str, port: int | None) -> None:
        from broadsheet.project.web import serve as serve_alone

        found, _values = open_newsroom(directory)
        serve_alone(found, what, host, port or usual)

    return listen


@click.command(hidden=True)
@dir_option
def worker(directory: Path) -> None:
    """Run the worker process alone."""
    from broadsheet.project.worker import run

    found, _values = open_desk(directory)
    run(found)


COMMANDS = (
    serve,
    worker,
    listening("web", "whole", 8000),
    *(listening(role.name, role.name, role.port) for role in ROLES.values() if role.port),
)
