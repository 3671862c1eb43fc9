"""Money is exact, reads what people type, and refuses what it cannot read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.kit.money import Money, MoneyError, parse_money


def test_m1_parse_money_every_cent_to_a_thousand_round_trips() -> None:
    for minor in range(1, 100_001):
        text = f"{minor // 100}.{minor % 100:02d}"
        assert parse_money(text, "USD").minor == minor
        assert parse_money(text.replace(".", ","), "EUR").minor == minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("25", "USD", 2500),
        (" 25 ", "USD", 2500),
        ("25.5", "USD", 2550),
        ("1,234.56", "USD", 123456),
        ("1.234,56", "EUR", 123456),
        ("1 234,56", "EUR", 123456),
        ("1\u202f234,56", "EUR", 123456),
        ("1'234.56", "CHF", 123456),
        ("1,234", "USD", 123400),
        ("1.234.567", "EUR", 123456700),
        ("٢٥٫٥٠", "USD", 2550),
        ("۱۲۳", "USD", 12300),
        ("500", "JPY", 500),
        ("1,500", "JPY", 1500),
        ("1.250", "KWD", 1250),
        ("25", "RSD", 2500),
        ("25", "TZS", 2500),
        ("25", "IQD", 25000),
        ("25.00", "JPY", 25),
    ],
)
def test_parse_money_usual_ways_of_writing_are_read(text: str, currency: str, minor: int) -> None:
    assert parse_money(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-5",
        "+5",
        "1e3",
        "NaN",
        "inf",
        "0x10",
        "5 dollars",
        "1.2.3",
        "1,23,4",
        "25.9999",
        "$",
        ".",
        ",5",
        "1,2,3.4",
        "½",
    ],
)
def test_parse_money_anything_else_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(MoneyError, match=r"[Pp]lease write"):
        parse_money(text, "USD")


@given(st.text(max_size=12))
def test_parse_money_any_text_is_an_amount_or_a_money_error(text: str) -> None:
    try:
        money = parse_money(text, "USD")
    except MoneyError:
        return
    assert money.minor >= 0


def test_money_of_two_currencies_is_never_mixed() -> None:
    for operation in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__):
        with pytest.raises(TypeError, match="cannot be mixed"):
            operation(Money(1, "USD"), Money(1, "EUR"))


@pytest.mark.parametrize("text", ["9" * 19, "9" * 5000, "1,000,000,000,000,000", "0." + "0" * 40])
def test_parse_money_too_long_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(MoneyError, match="too large; please write a smaller one"):
        parse_money(text, "USD")


def test_money_adds_subtracts_and_compares_within_a_currency() -> None:
    one, two = Money(100, "USD"), Money(250, "USD")
    assert (one + two, two - one) == (Money(350, "USD"), Money(150, "USD"))
    assert one < two
    assert one <= one  # noqa: PLR0124 - that is what is meant
    assert not two < one
    assert not two <= one


@pytest.mark.parametrize("code", ["usd", "US", "USDX", "", "U$D"])
def test_money_of_no_currency_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO 4217 code"):
        Money(1, code)


def test_money_from_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="whole number"):
        Money(25.0, "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("money", "locale", "text"),
    [
        (Money(2500, "USD"), "en", "$25"),
        (Money(2550, "USD"), "en", "$25.50"),
        (Money(1_000_000, "USD"), "en", "$10,000"),
        (Money(2550, "EUR"), "fr", "25,50\u00a0€"),
        (Money(500, "JPY"), "en", "¥500"),
        (Money(1250, "KWD"), "en", "KWD1.250"),
        (Money(2550, "RSD"), "en", "RSD25.50"),
        (Money(2500, "RSD"), "en", "RSD25"),
        (Money(2500, "USD"), "ar", "\u200f25\u00a0US$\u200e"),
    ],
)
def test_money_format_follows_the_locale(money: Money, locale: str, text: str) -> None:
    assert money.format(locale) == text


@pytest.mark.parametrize(
    ("money", "locale", "text"),
    [
        (Money(2500, "USD"), "en", "$25.00"),
        (Money(-2550, "USD"), "en", "-$25.50"),
        (Money(0, "EUR"), "fr", "0,00\u00a0€"),
        (Money(500, "JPY"), "en", "¥500"),
        (Money(1000, "KWD"), "en", "KWD1.000"),
    ],
)
def test_money_in_a_column_keeps_its_zeros(money: Money, locale: str, text: str) -> None:
    assert money.format(locale, with_zeros=True) == text
