"""A program that makes an empty, migrated SQLite database: `migrating.py FILE`. There is no file until it is whole."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from broadsheet.project.cli.opening import open_desk
from broadsheet.project.directory import DATABASE, make_folders

LEDGER = Path(__file__).resolve().parent / "ledger"


def main(file: Path) -> None:
    """Migrate the database of a newsroom with the settings that tests run with, and keep nothing else of it."""
    from django.core.management import call_command

    with tempfile.TemporaryDirectory(prefix="broadsheet-migrating-") as folder:
        directory = Path(folder)
        shutil.copytree(LEDGER, directory, dirs_exist_ok=True)
        make_folders(directory)
        (directory / DATABASE).touch()
        open_desk(directory)
        from django.db import connection

        call_command("migrate", interactive=False, verbosity=0)
        partial = directory / "partial.sqlite3"
        connection.cursor().execute("VACUUM INTO %s", [str(partial)])
        beside = file.with_name(f"{file.name}.partial")
        shutil.copyfile(partial, beside)
        beside.replace(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
