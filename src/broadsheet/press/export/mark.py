"""The mark by which an export knows itself: whose it is, how far it is, which configuration has been loaded."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from broadsheet.press.errors import NotAnExport

FILE = "broadsheet-export.json"

LOCK = "export.lock"

OURS = {f"{FILE}.partial", LOCK}
"""What may be there before the mark is."""


@dataclass(slots=True)
class Mark:
    """What is written into `broadsheet-export.json`."""

    edition: str
    """The directory of the edition that is exported."""
    step: int | None = None
    """The step that the whole tree shows; None until it was complete once."""
    loaded: str | None = None
    """Digest of the configuration that the reload command took."""

    def write(self, directory: Path) -> None:
        partial = directory / f"{FILE}.partial"
        partial.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        partial.replace(directory / FILE)


def read_mark(directory: Path) -> Mark | None:
    """The mark of a directory, None where there is none. Raises NotAnExport for one that cannot be read."""
    try:
        told = json.loads((directory / FILE).read_text("utf-8"))
        return Mark(told["edition"], told["step"], told["loaded"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise NotAnExport(
            f"{directory / FILE} cannot be read. Empty the directory, or name another one."
        ) from error


def take(directory: Path, edition: Path) -> Mark:
    """Make a directory an export of this edition, or find that it is one. Raises NotAnExport, leaving it as it is."""
    directory.mkdir(parents=True, exist_ok=True)
    found = read_mark(directory)
    if found is None:
        if any(one.name not in OURS for one in directory.iterdir()):
            raise NotAnExport(
                f"{directory} has files in it that are no export. Name an empty directory, or one that "
                "does not exist."
            )
        found = Mark(str(edition))
        found.write(directory)
    if found.edition != str(edition):
        raise NotAnExport(
            f"{directory} is an export of another newsroom's edition, {found.edition}. Name another "
            "directory, or empty this one."
        )
    if (directory / FILE.upper()).exists():
        raise NotAnExport(
            f"The disk of {directory} takes capital letters for small ones, and addresses do not. Name a "
            "directory on another disk."
        )
    return found
