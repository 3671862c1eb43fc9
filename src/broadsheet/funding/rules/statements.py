"""Reading a bank's statement: from text to rows, each understood or named with what is wrong. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from broadsheet.kit.money import Money, MoneyError, parse_money

PARTS = {
    "date": ("date", "booking date", "posting date", "buchungstag", "fecha"),
    "amount": ("amount", "betrag", "montant", "importe"),
    "currency": ("currency", "waehrung", "devise", "moneda"),
    "words": ("description", "details", "text", "reference", "payer", "name"),
    "number": ("id", "transaction id", "number"),
}
"""What a statement's columns may be, and usual headings of each."""

NEEDED = ("date", "amount")
HEAD_ROWS = 40
"""So many rows of a bank's own words may stand before the head of the table."""


class Unreadable(ValueError):
    """A statement without the columns that are needed; the message names them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its place in the file, and either what it says or what is wrong with it; both empty where it is."""

    number: int
    ref: str = ""
    booked_on: dt.date | None = None
    amount: Money | None = None
    words: str = ""
    problem: str = ""


def named_columns(pairs: Iterable[str]) -> dict[str, list[str]]:
    """Headings by part, from `part=heading`; a part may have several. Raises Unreadable for anything else."""
    named: dict[str, list[str]] = {}
    for pair in pairs:
        part, _, heading = (word.strip() for word in pair.partition("="))
        if part not in PARTS or not heading:
            raise Unreadable(f"“{pair}”: write PART=HEADING; parts are {', '.join(PARTS)}.")
        named.setdefault(part, []).append(" ".join(heading.split()))
    return named


def read_statement(
    text: str, *, currency: str, columns: dict[str, Sequence[str]], date_format: str
) -> Iterator[Row]:
    """The rows below the head of the table, in their order.

    `columns` names the file's headings by part (`date`, `amount`, `currency`, `words`, `number`); usual
    headings are known. `currency` is that of rows which name none. Raises Unreadable.
    """
    rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
    top, places = _head(rows, columns)
    seen: Counter[tuple[object, ...]] = Counter()
    for number, cells in enumerate(rows[top + 1 :], top + 2):
        if not any(cell.strip() for cell in cells):
            yield Row(number)
            continue
        said = {part: _said(cells, at) for part, at in places.items()}
        try:
            yield _row(number, said, currency, date_format, seen)
        except ValueError as error:
            yield Row(number, problem=str(error))


def _delimiter(text: str) -> str:
    head = text[:20_000]
    return max(",;\t|", key=head.count)


def _head(
    rows: Sequence[Sequence[str]], columns: dict[str, Sequence[str]]
) -> tuple[int, dict[str, list[int]]]:
    for top, cells in enumerate(rows[:HEAD_ROWS]):
        headings = [" ".join(cell.lower().split()).lstrip("\ufeff") for cell in cells]
        places = {
            part: [
                at
                for name in map(str.lower, columns.get(part, usual))
                for at, heading in enumerate(headings)
                if heading == name
            ]
            for part, usual in PARTS.items()
        }
        if all(places[part] for part in (*NEEDED, *columns)):
            return top, places
    named = ", ".join(f"{part} ({' or '.join(columns.get(part, PARTS[part]))})" for part in NEEDED)
    raise Unreadable(
        f"No row of it heads the columns that are needed: {named}"
        f"{', and those that you named' if columns else ''}. Name them: --column date=…"
    )


def _said(cells: Sequence[str], places: Sequence[int]) -> str:
    return " ".join(" ".join(cells[at].split()) for at in places if at < len(cells)).strip()


def _row(
    number: int,
    said: dict[str, str],
    currency: str,
    date_format: str,
    seen: Counter[tuple[object, ...]],
) -> Row:
    try:
        day = dt.datetime.strptime(said["date"], date_format).date()  # noqa: DTZ007 - a day, no instant
    except ValueError as error:
        raise ValueError(f"“{said['date']}” is no date of the form {date_format}") from error
    amount = signed_money(said["amount"], said["currency"] or currency)
    same = (day, amount.minor, amount.currency, said["words"])
    seen[same] += 1
    ref = said["number"] or _digest(*same, seen[same])
    return Row(number, ref[:100], day, amount, said["words"][:500])


def signed_money(text: str, currency: str) -> Money:
    """An amount as banks write it: a sign before or behind it, or brackets for what went. Raises ValueError."""
    cleaned = text.strip().replace("\u2212", "-")
    bracketed = re.fullmatch(r"\((.+)\)", cleaned)
    is_out = bool(bracketed) or cleaned.startswith("-") or cleaned.endswith("-")
    bare = (bracketed[1] if bracketed else cleaned).strip("+- ")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValueError(f"“{currency}” is no currency code such as USD")
    try:
        amount = parse_money(bare, currency)
    except MoneyError as error:
        raise ValueError(f"“{text}” is no amount of {currency}") from error
    if not amount.minor:
        raise ValueError("the amount is zero")
    return Money(-amount.minor if is_out else amount.minor, currency)


def _digest(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:40]
