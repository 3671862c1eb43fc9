"""Supporters and their pledges as another system's CSV has them: rows understood, or what is wrong with them. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from broadsheet.funding.choices import Cadence
from broadsheet.funding.errors import BadMap
from broadsheet.funding.rules.giving import problem_with
from broadsheet.funding.rules.going import plain_text
from broadsheet.kit.money import Money, MoneyError, parse_money

COLUMNS = {
    "email": "whose it is; needed",
    "name": "",
    "language": "a code of the newsroom's languages",
    "reference": "the other system's name of the pledge; with it comes a pledge",
    "cadence": "monthly or yearly",
    "amount": "such as 12.50",
    "currency": "the newsroom's own unless given",
    "next_on": "the day of the next gift, such as 2027-01-31",
    "consent": "what was agreed to, word by word",
    "consent_on": "the day on which it was",
    "customer": "the processor's names of customer",
    "method": "and method; without them a link is sent when the gift is due",
    "label": "",
    "expires_on": "",
}
"""What a column may be."""

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Promised:
    """A running pledge as it is brought over; `token` is a customer and a method, empty where there is none."""

    reference: str
    cadence: Cadence
    amount: Money
    next_on: dt.date
    consent: str
    consent_on: dt.date
    token: tuple[str, str] = ("", "")
    label: str = ""
    expires_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """One row: who, and the pledge, if any. `problem` says why it cannot be used; numbers count from 2."""

    number: int
    email: str = ""
    name: str = ""
    language: str = ""
    promised: Promised | None = None
    problem: str = ""


class _Wrong(ValueError):
    """A row cannot be used, and why."""


def headings_of(pairs: Iterable[str]) -> dict[str, str]:
    """Headings by column, from `column=heading`. Raises BadMap for anything else."""
    named: dict[str, str] = {}
    for pair in pairs:
        column, _, heading = (word.strip() for word in pair.partition("="))
        if column not in COLUMNS or not heading or column in named:
            raise BadMap(
                f"“{pair}”: write COLUMN=HEADING once each; columns are {', '.join(COLUMNS)}."
            )
        named[column] = heading
    return named


def read_supporters(
    text: str,
    *,
    headings: Mapping[str, str],
    currency: str,
    languages: tuple[str, ...],
    today: dt.date,
) -> list[Brought]:
    """Every row but empty ones. A column's heading is its own name unless `headings` says another.

    Raises BadMap where the file is no CSV, or where a heading that is needed or was named is not there once.
    """
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise BadMap(f"This is no CSV: {error}.") from error
    head = [name.strip() for name in rows[0]] if rows else []
    for heading in {"email": "email", **headings}.values():
        if head.count(heading) != 1:
            raise BadMap(
                f"The first line has to name the column “{heading}” once: {', '.join(head)}"
            )
    columns = {column: headings.get(column, column) for column in COLUMNS}
    at = {column: head.index(heading) for column, heading in columns.items() if heading in head}
    return list(_read(rows[1:], at, currency, languages, today))


def _read(
    rows: list[list[str]],
    at: dict[str, int],
    currency: str,
    languages: tuple[str, ...],
    today: dt.date,
) -> Iterator[Brought]:
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows, 2):
        said = {
            column: plain_text(cells[place].strip()) if place < len(cells) else ""
            for column, place in at.items()
        }
        if not any(said.values()):
            continue
        try:
            row = _row(number, said, currency, languages, today)
        except _Wrong as wrong:
            yield Brought(number, said.get("email", ""), problem=str(wrong))
            continue
        reference = row.promised.reference if row.promised else ""
        before = seen.setdefault(reference, number) if reference else number
        if before != number:
            row = Brought(number, row.email, problem=f"its reference is that of row {before}")
        yield row


def _row(
    number: int, said: dict[str, str], currency: str, languages: tuple[str, ...], today: dt.date
) -> Brought:
    email, code = said["email"].lower(), said.get("language") or languages[0]
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise _Wrong("email is no address")
    if code not in languages:
        raise _Wrong(f"language is none of {', '.join(languages)}")
    promised = _promised(said, currency, today) if said.get("reference") else None
    if promised is None and (said.get("amount") or said.get("next_on")):
        raise _Wrong(
            "a pledge needs its reference, by which it is known when the file is read again"
        )
    return Brought(number, email, said.get("name", "")[:120], code, promised)


def _promised(said: dict[str, str], currency: str, today: dt.date) -> Promised:
    if said.get("cadence") not in (Cadence.MONTHLY, Cadence.YEARLY):
        raise _Wrong("cadence is monthly or yearly")
    if not said.get("consent"):
        raise _Wrong("nobody agreed to it: consent is empty")
    try:
        amount = parse_money(said.get("amount", ""), said.get("currency") or currency)
    except (MoneyError, ValueError) as error:
        raise _Wrong(f"amount: {error}") from error
    if problem := problem_with(amount):
        raise _Wrong(f"amount cannot be taken ({problem.kind})")
    token = (said.get("customer", ""), said.get("method", ""))
    if bool(token[0]) is not bool(token[1]) or max(map(len, token)) > 100:
        raise _Wrong("customer and method come together, or neither")
    next_on, consent_on = _day(said, "next_on"), _day(said, "consent_on")
    if next_on <= today:
        raise _Wrong("next_on is not to come: a gift that is due already is never taken unseen")
    if consent_on > today:
        raise _Wrong("consent_on is still to come")
    expires_on = _day(said, "expires_on") if said.get("expires_on") else None
    return Promised(
        reference=said["reference"],
        cadence=Cadence(said["cadence"]),  # type: ignore[call-arg]
        amount=amount,
        next_on=next_on,
        consent=said["consent"],
        consent_on=consent_on,
        token=token,
        label=said.get("label", "")[:60],
        expires_on=expires_on,
    )


def _day(said: dict[str, str], column: str) -> dt.date:
    try:
        return dt.date.fromisoformat(said.get(column, ""))
    except ValueError as error:
        raise _Wrong(f"{column} is no day such as 2027-01-31") from error
