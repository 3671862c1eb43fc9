"""The commands that make a newsroom and what a public server needs besides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from broadsheet.project import env
from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import dir_option, enter_newsroom, load_django, open_newsroom


@click.command(short_help="Make a newsroom in a new directory.")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="What the newsroom is called.")
@click.option("--domain", help="Its public domain, such as ledger.example.")
@click.option(
    "--port",
    type=click.IntRange(1, 65524),
    help="The port that it is served on here, 8000 unless given.",
)
@click.option("--timezone", "time_zone", help="Its time zone, such as Europe/Lisbon.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    help="A language code, once for each; the first is its own.",
)
@click.option("--currency", help="The currency that gifts are asked for in, such as USD.")
@click.option("--database-url", help="A PostgreSQL database; SQLite in the directory unless given.")
@click.option(
    "--production", is_flag=True, help="Also write systemd units, nginx and Caddy configuration."
)
def init(
    directory: Path, domain: str | None, database_url: str | None, production: bool, **chosen: Any
) -> None:
    """Make a newsroom in DIR: settings, secrets, theme folder, database and an empty front page."""
    if production and not domain:
        raise Failure("--production writes configuration for a public site; name it with --domain.")
    chosen = {name: value for name, value in chosen.items() if value}
    port = chosen.pop("port", 8000)
    chosen["url"] = f"https://{domain}" if domain else f"http://127.0.0.1:{port}"
    if domain:
        chosen |= {"email_from": f"newsroom@{domain}", "behind_proxy": production}
    else:
        chosen |= {"processor": "sandbox", "sandbox_port": port + 1}
    from broadsheet.project.construction import construction

    with construction(directory):
        make_newsroom(directory, chosen, database_url)
        if production:
            from broadsheet.project.deployment import write_deployment

            write_deployment(directory.resolve(), env.load(directory), port)
    if production:
        click.echo(f"Wrote {directory}/deploy/; docs/run/install.md says where each file goes.")
    click.echo(f"Made a newsroom in {directory}. Next:")
    click.echo(f"  broadsheet user create --dir {directory}    an account for yourself")
    click.echo(f"  broadsheet serve --dir {directory}          run it")


@click.command(short_help="Write systemd units and proxy configuration.")
@dir_option
@click.option(
    "--port",
    type=click.IntRange(1, 65524),
    default=8000,
    show_default=True,
    help="Where the web process or the app listens.",
)
def deployment(directory: Path, port: int) -> None:
    """Write systemd units, nginx and Caddy configuration into the newsroom's folder `deploy`, as this version has them.

    Do it after a change of domain or languages, too. Nothing takes effect before you put it in its place.
    """
    from broadsheet.project.deployment import write_deployment

    found, values = open_newsroom(directory)
    if not values.url.startswith("https://"):
        raise Failure(f'{values.url} is no public address. Set url = "https://…" in settings.toml.')
    for path in write_deployment(found, values, port):
        click.echo(f"Wrote {path}")


def make_newsroom(directory: Path, chosen: dict[str, Any], database_url: str | None) -> None:
    """Make a newsroom with empty front pages and the first static ones, pressed, in a directory under construction.

    Django is loaded from then on.
    """
    from broadsheet.project.directory import DATABASE, make_directory, write_secret

    make_directory(directory, chosen)
    if database_url:
        write_secret(directory, "database_url", database_url)
    found, values = enter_newsroom(directory)
    if not values.database_url:
        (found / DATABASE).touch(mode=0o640)
    load_django()

    from broadsheet.newsroom.actions.first_pages import write_first_pages
    from broadsheet.newsroom.actions.founding import found_newsroom
    from broadsheet.newsroom.actions.indexing import index_pending
    from broadsheet.newsroom.models import FrontPage
    from broadsheet.press.actions import press_everything
    from broadsheet.project.schema import need_no_tables
    from broadsheet.project.tables import make_tables

    need_no_tables()
    make_tables()
    found_newsroom(name=values.name, languages=values.languages, base_url=values.url, by="init")
    for front in FrontPage.objects.order_by("path"):
        write_first_pages(front=front, by="init")
    press_everything()
    index_pending()


COMMANDS = (init, deployment)
