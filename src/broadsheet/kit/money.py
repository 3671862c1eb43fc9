"""Amounts of money: whole minor units and a currency; no float, no arithmetic across currencies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from babel.core import Locale
from babel.numbers import format_currency


class MoneyError(ValueError):
    """An amount that cannot be read; the message is safe to show and says how to mend it."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`minor` units (cents) of a currency named by its ISO 4217 code."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("minor units are a whole number")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise ValueError(f"{self.currency!r} is not an ISO 4217 code")

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise TypeError(f"{self.currency} and {other.currency} cannot be mixed")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def format(self, locale: str = "en", *, with_zeros: bool = False) -> str:
        """The amount as people of a locale write it; whole amounts without their zeros, `$25` beside `$25.50`, unless
        they stand in a column with others."""
        known = Locale.parse(locale, sep="-")
        places = exponent(self.currency)
        decimals = "." + "0" * places if places and (with_zeros or self.minor % 10**places) else ""
        # A locale's own number of decimals may be less than the currency has: an amount is never rounded.
        pattern = re.sub(r"\.0+", decimals, known.currency_formats["standard"].pattern)
        text = format_currency(
            self.decimal, self.currency, pattern, locale=known, currency_digits=False
        )
        # Between right-to-left words the sign of “US$” would change sides: a mark keeps it there (UAX 9).
        return text.replace("$", "$\u200e") if known.text_direction == "rtl" else text


_PLACES = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW MGA PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
"""ISO 4217, list one; all others have two. MGA has fifths there that nobody counts. Not the table of the
Unicode CLDR, which says how people write amounts (RSD without decimals) and not what they are counted in."""


def exponent(currency: str) -> int:
    """How many decimal places a currency has by ISO 4217 (JPY 0, USD 2, KWD 3)."""
    return _PLACES.get(currency, 2)


MOST_DIGITS = 15
"""Digits of the longest amount that is read: in minor units of any currency it fits a 64-bit integer."""

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")


def parse_money(text: str, currency: str) -> Money:
    """Read an amount that a person typed, in any of the usual ways of writing it.

    A last point or comma that stands alone of its kind is the decimal mark, unless three digits follow it
    and the currency has fewer places: then, as in `1.234`, it groups thousands (what was understood is
    always shown before anything is paid). Arabic and Persian digits are digits. Raises MoneyError for
    anything else: signs, exponents, words, too many decimals.
    """
    cleaned = re.sub(r"[\s\u00a0\u202f'\u2019\u200e\u200f]", "", text.translate(_DIGITS))
    if not re.fullmatch(r"\d[\d.,]*", cleaned):
        raise MoneyError("Please write the amount in digits, for example 25 or 25.50.")
    places = exponent(currency)
    if len(re.sub(r"[.,]", "", cleaned)) > MOST_DIGITS:
        raise MoneyError("This amount is too large; please write a smaller one.")
    whole, fraction = _split_decimal(cleaned, places)
    cents = fraction.rstrip("0")
    if len(cents) > places:
        raise MoneyError(f"{currency} has {places} decimal places; please write a rounder amount.")
    return Money(int(whole + cents.ljust(places, "0")), currency)


def _split_decimal(text: str, places: int) -> tuple[str, str]:
    """The digits before and after the decimal mark. Raises MoneyError where grouping makes no sense."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return text, ""
    mark, head, tail = text[last], text[:last], text[last + 1 :]
    grouping = {".", ","} - {mark}
    alone = mark not in head
    is_group = len(tail) == 3 and (not alone or places < 3) and not (grouping & set(head))
    if is_group or not alone:
        groups = text.split(mark)
        separator_ok = alone or not (grouping & set(text))
        if len(groups[0]) > 3 or any(len(g) != 3 for g in groups[1:]) or not separator_ok:
            raise MoneyError("Please write the amount with at most one decimal mark.")
        return "".join(groups), ""
    groups = re.split(r"[.,]", head)
    if len(groups) > 1 and (len(groups[0]) > 3 or any(len(g) != 3 for g in groups[1:])):
        raise MoneyError("Please write the amount with at most one decimal mark.")
    return "".join(groups), tail
