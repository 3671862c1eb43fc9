"""Several machines with one newsroom in one test process: gone to and left, each with its own edition."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pytest_django import Settings

from broadsheet.press.actions.checking import Difference, compare
from broadsheet.press.actions.office import Standing, standing
from broadsheet.press.edition import Edition


@dataclass
class Machine:
    """One of several, with its own edition and what its process knows. `with one.at_work():` is there."""

    name: str
    settings: Settings
    folder: Path
    knows: Standing = field(default_factory=Standing)

    def move_in(self) -> None:
        """Have the settings of this process be this machine's."""
        self.settings.BROADSHEET = dataclasses.replace(self.settings.BROADSHEET, node=self.name)
        self.settings.EDITION_DIR = self.folder / self.name / "edition"
        self.settings.MEDIA_ROOT = self.folder / self.name / "media"

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Be this machine for the length of the block, and leave as it what its process then knows."""
        self.move_in()
        become(self.knows)
        try:
            yield
        finally:
            self.knows = dataclasses.replace(standing)

    @property
    def edition(self) -> Edition:
        return Edition(self.folder / self.name / "edition")

    def gets(self, path: str) -> bytes | None:
        """What its readers get at a path, None where they get nothing or a page that says so."""
        entry = self.edition.find(path)
        if entry is None or entry.status != 200:
            return None
        with self.edition.open_blob(entry.digest) as file:
            return file.read()


def become(known: Standing) -> None:
    """Have this process know of the office what another one knew."""
    for name in ("is_worker", "term", "compared"):
        setattr(standing, name, getattr(known, name))


def differences(one: Machine, two: Machine) -> list[Difference]:
    """Where readers of two machines get something else."""
    editions = ({entry.path: entry for entry in each.edition.entries()} for each in (one, two))
    return [*compare(*editions)]
