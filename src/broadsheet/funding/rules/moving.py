"""Maps of tokens: which customer and method at one processor became which at another, read from CSV. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass

from broadsheet.funding.errors import BadMap

NEEDED = ("old_customer", "old_method", "new_customer", "new_method")
OTHERS = ("label", "expires_on")
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Mapped:
    """One row of a map. `problem` says why it cannot be used, empty where it can; numbers count from 2, the first row
    behind the headings. `label` and `expires_on` where the file says them."""

    number: int
    old: tuple[str, str] = ("", "")
    new: tuple[str, str] = ("", "")
    label: str = ""
    expires_on: dt.date | None = None
    problem: str = ""


def read_map(text: str) -> list[Mapped]:
    """Every row of a map but empty ones. Raises BadMap where it has not the headings that are needed."""
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise BadMap(f"This is no CSV: {error}.") from error
    headings = [name.strip().lower() for name in rows[0]] if rows else []
    missing = [name for name in NEEDED if headings.count(name) != 1]
    if missing:
        raise BadMap(
            f"The first line has to name these columns, once each: {', '.join(NEEDED)} "
            f"(and may name {' and '.join(OTHERS)}). Not so: {', '.join(missing)}."
        )
    return list(_mapped(headings, rows))


def _mapped(headings: list[str], rows: list[list[str]]) -> Iterator[Mapped]:
    seen: set[tuple[str, str]] = set()
    for number, cells in enumerate(rows[1:], 2):
        said = {name: cell.strip() for name, cell in zip(headings, cells, strict=False)}
        if not any(said.values()):
            continue
        row = _row(number, said)
        if row.old in seen and not row.problem:
            row = Mapped(number, row.old, problem="this method is in the file twice")
        seen.add(row.old)
        yield row


def _row(number: int, said: dict[str, str]) -> Mapped:
    old_customer, old_method, new_customer, new_method = (said.get(name, "") for name in NEEDED)
    old, new = (old_customer, old_method), (new_customer, new_method)
    empty = [name for name in NEEDED if not said.get(name)]
    if empty:
        return Mapped(number, old, problem=f"{', '.join(empty)} is empty")
    if any(len(each) > LONGEST for each in (*old, *new)):
        return Mapped(number, old, problem=f"a name is longer than {LONGEST} characters")
    expires_on, until = None, said.get("expires_on", "")
    if until:
        try:
            expires_on = dt.date.fromisoformat(until)
        except ValueError:
            return Mapped(number, old, problem="expires_on is no day such as 2027-12-31")
    return Mapped(number, old, new, said.get("label", "")[:60], expires_on)
