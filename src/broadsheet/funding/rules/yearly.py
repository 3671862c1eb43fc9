"""A year of gifts: its lines, what remains of them in each currency, its instants, its amounts in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from broadsheet.kit.money import Money


@dataclass(frozen=True, slots=True)
class Given:
    """One gift of a year: what was paid, with the fees that the supporter covered, and what went back of that."""

    reference: str
    on: dt.date
    paid: Money
    returned: Money

    @property
    def left(self) -> Money:
        return self.paid - self.returned

    def kept(self) -> dict[str, Any]:
        """The line as JSON: minor units and a currency."""
        return {
            "reference": self.reference,
            "on": self.on.isoformat(),
            "paid": self.paid.minor,
            "returned": self.returned.minor,
            "currency": self.paid.currency,
        }


def given_from(kept: dict[str, Any]) -> Given:
    """The line that was kept so."""
    currency = kept["currency"]
    return Given(
        kept["reference"],
        dt.date.fromisoformat(kept["on"]),
        Money(kept["paid"], currency),
        Money(kept["returned"], currency),
    )


def totals_of(lines: Iterable[Given]) -> list[Money]:
    """What remains, each currency by itself, in the order of their codes."""
    totals: dict[str, Money] = {}
    for line in lines:
        currency = line.paid.currency
        totals[currency] = totals.get(currency, Money(0, currency)) + line.left
    return [totals[currency] for currency in sorted(totals)]


def span_of(year: int, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """The instants at which a year begins and at which it is over, in a zone."""
    return dt.datetime(year, 1, 1, tzinfo=zone), dt.datetime(year + 1, 1, 1, tzinfo=zone)


GERMAN = ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")


def german_digits(amount: Money) -> str:
    """An amount by its digits, as the German ministry lets it be written, its ends barred against additions."""
    said = (GERMAN[int(sign)] if sign.isdigit() else "Komma" for sign in f"{amount.decimal:f}")
    return f"X - {' - '.join(said)} - X {amount.currency}"
