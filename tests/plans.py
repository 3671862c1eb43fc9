"""How the database finds answers: by an index, or by looking through a table, however large it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

Question = tuple[str, Any]


@contextmanager
def questions() -> Iterator[list[Question]]:
    """What is asked of the database during the block, with the values it is asked with."""
    asked: list[Question] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield asked


def looked_through(asked: list[Question], tables: Iterable[type[models.Model]]) -> list[str]:
    """The questions for which one of these tables is looked through, each with its plan."""
    names = "|".join(model._meta.db_table for model in tables)
    scan = re.compile(rf"(SCAN|Seq Scan on) ({names})\b")
    return [f"{sql}\n{plan}" for sql, plan in _plans(asked) if scan.search(plan)]


def _plans(asked: list[Question]) -> Iterator[tuple[str, str]]:
    """Of each question how it is answered, asked as it was: its values are not known beforehand."""
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")  # else a small table is looked through
        for sql, parameters in dict(asked).items():
            cursor.execute(f"{explain} {sql}", parameters)
            yield sql, "\n".join(str(row[-1]) for row in cursor.fetchall())
