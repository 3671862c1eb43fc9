"""A program that makes an empty database like a new newsroom's: `migrating.py FILE`, or PostgreSQL's address of one.

There is no file until it is whole.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broadsheet.project.cli.opening import open_desk
from broadsheet.project.directory import DATABASE, make_folders, write_secret

LEDGER = Path(__file__).resolve().parent / "ledger"


@contextmanager
def opened(address: str = "") -> Iterator[Path]:
    """The directory of a newsroom with the settings that tests run with, whose database has no tables yet."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-migrating-") as folder:
        directory = Path(folder)
        shutil.copytree(LEDGER, directory, dirs_exist_ok=True)
        make_folders(directory)
        if address:
            write_secret(directory, "database_url", address)
        else:
            (directory / DATABASE).touch()
        open_desk(directory)
        yield directory


def put(partial: Path, place: Path) -> None:
    """Move a file that is whole to its place, of which others know."""
    beside = place.with_name(f"{place.name}.partial")
    shutil.copyfile(partial, beside)
    beside.replace(place)


def main(place: str) -> None:
    """Make the tables, and keep nothing of the newsroom but its database."""
    address = place if place.startswith("postgres://") else ""
    with opened(address) as directory:
        from django.db import connection

        from broadsheet.project.tables import make_tables

        make_tables()
        if not address:
            partial = directory / "partial"
            connection.cursor().execute("VACUUM INTO %s", [str(partial)])
            put(partial, Path(place))


if __name__ == "__main__":
    main(sys.argv[1])
