"""What a bank line is without anybody having to decide: only what cannot be mistaken. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from broadsheet.kit.money import Money

PATIENCE = dt.timedelta(days=10)
"""So long a payout is on its way at most."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A bank line as far as it matters here; `left` is what nothing explains yet."""

    left: Money
    booked_on: dt.date
    words: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that a line could be: an expected gift has a reference, a payout the day it was sent."""

    pk: int
    amount: Money
    reference: str = ""
    sent_on: dt.date | None = None


def obvious(line: Seen, candidates: Iterable[Candidate]) -> Candidate | None:
    """The one candidate that a line must be, None where there is none or more than one."""
    words = re.sub(r"[\W_]", "", line.words).lower()
    fitting = [each for each in candidates if each.amount == line.left]
    named = [each for each in fitting if each.reference and each.reference.lower() in words]
    sent = [each for each in fitting if each.sent_on and _is_in_time(each.sent_on, line.booked_on)]
    found = named or sent
    return found[0] if len(found) == 1 else None


def _is_in_time(sent_on: dt.date, booked_on: dt.date) -> bool:
    return dt.timedelta(days=-1) <= booked_on - sent_on <= PATIENCE
