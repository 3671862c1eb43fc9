"""What the worker looks for each second: found by an index, however much there was before."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from broadsheet.funding import tasks
from broadsheet.funding.actions import tell_what_comes
from broadsheet.funding.models import (
    Attempt,
    Donation,
    InboxEvent,
    Occurrence,
    Pledge,
    PledgeMail,
    Receipt,
    Refund,
    UpdateMail,
    YearlyStatement,
)
from stage import Stage

GROWS = (
    Attempt,
    Donation,
    InboxEvent,
    Occurrence,
    Pledge,
    PledgeMail,
    Receipt,
    Refund,
    UpdateMail,
    YearlyStatement,
)
"""What there is the more of the longer a newsroom lives."""


def plans_of(questions: list[tuple[str, Any]]) -> dict[str, str]:
    """How the database finds the answer to each question, asked as it was: its parameters are not known beforehand."""
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    plans = {}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")  # else a small table is looked through
        for sql, parameters in questions:
            cursor.execute(f"{explain} {sql}", parameters)
            plans[sql] = "\n".join(str(row[-1]) for row in cursor.fetchall())
    return plans


@pytest.mark.django_db
def test_worker_that_finds_nothing_to_do_looks_through_no_table_that_grows(stage: Stage) -> None:
    stage.give()
    stage.settle()
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    tasks.tick()
    tell_what_comes()
    with connection.execute_wrapper(note):
        tasks.tick()
        tell_what_comes()
    plans = plans_of(asked)
    assert len(plans) > 20
    tables = [model._meta.db_table for model in GROWS]
    looked_through = [
        f"{sql}\n{plan}"
        for sql, plan in plans.items()
        if any(f"SCAN {table}" in plan or f"Seq Scan on {table} " in plan for table in tables)
    ]
    assert looked_through == []
