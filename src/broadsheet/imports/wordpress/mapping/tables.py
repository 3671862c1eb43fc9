"""A table's cells as rows of text of equal length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from broadsheet.imports.wordpress.mapping.markup import Node

WIDEST = 100
"""Columns or rows that one cell may span; more are a mistake or malice."""


@dataclass(slots=True)
class Table:
    """The parts of a table that stand alone: rows of cells, what heads them, and what stands outside of any cell."""

    rows: list[list[Node]]
    head: bool
    side: bool
    caption: Node | None
    outside: list[Node | str]


def read_table(table: Node) -> Table:
    """Take a table apart. A row that only heads the rest is said to be its head; the foot comes last."""
    caption: Node | None = None
    outside: list[Node | str] = []
    parts: dict[str, list[Node]] = {"thead": [], "tbody": [], "tfoot": []}
    for place, child in _walk(table, "tbody"):
        if isinstance(child, Node) and child.name == "tr":
            parts[place].append(child)
            outside += [loose for loose in child.children if not _is_cell(loose)]
        elif isinstance(child, Node) and child.name == "caption" and caption is None:
            caption = child
        else:
            outside.append(child)
    trs = [*parts["thead"], *parts["tbody"], *parts["tfoot"]]
    rows = [[cell for cell in tr.nodes if _is_cell(cell)] for tr in trs]
    rows = [row for row in rows if row]
    head = bool(rows) and len(rows) > 1 and (bool(parts["thead"]) or _all_heads(rows[0]))
    below = rows[1:] if head else rows
    side = bool(below) and all(row[0].name == "th" for row in below)
    return Table(rows, head, side, caption, outside)


def _walk(table: Node, place: str) -> Iterator[tuple[str, Node | str]]:
    """The rows of a table and everything else in it, with the part they are in."""
    for child in table.children:
        if isinstance(child, Node) and child.name in ("thead", "tbody", "tfoot"):
            yield from _walk(child, child.name)
        elif isinstance(child, Node) and child.name in ("colgroup", "col"):
            continue
        elif isinstance(child, Node) and _is_cell(child):
            yield place, Node("tr", {}, [child])
        else:
            yield place, child


def _is_cell(child: Node | str) -> bool:
    return isinstance(child, Node) and child.name in ("td", "th")


def _all_heads(row: list[Node]) -> bool:
    return all(cell.name == "th" for cell in row)


def table_value(table: Table, caption: str, text: Callable[[Node], str]) -> dict[str, Any]:
    """The value of our table block; `text` gives a cell's words. Where a cell spans, empty ones stand beside it."""
    rows = list(_grid(table.rows, text))
    width = max(map(len, rows), default=0)
    choice = {(True, True): "both", (True, False): "row", (False, True): "column"}
    return {
        "caption": caption,
        "table": {
            "data": [row + [""] * (width - len(row)) for row in rows],
            "first_row_is_table_header": table.head,
            "first_col_is_header": table.side,
            "table_header_choice": choice.get((table.head, table.side), "neither"),
            "table_caption": "",
        },
    }


def _grid(rows: list[list[Node]], text: Callable[[Node], str]) -> Iterator[list[str]]:
    reaching: dict[int, int] = {}
    for row in rows:
        line: list[str] = []
        for cell in row:
            _fill(line, reaching)
            start, down = len(line), _span(cell, "rowspan")
            line += [text(cell), *[""] * (_span(cell, "colspan") - 1)]
            reaching |= dict.fromkeys(range(start, len(line)), down - 1)
        _fill(line, reaching)
        yield line


def _fill(line: list[str], reaching: dict[int, int]) -> None:
    """Add empty cells where cells of the rows above reach down."""
    while reaching.get(len(line), 0) > 0:
        reaching[len(line)] -= 1
        line.append("")


def _span(cell: Node, name: str) -> int:
    digits = cell.get(name).strip()
    if not (digits.isascii() and digits.isdecimal()):
        return 1
    return max(1, min(int(digits[:6]), WIDEST))
