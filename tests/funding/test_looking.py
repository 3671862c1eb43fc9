"""What the worker looks for each second: found by an index, however much there was before."""

from __future__ import annotations

import pytest

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
from plans import looked_through, questions
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


@pytest.mark.django_db
def test_worker_that_finds_nothing_to_do_looks_through_no_table_that_grows(stage: Stage) -> None:
    stage.give()
    stage.settle()
    tasks.tick()
    tell_what_comes()
    with questions() as asked:
        tasks.tick()
        tell_what_comes()
    assert len(dict(asked)) > 20
    assert looked_through(asked, GROWS) == []
