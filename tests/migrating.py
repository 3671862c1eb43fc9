"""A program that makes an empty, migrated database: `migrating.py FILE`, or the address of an empty one on PostgreSQL.

There is no file until it is whole.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from broadsheet.project.cli.opening import open_desk
from broadsheet.project.directory import DATABASE, make_folders, write_secret

LEDGER = Path(__file__).resolve().parent / "ledger"


def main(place: str) -> None:
    """Migrate the database of a newsroom with the settings that tests run with, and keep nothing else of it."""
    from django.core.management import call_command

    with tempfile.TemporaryDirectory(prefix="broadsheet-migrating-") as folder:
        directory = Path(folder)
        shutil.copytree(LEDGER, directory, dirs_exist_ok=True)
        make_folders(directory)
        is_file = not place.startswith("postgres://")
        if is_file:
            (directory / DATABASE).touch()
        else:
            write_secret(directory, "database_url", place)
        open_desk(directory)
        call_command("migrate", interactive=False, verbosity=0)
        if is_file:
            _keep(directory / "partial.sqlite3", Path(place))


def _keep(partial: Path, file: Path) -> None:
    from django.db import connection

    connection.cursor().execute("VACUUM INTO %s", [str(partial)])
    beside = file.with_name(f"{file.name}.partial")
    shutil.copyfile(partial, beside)
    beside.replace(file)


if __name__ == "__main__":
    main(sys.argv[1])
