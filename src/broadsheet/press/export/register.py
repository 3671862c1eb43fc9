"""Which exports an edition has, so that what is purged leaves them as well."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from broadsheet.press.edition import Edition
from broadsheet.press.edition.lock import locked
from broadsheet.press.errors import ExportBusy, PressError
from broadsheet.press.export.exporting import Export
from broadsheet.press.export.following import alone
from broadsheet.press.export.mark import read_mark
from broadsheet.press.export.site import Site

FILE = "exports.json"

PATIENCE = 60.0
"""Seconds to wait for somebody who keeps an export current."""


def enter(edition: Edition, directory: Path, reload: str | None) -> None:
    """Note an export of this edition, and how its servers are told of redirects."""
    with locked(edition.directory, PATIENCE, "exports.lock"):
        _write(edition, _known(edition) | {str(directory): reload})


def refresh_exports(
    edition: Edition, site: Site
) -> Iterator[tuple[Path, PressError | OSError | None]]:
    """Bring every export that is known of to where the edition is, all of it; yields each, and what went wrong.

    One that somebody else keeps current is waited for. One that is not there any more is forgotten.
    """
    for name, reload in _known(edition).items():
        directory = Path(name)
        if read_mark(directory) is None:
            with locked(edition.directory, PATIENCE, "exports.lock"):
                _write(edition, {one: how for one, how in _known(edition).items() if one != name})
            yield directory, FileNotFoundError(2, "It is not there any more", name)
            continue
        try:
            _refresh(edition, directory, site, reload)
        except (PressError, OSError) as error:
            yield directory, error
        else:
            yield directory, None


def _refresh(edition: Edition, directory: Path, site: Site, reload: str | None) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with alone(directory):
                Export(edition, directory, site, reload).bring_up()
                return
        except ExportBusy:
            found = read_mark(directory)
            if found is not None and (found.step or 0) >= edition.number:
                return
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _known(edition: Edition) -> dict[str, str | None]:
    try:
        known: dict[str, str | None] = json.loads((edition.directory / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return known


def _write(edition: Edition, known: dict[str, str | None]) -> None:
    partial = edition.directory / f"{FILE}.partial"
    partial.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    partial.replace(edition.directory / FILE)
