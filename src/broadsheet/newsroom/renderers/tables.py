"""Tables of stories and static pages as data for the template: heads, cells, and which columns hold numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FIGURE = re.compile(r"[^\w]*[\d٠-٩۰-۹][\d٠-٩۰-۹.,٫٬\s]*[^\w]*|[-–—]?")
"""A cell that is a number, with a sign or a currency's."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table. An empty one heads nothing: the corner between both heads."""

    text: str
    is_head: bool
    is_figure: bool


def table(value: Any) -> dict[str, Any] | None:
    """A table block: its caption, its head and its rows of cells; None where all cells are empty."""
    found = value["table"] or {}
    rows = _written([[str(cell or "") for cell in row] for row in found.get("data") or []])
    if not rows:
        return None
    choice = found.get("table_header_choice") or ""
    has_head = bool(found.get("first_row_is_table_header")) or choice in ("row", "both")
    has_side = bool(found.get("first_col_is_header")) or choice in ("column", "both")
    figures = _figure_columns(rows[1:] if has_head else rows)
    cells = list(_cells(rows, figures, has_head=has_head, has_side=has_side))
    return {
        "caption": value["caption"] or found.get("table_caption") or "",
        "columns": cells[0] if has_head else [],
        "rows": cells[1:] if has_head else cells,
    }


def _written(rows: list[list[str]]) -> list[list[str]]:
    """The rows and columns up to the last ones with a word in them: the desk's tables start with empty ones."""
    height = max((at for at, row in enumerate(rows, 1) if any(row)), default=0)
    width = max((at for row in rows for at, cell in enumerate(row, 1) if cell), default=0)
    return [row[:width] for row in rows[:height]]


def _figure_columns(rows: list[list[str]]) -> set[int]:
    """The columns that hold nothing but numbers."""
    width = max((len(row) for row in rows), default=0)
    columns = ([row[at].strip() for row in rows if at < len(row)] for at in range(width))
    return {
        at
        for at, column in enumerate(columns)
        if any(column) and all(FIGURE.fullmatch(text) for text in column)
    }


def _cells(
    rows: list[list[str]], figures: set[int], *, has_head: bool, has_side: bool
) -> Iterator[list[Cell]]:
    for number, row in enumerate(rows):
        is_head_row = has_head and number == 0
        yield [
            Cell(
                text, bool(text.strip()) and (is_head_row or (has_side and at == 0)), at in figures
            )
            for at, text in enumerate(row)
        ]
