"""How long the law makes us keep records of somebody who was erased."""

from __future__ import annotations

import datetime as dt

from broadsheet.funding.choices import StatementForm

KEPT_YEARS = {
    StatementForm.GENERAL.value: 10,
    StatementForm.US.value: 7,
    StatementForm.DE.value: 10,
    StatementForm.FR.value: 10,
    StatementForm.GB.value: 6,
}
"""Years after the one of a record (docs/decisions/0027), by the law that statements are written for."""


def kept_until(day: dt.date, form: str) -> dt.date:
    """The last day on which the words of a record of this day are kept."""
    return dt.date(day.year + KEPT_YEARS[form], 12, 31)
