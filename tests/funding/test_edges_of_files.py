"""The edges of what is read from files of others and of what is reckoned over a year: each cell, month and word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from broadsheet.funding.choices import Cadence
from broadsheet.funding.errors import BadMap
from broadsheet.funding.rules.bringing import Brought, Promised, headings_of, read_supporters
from broadsheet.funding.rules.going import (
    FORMULAS,
    Month,
    Taken,
    months_of,
    next_month,
    spreadsheet_cell,
)
from broadsheet.funding.rules.moving import Mapped, read_map
from broadsheet.funding.rules.yearly import Given, german_digits, given_from, span_of, totals_of
from broadsheet.kit.money import Money

TODAY = dt.date(2026, 3, 1)
DAY = dt.timedelta(days=1)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


# Maps of tokens -----------------------------------------------------------------------------------

HEADS = "old_customer,old_method,new_customer,new_method"


def test_map_is_understood_row_by_row() -> None:
    longest = "x" * 100
    text = (
        f" Old_Customer ,old_method,NEW_CUSTOMER,new_method,label,expires_on\n"
        f"a, b ,c,d,{'l' * 61},2027-12-31\n"
        " , ,,\n"
        f"{longest},b,c,d\n"
        f"{longest}x,b,c,d\n"
        "e,f,,\n"
        "a,b,c,d\n"
        "g,h,i,j,,2027-13-01\n"
        "e,f,c,d\n"
        "g,h,,j\n"
        "k\n"
    )
    assert read_map(text) == [
        Mapped(2, ("a", "b"), ("c", "d"), "l" * 60, dt.date(2027, 12, 31)),
        Mapped(4, (longest, "b"), ("c", "d")),
        Mapped(5, (f"{longest}x", "b"), problem="a name is longer than 100 characters"),
        Mapped(6, ("e", "f"), problem="new_customer, new_method is empty"),
        Mapped(7, ("a", "b"), problem="this method is in the file twice"),
        Mapped(8, ("g", "h"), problem="expires_on is no day such as 2027-12-31"),
        Mapped(9, ("e", "f"), problem="this method is in the file twice"),
        Mapped(10, ("g", "h"), problem="new_customer is empty"),
        Mapped(11, ("k", ""), problem="old_method, new_customer, new_method is empty"),
    ]
    assert read_map(f"{HEADS}\na,b,c,d,more\n") == [Mapped(2, ("a", "b"), ("c", "d"))]
    assert read_map(f"{HEADS}\n") == []


def test_map_names_the_columns_that_are_not_there_once() -> None:
    said = (
        "The first line has to name these columns, once each: old_customer, old_method, new_customer, new_method "
        "(and may name label and expires_on). Not so: "
    )
    for text, missing in (
        ("", "old_customer, old_method, new_customer, new_method."),
        (f"{HEADS},new_method", "new_method."),
        ("old_customer;old_method", "old_customer, old_method, new_customer, new_method."),
    ):
        with pytest.raises(BadMap) as refused:
            read_map(text)
        assert str(refused.value) == said + missing
    with pytest.raises(BadMap) as refused:
        read_map(f'{HEADS}\n"a"b,c')
    assert str(refused.value) == "This is no CSV: ',' expected after '\"'."


# Supporters of another system -----------------------------------------------------------------------

FULL = {
    "email": "Sam@Example.org",
    "reference": "r1",
    "cadence": "monthly",
    "amount": "12.50",
    "next_on": "2026-03-02",
    "consent": "Yes: monthly",
    "consent_on": "2026-03-01",
}
NO_REFERENCE = "a pledge needs its reference, by which it is known when the file is read again"
PROMISED = Promised("r1", Cadence.MONTHLY, usd(1250), TODAY + DAY, "Yes: monthly", TODAY)


def rows(*said: dict[str, str], **headings: str) -> list[Brought]:
    columns = list(dict.fromkeys(name for row in said for name in row))
    lines = [",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in said)]
    return read_supporters(
        "\n".join(lines), headings=headings, currency="USD", languages=("en", "ar"), today=TODAY
    )


def test_supporter_comes_with_their_pledge_or_without() -> None:
    more = {
        "name": "n" * 121, "language": "ar", "currency": "EUR", "customer": "c" * 100, "method": "m" * 100,
        "label": "l" * 61, "expires_on": "2027-12-31", "cadence": "yearly", "reference": "r2",
    }  # fmt: skip
    token = ("c" * 100, "m" * 100)
    assert rows(FULL, {"email": ""}, FULL | more, {"email": "a@b.org", "name": " Ann "}) == [
        Brought(2, "sam@example.org", "", "en", PROMISED),
        Brought(
            4, "sam@example.org", "n" * 120, "ar",
            replace(
                PROMISED, reference="r2", cadence=Cadence.YEARLY, amount=Money(1250, "EUR"), token=token,
                label="l" * 60, expires_on=dt.date(2027, 12, 31),
            ),
        ),
        Brought(5, "a@b.org", "Ann", "en"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"email": "sam@example"}, "email is no address"),
        ({"email": f"{'s' * 243}@example.org"}, "email is no address"),
        ({"language": "fr"}, "language is none of en, ar"),
        ({"reference": ""}, NO_REFERENCE),
        ({"reference": "", "amount": ""}, NO_REFERENCE),
        ({"reference": "", "next_on": ""}, NO_REFERENCE),
        ({"cadence": ""}, "cadence is monthly or yearly"),
        ({"cadence": "weekly"}, "cadence is monthly or yearly"),
        ({"consent": ""}, "nobody agreed to it: consent is empty"),
        ({"amount": "0.50"}, "amount cannot be taken (too_small)"),
        ({"currency": "ZZZ"}, "amount cannot be taken (currency)"),
        ({"customer": "c"}, "customer and method come together, or neither"),
        ({"method": "m"}, "customer and method come together, or neither"),
        ({"customer": "c", "method": "m" * 101}, "customer and method come together, or neither"),
        ({"next_on": ""}, "next_on is no day such as 2027-01-31"),
        ({"next_on": "2026-03-01"}, "next_on is not to come: a gift that is due already is never taken unseen"),
        ({"consent_on": "2026-03-02"}, "consent_on is still to come"),
        ({"consent_on": "soon"}, "consent_on is no day such as 2027-01-31"),
        ({"expires_on": "12/27"}, "expires_on is no day such as 2027-01-31"),
    ],
)  # fmt: skip
def test_row_says_what_is_wrong_with_it(said: dict[str, str], problem: str) -> None:
    email = FULL["email"] if "email" not in said else said["email"]
    assert rows(FULL | said) == [Brought(2, email, problem=problem)]


def test_column_that_is_not_there_is_an_empty_cell() -> None:
    def without(*names: str) -> Brought:
        [row] = rows({name: said for name, said in FULL.items() if name not in names})
        return row

    assert without() == Brought(2, "sam@example.org", "", "en", PROMISED)
    for name, problem in {
        "cadence": "cadence is monthly or yearly",
        "consent": "nobody agreed to it: consent is empty",
        "next_on": "next_on is no day such as 2027-01-31",
        "amount": rows(FULL | {"amount": ""})[0].problem,
    }.items():
        assert without(name) == Brought(2, "Sam@Example.org", problem=problem)
    assert without("reference", "amount").problem == NO_REFERENCE
    assert without("reference", "amount", "next_on").problem == ""


def test_amount_of_a_row_says_how_it_is_written() -> None:
    [none], [wrong] = rows(FULL | {"amount": ""}), rows(FULL | {"amount": "x", "currency": "EUR"})
    assert none.problem.startswith("amount: ")
    assert wrong.problem.startswith("amount: ")
    [odd] = rows(FULL | {"currency": "usd"})
    assert odd.problem.startswith("amount: ")
    assert rows({"email": f"{'s' * 242}@example.org"})[0].problem == ""


def test_reference_is_known_by_its_first_row_even_where_columns_are_missing() -> None:
    found = rows(
        FULL, FULL | {"email": "ann@example.org"}, {"email": "b@c.org"}, {"email": "c@d.org"}
    )
    assert [each.problem for each in found] == ["", "its reference is that of row 2", "", ""]
    assert found[1] == Brought(3, "ann@example.org", problem="its reference is that of row 2")
    assert [each.problem for each in rows({"email": "x"}, FULL)] == ["email is no address", ""]
    text = "email,name,reference\nann@example.org"
    read = read_supporters(text, headings={}, currency="USD", languages=("en",), today=TODAY)
    assert read == [Brought(2, "ann@example.org", "", "en")]


def test_headings_are_named_once_and_have_to_be_there_once() -> None:
    assert headings_of([" email = Mail = address ", "name=Who"]) == {
        "email": "Mail = address",
        "name": "Who",
    }
    said = (
        "write COLUMN=HEADING once each; columns are email, name, language, reference, cadence, amount, currency, "
        "next_on, consent, consent_on, customer, method, label, expires_on."
    )  # fmt: skip
    for pairs in (["mail=x"], ["email="], ["email"], ["name=a", "name=b"]):
        with pytest.raises(BadMap) as refused:
            headings_of(pairs)
        assert str(refused.value) == f"“{pairs[-1]}”: {said}"
    assert rows({"Mail": "a@b.org", "Who": "Ann"}, email="Mail", name="Who") == [
        Brought(2, "a@b.org", "Ann", "en")
    ]
    for head, missing, headings in (
        ("name, who", "email", {}),
        ("email,email", "email", {}),
        ("email,x", "Mail", {"email": "Mail"}),
        ("email,x", "Who", {"name": "Who"}),
    ):
        with pytest.raises(BadMap) as refused:
            read_supporters(head, headings=headings, currency="USD", languages=("en",), today=TODAY)
        there = head.replace(", ", ",").replace(",", ", ")
        assert (
            str(refused.value) == f"The first line has to name the column “{missing}” once: {there}"
        )
    with pytest.raises(BadMap) as refused:
        read_supporters('email\n"a"b', headings={}, currency="USD", languages=("en",), today=TODAY)
    assert str(refused.value) == "This is no CSV: ',' expected after '\"'."
    with pytest.raises(BadMap) as refused:
        read_supporters("", headings={}, currency="USD", languages=("en",), today=TODAY)
    assert str(refused.value) == "The first line has to name the column “email” once: "


# Recurring revenue ----------------------------------------------------------------------------------


def month(at: int, year: int = 2026) -> dt.date:
    return dt.date(year, at, 1)


def test_months_follow_each_other_over_the_year() -> None:
    assert [next_month(month(12), by) for by in (-12, -11, 0, 1, 2)] == [
        month(12, 2025), month(1), month(12), month(1, 2027), month(2, 2027),
    ]  # fmt: skip
    assert next_month(month(1)) == month(2)


def test_month_says_by_what_it_differs_from_the_one_before() -> None:
    def monthly(pledge: int, minor: int, *months: int) -> list[Taken]:
        return [Taken(pledge, "monthly", month(at), minor) for at in months]

    taken = [
        *monthly(1, 100, 1, 2, 3, 4), *monthly(2, 30, 2, 4), *monthly(3, 7, 1), *monthly(4, 5, 2),
        *monthly(4, 4, 3), *monthly(5, 11, 3), *monthly(5, 13, 4), *monthly(5, 1, 4), *monthly(6, 2, 3),
        *monthly(7, 20, 2), *monthly(7, 3, 3), *monthly(8, 1, 1, 2), *monthly(8, 9, 3),
    ]  # fmt: skip
    assert months_of(taken, month(2), 3) == [
        Month(month(2), total=156, new=55, lost=7),
        Month(month(3), total=129, new=13, grown=8, shrunk=18, lost=30),
        Month(month(4), total=144, recovered=30, grown=3, lost=18),
    ]
    assert [each.kept for each in months_of(taken, month(2), 3)] == [101, 108, 111]
    again = [*monthly(1, 5, 1), *monthly(1, 0, 2), *monthly(1, 6, 3), *monthly(2, 4, 2)]
    assert months_of(again, month(3), 1) == [Month(month(3), total=6, recovered=6, lost=4)]
    none_before = [*monthly(1, 0, 1), *monthly(1, 1, 3)]
    assert months_of(none_before, month(3), 1) == [Month(month(3), total=1, new=1)]


def test_yearly_gift_is_a_twelfth_of_twelve_months() -> None:
    found = months_of([Taken(1, "yearly", month(1), 1211)], month(12, 2025), 14)
    assert [each.total for each in found] == [0, *[100] * 12, 0]
    assert (found[1].new, found[13].lost) == (100, 100)


@pytest.mark.parametrize("begins", FORMULAS)
def test_cell_is_barred_wherever_a_formula_could_begin(begins: str) -> None:
    for text in (f"{begins}1", f"  {begins}1"):
        assert spreadsheet_cell(text) == f"'{text}" if begins.strip() or text[0] == begins else text
    assert spreadsheet_cell(f"1{begins}") == f"1{begins}"


# A year of gifts ------------------------------------------------------------------------------------


def test_line_of_a_year_is_kept_and_read_as_it_was() -> None:
    given = Given("ref", dt.date(2025, 12, 31), usd(2606), usd(1303))
    kept = {
        "reference": "ref",
        "on": "2025-12-31",
        "paid": 2606,
        "returned": 1303,
        "currency": "USD",
    }
    assert given.kept() == kept
    assert given_from(kept) == given
    assert given.left == usd(1303)


def test_totals_are_of_each_currency_by_itself_in_their_order() -> None:
    day = dt.date(2025, 1, 1)
    lines = [
        Given("a", day, usd(500), usd(100)),
        Given("b", day, Money(300, "EUR"), Money(0, "EUR")),
        Given("c", day, usd(50), usd(0)),
    ]
    assert totals_of(lines) == [Money(300, "EUR"), usd(450)]
    assert totals_of([]) == []


def test_year_is_that_of_the_zone() -> None:
    zone = ZoneInfo("America/New_York")
    begins, ends = span_of(2025, zone)
    assert (begins.isoformat(), ends.isoformat()) == (
        "2025-01-01T00:00:00-05:00",
        "2026-01-01T00:00:00-05:00",
    )


def test_amount_is_said_by_its_digits() -> None:
    assert german_digits(Money(1_234_567_890, "EUR")) == (
        "X - eins - zwei - drei - vier - fünf - sechs - sieben - acht - Komma - neun - null - X EUR"
    )
