"""What a processor can take: the units in which it counts a currency, and the least and the most it takes.

ISO 4217 and processors disagree: a processor may count a currency without decimals in hundredths. The
table follows Stripe's page "Supported currencies", whose rules the sandbox keeps.
"""

from __future__ import annotations

ZERO_DECIMAL = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
"""Counted in whole units by us and by the processor."""

WHOLE_BUT_COUNTED_IN_HUNDREDTHS = frozenset({"ISK", "UGX"})
"""Without decimals by ISO 4217; the processor counts hundredths and wants them to be zero."""

THREE_DECIMAL = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""Counted in thousandths; the processor wants the last digit to be zero."""

TWO_DECIMAL = frozenset(
    "AED ARS AUD BRL CAD CHF CNY COP CZK DKK EGP EUR GBP GEL GHS HKD HUF IDR ILS INR KES MAD MXN "
    "MYR NGN NOK NZD PEN PHP PKR PLN QAR RON RSD SAR SEK SGD THB TRY TWD TZS UAH USD UYU ZAR".split()
)

KNOWN = ZERO_DECIMAL | WHOLE_BUT_COUNTED_IN_HUNDREDTHS | THREE_DECIMAL | TWO_DECIMAL

MOST = 99_999_999
"""The most that a processor takes at once, in its own units."""

_LEAST = {
    **dict.fromkeys("AUD BRL CAD CHF EUR NZD SGD USD".split(), 100),
    "GBP": 100,
    "DKK": 500,
    "NOK": 500,
    "SEK": 500,
    "MXN": 2000,
    "HKD": 800,
    "THB": 2000,
    "CZK": 2500,
    "HUF": 20000,
    "PLN": 400,
    "RON": 400,
    "TWD": 3000,
    "INR": 5000,
    "AED": 400,
    "JPY": 100,
    "KRW": 1000,
    "VND": 20000,
    "CLP": 900,
    "PYG": 7000,
    "ISK": 100,
    "UGX": 4000,
}


def processor_exponent(currency: str) -> int:
    """How many decimals the processor's units of a currency have. Raises KeyError for an unknown one."""
    if currency in ZERO_DECIMAL:
        return 0
    if currency in THREE_DECIMAL:
        return 3
    if currency in TWO_DECIMAL or currency in WHOLE_BUT_COUNTED_IN_HUNDREDTHS:
        return 2
    raise KeyError(currency)


def processor_step(currency: str) -> int:
    """The number, in the processor's units, that every amount of a currency must be a multiple of."""
    if currency in WHOLE_BUT_COUNTED_IN_HUNDREDTHS:
        return 100
    return 10 if currency in THREE_DECIMAL else 1


def fee_step(currency: str) -> int:
    """The number, in the processor's units, that every fee in a currency is a multiple of."""
    return 100 if currency in WHOLE_BUT_COUNTED_IN_HUNDREDTHS else 1


def to_processor(minor: int, currency: str) -> int:
    """Our minor units (ISO 4217) in the processor's. Raises ValueError where it cannot take the amount."""
    units = minor * 100 if currency in WHOLE_BUT_COUNTED_IN_HUNDREDTHS else minor
    if units % processor_step(currency):
        raise ValueError(f"{minor} is no amount that a processor takes in {currency}")
    return units


def from_processor(units: int, currency: str) -> int:
    """The processor's units in our minor units (ISO 4217). Raises ValueError where a fraction would be lost."""
    if currency not in WHOLE_BUT_COUNTED_IN_HUNDREDTHS:
        return units
    minor, rest = divmod(units, 100)
    if rest:
        raise ValueError(f"{units} is no whole amount of {currency}")
    return minor


def least_gift(currency: str) -> int:
    """The smallest gift that is taken, in our minor units: below it fees eat most of it."""
    return _LEAST.get(currency, 1000 if currency in THREE_DECIMAL else 100)


def most_gift(currency: str) -> int:
    """The largest gift that is taken at once, in our minor units."""
    step = processor_step(currency)
    return from_processor(MOST // step * step, currency)
