"""Checking that the edition is what a full run would make, byte for byte."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from broadsheet.press.actions.batch import Batch
from broadsheet.press.actions.pressing import press_lock, render_everything
from broadsheet.press.edition import Edition, Entry
from broadsheet.press.queries import edition


@dataclass(frozen=True, slots=True)
class Difference:
    """An address at which the edition and a full run disagree; `what` says how."""

    path: str
    what: str


def check_edition() -> list[Difference]:
    """Make every document anew and compare: address, status, headers and bytes.

    Changes nothing, and nobody's publication waits for it unless one came in between: then it is done
    once more while nobody presses. Empty when the edition is true; changes that wait to be pressed show
    as differences.
    """
    number = edition().number
    found = _differences()
    if found and edition().number != number:
        with press_lock():
            return _differences()
    return found


def _differences() -> list[Difference]:
    with (
        tempfile.TemporaryDirectory(dir=settings.EDITION_DIR.parent) as scratch,
        closing(Edition.create(Path(scratch) / "edition")) as empty,
        empty.proofs(only_weighed=True) as proofs,
    ):
        batch = Batch(empty, proofs)
        render_everything(batch)
        batch.settle_claims()
        want = {entry.path: entry for entry in proofs.documents()}
    return compare({entry.path: entry for entry in edition().entries()}, want)


def compare(have: Mapping[str, Entry], want: Mapping[str, Entry]) -> list[Difference]:
    """Where two editions differ for a reader, by address."""
    found = [Difference(path, "is missing") for path in want.keys() - have.keys()]
    found += [Difference(path, "should not be there") for path in have.keys() - want.keys()]
    for path in have.keys() & want.keys():
        one, other = have[path], want[path]
        if one.status != other.status:
            found.append(Difference(path, f"has status {one.status}, not {other.status}"))
        elif (one.content_type, one.headers) != (other.content_type, other.headers):
            found.append(Difference(path, "has other headers"))
        elif one.digest != other.digest:
            found.append(Difference(path, "has other bytes"))
    return sorted(found, key=lambda difference: difference.path)
