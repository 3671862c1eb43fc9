"""Commands that keep a newsroom: backup, restore, upgrade."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path

import click

from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import dir_option, enter_newsroom, open_desk
from broadsheet.project.processes import running
from broadsheet.project.values import Values

file_argument = click.argument("file", metavar="FILE", type=click.Path(path_type=Path))


@click.command(short_help="Write the whole newsroom into one file.")
@file_argument
@dir_option
def backup(file: Path, directory: Path) -> None:
    """Write the whole newsroom into FILE, also while it is served.

    Database, pictures, edition, settings, secrets and theme: keep the file as you keep a key.
    """
    found, _values = open_desk(directory)
    if file.is_dir():
        raise Failure(f"{file} is a directory. Name a file, such as {file}/newsroom.tar.gz")
    if not file.parent.is_dir():
        raise Failure(f"{file.parent} is no directory. Make it, or mount its disk, and try again.")
    size = take_backup(found, file)
    click.echo(f"Wrote {file} ({size / 1_000_000:.1f} MB).")


def take_backup(directory: Path, file: Path) -> int:
    """Write a backup and return its size in bytes. The press stands still only while the snapshot is taken."""
    from django.conf import settings

    from broadsheet.kit.media import mirror
    from broadsheet.press.actions import press_lock
    from broadsheet.project.backup import gather, pack
    from broadsheet.project.schema import need_tables

    need_tables()
    database = settings.DATABASES["default"]
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    (directory / "data" / "run").mkdir(exist_ok=True)
    mirror()
    with tempfile.TemporaryDirectory(prefix="backup-", dir=directory / "data" / "run") as staged:
        with press_lock():
            gather(directory, Path(staged), database)
        return pack(Path(staged), file, database, now)


@click.command(short_help="Put a newsroom back from a backup.")
@file_argument
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), required=True, help="A new directory."
)
@click.option(
    "--database-url",
    help="An empty PostgreSQL database instead of the one in the backup's secrets.",
)
def restore(file: Path, directory: Path, database_url: str | None) -> None:
    """Put a newsroom back from FILE into a new directory (and an empty PostgreSQL database)."""
    from broadsheet.project.construction import construction
    from broadsheet.project.directory import write_secret
    from broadsheet.project.restore import read_manifest, unpack

    if not file.is_file():
        raise Failure(f"{file} is no file. Name a backup that broadsheet backup has written.")
    with construction(directory):
        manifest = read_manifest(file)
        unpack(file, directory)
        if database_url:
            write_secret(directory, "database_url", database_url)
        _found, values = enter_newsroom(directory)
        _fill_database(directory, values, manifest["engine"])
    click.echo(f"Restored {values.name} as it was at {manifest['made']} into {directory}.")
    click.echo(
        f"Next: broadsheet upgrade --dir {directory}, then broadsheet serve --dir {directory}"
    )


def _fill_database(directory: Path, values: Values, engine: str) -> None:
    from broadsheet.project.database import POSTGRES, database
    from broadsheet.project.directory import DATABASE
    from broadsheet.project.restore import restore_database

    description = database(values.database_url, directory / DATABASE)
    if description["ENGINE"] != engine:
        raise Failure(
            "This backup holds another kind of database than its settings name now. "
            "Give the address of a PostgreSQL database with --database-url, or none for SQLite."
        )
    if engine == POSTGRES:
        restore_database(directory, description)


@click.command(short_help="Bring a newsroom up to this version.")
@dir_option
def upgrade(directory: Path) -> int:
    """Bring a newsroom up to this version: backup, migrate, press what changed, check."""
    found, values = open_desk(directory)
    if running(found / "data" / "run"):
        raise Failure("This newsroom is being served. Stop it, run the upgrade, start it again.")
    from django.core.management import call_command

    from broadsheet.newsroom.actions.indexing import catch_up, index_pending
    from broadsheet.press.actions import press_pending
    from broadsheet.press.queries import others_alive
    from broadsheet.project.cli.checking import report
    from broadsheet.project.doctor import examine
    from broadsheet.project.schema import need_no_newer, need_tables

    need_tables()
    need_no_newer()
    if values.node and (others := others_alive()):
        raise Failure(
            f"Other machines serve this newsroom: {', '.join(others)}. Stop them all first."
        )
    now = dt.datetime.now(dt.UTC)
    file = found / "backups" / f"before-upgrade-{now:%Y%m%dT%H%M%SZ}.tar.gz"
    os.umask(0o077)
    file.parent.mkdir(exist_ok=True)
    take_backup(found, file)
    click.echo(f"Backup: {file}")
    call_command("migrate", interactive=False, verbosity=0)
    click.echo("Database: up to date")
    outcome = press_pending()
    click.echo(f"Edition: {outcome.renders} pages rendered")
    catch_up()
    click.echo(f"Search: {index_pending()} changes looked at")
    return report(list(examine(found)))


COMMANDS = (backup, restore, upgrade)
