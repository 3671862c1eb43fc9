"""The edges of the rules: what holds on the last day, at the last cent, and in the very words, and not one further."""

from __future__ import annotations

import datetime as dt

import pytest

from broadsheet.funding.choices import AttemptState, Cadence, Decline
from broadsheet.funding.rules.chaining import FIRST, Entry, Fact, chain_hash
from broadsheet.funding.rules.currencies import (
    KNOWN,
    fee_step,
    least_gift,
    processor_exponent,
    to_processor,
)
from broadsheet.funding.rules.declining import Step, next_step
from broadsheet.funding.rules.erasing import kept_until
from broadsheet.funding.rules.fees import FeeSchedule, cover_for, fee_of
from broadsheet.funding.rules.folding import Seen, fold
from broadsheet.funding.rules.giving import (
    pause_before_try,
    percent_passed,
    phase_of,
    suggested_gifts,
)
from broadsheet.funding.rules.going import plain_text, spreadsheet_cell
from broadsheet.funding.rules.guarding import Answer, Limit, is_alarming, is_calm, limits
from broadsheet.funding.rules.hiding import hidden_cells
from broadsheet.funding.rules.matching import Candidate, obvious
from broadsheet.funding.rules.matching import Seen as BankLine
from broadsheet.funding.rules.promising import Rhythm, plan
from broadsheet.funding.rules.reconciling import Difference, Line, compare, extras
from broadsheet.funding.rules.returning import Paid, Shares, shares_of
from broadsheet.funding.rules.sponsoring import Terms, added_to
from broadsheet.funding.rules.statements import (
    Row,
    Unreadable,
    named_columns,
    read_statement,
    signed_money,
)
from broadsheet.kit.money import Money

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def test_suggested_gifts_are_of_the_size_of_the_currency() -> None:
    usual = (10_00, 25_00, 50_00, 100_00)
    unusual = {
        **dict.fromkeys(
            "CZK MXN THB INR TWD BHD JOD KWD OMR TND".split(), (100_00, 250_00, 500_00, 1000_00)
        ),
        **dict.fromkeys("HUF VND".split(), (100_000, 250_000, 500_000, 1_000_000)),
        **dict.fromkeys("PYG UGX".split(), (10_000, 25_000, 50_000, 100_000)),
        **dict.fromkeys(
            "BIF DJF GNF ISK KMF MGA RWF VUV XAF XOF XPF".split(), (100, 250, 500, 1000)
        ),
        "JPY": (1000, 2500, 5000, 10_000),
        "KRW": (5000, 10_000, 25_000, 50_000),
    }
    for currency in KNOWN:
        found = tuple(gift.minor for gift in suggested_gifts(currency))
        assert found == unusual.get(currency, usual), currency


def test_unknown_currency_is_named() -> None:
    with pytest.raises(KeyError, match="XYZ"):
        processor_exponent("XYZ")
    with pytest.raises(ValueError, match=r"^3 is no amount that a processor takes in KWD$"):
        to_processor(3, "KWD")
    with pytest.raises(ValueError, match=r"^a fee is at least nothing and less than everything$"):
        FeeSchedule(-1, 0)


def test_percent_that_passed_and_phase_turn_at_the_instant() -> None:
    end, tick = NOON + 100 * DAY, dt.timedelta(microseconds=1)
    passed = [
        percent_passed(now, NOON, end)
        for now in (NOON - DAY, NOON, NOON + DAY - tick, NOON + DAY, end - tick, end, end + DAY)
    ]
    assert passed == [0, 0, 0, 1, 99, 100, 100]
    phases = [phase_of(now, NOON, end) for now in (NOON - tick, NOON, end - tick, end)]
    assert phases == ["upcoming", "open", "open", "ended"]


@pytest.mark.parametrize(
    ("days", "is_it"), [(-2, False), (-1, True), (0, True), (10, True), (11, False)]
)
def test_line_is_a_payout_from_the_day_before_it_was_sent_to_the_tenth_after(
    days: int, is_it: bool
) -> None:
    sent = Candidate(1, Money(5, "USD"), sent_on=NOON.date())
    line = BankLine(Money(5, "USD"), NOON.date() + days * DAY, "payout")
    assert (obvious(line, [sent]) == sent) is is_it


def test_link_is_waited_for_two_weeks_and_a_day_longer_than_its_reminder() -> None:
    ends = [next_step(Decline.CARD, NOON, NOON + days * DAY) for days in (0, 9, 10)]
    assert ends == [Step(ends_at=NOON + days * DAY) for days in (14, 14, 15)]
    tries = [next_step(Decline.FUNDS, NOON, NOON + days * DAY) for days in (0, 3, 7, 14)]
    assert tries == [Step(retry_at=NOON + days * DAY) for days in (3, 7, 14)] + [Step()]


def test_gift_is_caught_up_on_the_seventh_day_and_let_go_on_the_eighth() -> None:
    monthly, first = Rhythm(Cadence.MONTHLY, 1), dt.date(2026, 3, 1)
    took = [plan(monthly, first, first + late * DAY).take for late in (0, 7, 8)]
    assert took == [first, first, None]


def test_periods_begin_on_their_first_day_and_anchors_are_days() -> None:
    monthly, yearly = Rhythm(Cadence.MONTHLY, 1), Rhythm(Cadence.YEARLY, 1)
    may = dt.date(2026, 5, 17)
    assert monthly.period_of(may) == dt.date(2026, 5, 1)
    assert yearly.period_of(may) == dt.date(2026, 1, 1)
    assert yearly.beginning_on(may) == Rhythm(Cadence.YEARLY, 17, 5)
    assert monthly.beginning_on(may) == Rhythm(Cadence.MONTHLY, 17, 5)
    begun = monthly.beginning_on(may)
    assert begun.next_due(may, dt.date(2026, 4, 1)) == dt.date(2026, 6, 17), "behind the day"
    assert begun.next_due(may - DAY, dt.date(2026, 4, 1)) == may


def test_column_is_named_by_what_stands_before_the_first_sign() -> None:
    assert named_columns(["amount = Sum  in = USD", "amount=Other"]) == {
        "amount": ["Sum in = USD", "Other"]
    }
    with pytest.raises(Unreadable) as refused:
        named_columns(["sum=Betrag"])
    assert str(refused.value) == (
        "“sum=Betrag”: write PART=HEADING; parts are date, amount, currency, words, number."
    )


def test_line_without_a_number_is_known_by_what_it_says_for_all_time() -> None:
    """Statements overlap: a later version that named a line otherwise would count its money twice."""
    line = "2026-03-01,25.00,Sam B\n"
    rows = read_statement(
        f"Date,Amount,Description\n{line}{line}", currency="USD", columns={}, date_format="%Y-%m-%d"
    )
    assert [row.ref for row in rows] == [
        "3db3af244669c599684d63865c2ddeedf5a4804c",
        "9671c1d27824204824c815bd256b314e3140f406",
    ]


# Fees ------------------------------------------------------------------------------------------


def test_fee_rounds_its_share_half_up_and_is_whole() -> None:
    schedule = FeeSchedule(290, 30)
    fees = [fee_of(gross, schedule) for gross in (0, 17, 18, 1000, 10_000, 1_000_000)]
    assert fees == [30, 30, 31, 59, 320, 29_030]
    assert [fee_of(1, FeeSchedule(share, 0)) for share in (4_999, 5_000)] == [0, 1]
    covers = [cover_for(gift, schedule, "USD") for gift in (100, 2500, 100_000)]
    assert covers == [34, 106, 3017]
    assert {type(number) for number in fees + covers} == {int}


def test_steps_of_fees_and_least_gifts_are_the_currency_s() -> None:
    assert [fee_step(currency) for currency in ("USD", "JPY", "KWD", "ISK", "UGX")] == [
        1,
        1,
        1,
        100,
        100,
    ]
    assert [least_gift(currency) for currency in ("USD", "JPY", "KWD", "TND")] == [
        100,
        100,
        1000,
        1000,
    ]


def test_pause_before_a_try_doubles_until_six_hours() -> None:
    pauses = [pause_before_try(tries).total_seconds() for tries in (0, 5, 11, 12, 10_000)]
    assert pauses == [10, 320, 20_480, 21_600, 21_600]


# Bank lines ------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["Gift AB-12_cd, Sam", "ab 12 CD", "xAB12CDx"])
def test_line_is_the_gift_whose_reference_it_names_in_any_spelling(words: str) -> None:
    gift, other = Candidate(1, Money(5, "USD"), "Ab12cD"), Candidate(2, Money(5, "USD"), "ab12ce")
    line = BankLine(Money(5, "USD"), NOON.date(), words)
    assert obvious(line, [gift, other]) == gift
    assert obvious(line, [other]) is None
    sent = Candidate(3, Money(5, "USD"), sent_on=NOON.date())
    assert obvious(line, [sent, gift]) == gift
    assert obvious(line, [gift, Candidate(4, Money(5, "USD"), "B12")]) is None


def read(text: str, **columns: list[str]) -> list[Row]:
    return list(read_statement(text, currency="USD", columns=columns, date_format="%d.%m.%Y"))


def test_statement_is_read_below_its_head_wherever_that_stands() -> None:
    heads = "\ufeffBooking  Date\tAMOUNT\tCurrency\tPayer\tName\tId"
    before = "\n".join(["A bank: its words"] * 39)
    text = f"{before}\n{heads}\n01.03.2026\t-1.234,50\tEUR\tSam \t B  Lee\t77\n\t \n02.03.2026\t5\n"
    assert read(text.replace("\n\t \n", "\n\t \n\n")) == [
        Row(41, "77", dt.date(2026, 3, 1), Money(-123_450, "EUR"), "Sam B Lee"),
        Row(42),
        Row(43),
        Row(
            44, read("Date;Amount\n02.03.2026;5")[0].ref, dt.date(2026, 3, 2), Money(500, "USD"), ""
        ),
    ]
    with pytest.raises(Unreadable) as refused:
        read(f"\n{text}")
    assert str(refused.value) == (
        "No row of it heads the columns that are needed: date (date or booking date or posting date or "
        "buchungstag or fecha), amount (amount or betrag or montant or importe). Name them: --column date=…"
    )


def test_statement_has_to_have_the_columns_that_were_named() -> None:
    text = "Day|Sum|Date|Amount|Who|Why\n03.03.2026|7|04.03.2026|8|Sam|Ink"
    found = read(text, date=["DAY"], amount=["Sum"], words=["Why", "Who"])
    assert [(row.booked_on, row.amount, row.words) for row in found] == [
        (dt.date(2026, 3, 3), Money(700, "USD"), "Ink Sam")
    ]
    with pytest.raises(Unreadable) as refused:
        read(text, amount=["Total", "Gross"])
    assert str(refused.value) == (
        "No row of it heads the columns that are needed: date (date or booking date or posting date or "
        "buchungstag or fecha), amount (Total or Gross), and those that you named. Name them: --column date=…"
    )


def test_row_keeps_so_much_of_what_a_bank_writes() -> None:
    rows = read(f"Date,Amount,Text,Number\n01.03.2026,5,{'w' * 600},{'7' * 200}\n")
    assert [(len(row.words), len(row.ref)) for row in rows] == [(500, 100)]
    assert read(f"Date,Amount\n01.03.2026,5,{'X' * 9}\n")[0].amount == Money(500, "USD")
    wrong = read("Date,Amount\n2026-03-01,5\n01.03.2026,none\n01.03.2026,0.00")
    assert [row.number for row in wrong] == [2, 3, 4]
    assert [row.problem for row in wrong] == [
        "“2026-03-01” is no date of the form %d.%m.%Y",
        "“none” is no amount of USD",
        "the amount is zero",
    ]


@pytest.mark.parametrize(
    ("text", "minor"),
    [("5", 500), (" +5 ", 500), ("5-", -500), ("-5", -500), ("\u22125", -500), ("(5)", -500), ("5.00 +", 500)],
)  # fmt: skip
def test_amount_is_signed_as_banks_sign_it(text: str, minor: int) -> None:
    assert signed_money(text, "USD") == Money(minor, "USD")


def test_amount_is_nothing_but_an_amount() -> None:
    with pytest.raises(ValueError, match="“X5X” is no amount of USD"):
        signed_money("X5X", "USD")


def test_currency_of_a_row_has_to_be_a_code() -> None:
    for code in ("usd", "US", "USDX", "U$D"):
        with pytest.raises(ValueError) as refused:  # noqa: PT011 - the words are looked at
            signed_money("5", code)
        assert str(refused.value) == f"“{code}” is no currency code such as USD"


# The ledger's chain, and comparing it ------------------------------------------------------------


def test_chain_is_the_same_for_all_time() -> None:
    """A later version that reckoned otherwise would call every ledger broken."""
    fact = Fact(7, "gift:ä", "gift", "north", "ch_1", "abc", "2026-03-01T12:00:00+00:00")
    entries = [Entry("gifts", -2500, "USD", 3), Entry("clearing", 2500, "USD", 0)]
    expected = "4198e533dc7cc39d1d4664bcf8519c87379cad2d8ab5f7568b9ad25c896d08eb"
    assert chain_hash(FIRST, fact, entries) == chain_hash(FIRST, fact, entries[::-1]) == expected
    assert chain_hash(expected, fact, entries) != expected
    assert FIRST == "0" * 64


def test_differences_are_named_in_full() -> None:
    one, two, three = (Line(ref, 2500, 103, "USD") for ref in ("a", "b", "c"))
    other, seen = Line("b", 2400, 103, "USD"), {"z"}
    found = compare([one, two, three, one, Line("z", 1, 0, "EUR")], {"a": one, "b": other}, seen)
    assert list(found) == [
        Difference(
            "altered", "b", "2500 USD (fee 103) at the processor, 2400 USD (fee 103) in the ledger"
        ),
        Difference("missing", "c", "2500 USD (fee 103) at the processor, not in the ledger"),
        Difference("duplicate", "a", "the processor lists 2500 USD (fee 103) again"),
        Difference("duplicate", "z", "the processor lists 1 EUR (fee 0) again"),
    ]
    assert seen == {"a", "b", "c", "z"}
    assert list(extras([one, Line("d", 5, 0, "USD")], seen)) == [
        Difference("extra", "d", "5 USD (fee 0) in the ledger, not at the processor")
    ]


# What goes back, and what sponsors add -----------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "returned", "lost", "shares", "after"),
    [
        (-500, 0, 0, (488, 12, 0), 500),
        (-1, 500, 0, (1, 0, 0), 501),
        (-2600, 0, 0, (2500, 66, 34), 2566),
        (-10, 2566, 0, (0, 0, 10), 2566),
        (500, 500, 0, (-488, -12, 0), 0),
        (600, 500, 0, (-488, -12, -100), 0),
        (600, 500, 100, (-488, -12, -100), 0),
        (50, 500, 100, (0, 0, -50), 500),
        (150, 500, 100, (-49, -1, -100), 450),
        (0, 500, 100, (0, 0, 0), 500),
    ],
)
def test_what_goes_back_is_divided_to_the_cent(
    amount: int, returned: int, lost: int, shares: tuple[int, int, int], after: int
) -> None:
    paid = Paid(2500, 66, returned)
    assert shares_of(amount, paid, lost) == (Shares(*shares), Paid(2500, 66, after))
    assert sum(shares) == -amount
    assert paid.gift_left == 2500 - paid.gift_returned


@pytest.mark.parametrize(
    ("gift", "funds", "added"),
    [
        (2501, [Terms(1, 2, None, 9999)], [1250]),
        (2500, [Terms(2, 1, 3000, 9999)], [3000]),
        (2500, [Terms(1, 1, None, 1000), Terms(1, 1, None, 9999)], [1000, 1500]),
        (2500, [Terms(1, 1, 1200, 1000), Terms(2, 1, None, 9999)], [1000, 3000]),
        (2500, [Terms(1, 1, 1000, 1000), Terms(1, 1, None, 9999)], [1000, 0]),
        (2500, [Terms(1, 3, None, 100), Terms(1, 1, None, 9999)], [100, 2200]),
        (2500, [Terms(3, 1, None, 100), Terms(1, 1, None, 9999)], [100, 2466]),
        (2500, [Terms(1, 1, None, 0), Terms(1, 1, None, 2500)], [0, 2500]),
        (2500, [], []),
    ],
)
def test_sponsors_stand_in_line(gift: int, funds: list[Terms], added: list[int]) -> None:
    assert added_to(gift, funds) == added
    assert all(type(number) is int for number in added_to(gift, funds))


# How much is too much ----------------------------------------------------------------------------


def test_limits_are_these() -> None:
    hour = dt.timedelta(hours=1)
    assert limits(3) == {
        "email": Limit(hour / 3, 3, 12),
        "line": Limit(hour / 3, 3, 30),
        "network": Limit(hour // 21, 21, 210),
        "letter": Limit(hour / 3, 3, 3),
    }
    assert [limits(13)[kind].spacing.microseconds for kind in ("line", "network")] == [
        923_076,
        560_439,
    ]
    assert limits(0) == {
        "email": Limit(hour, 0, 12),
        "line": Limit(hour, 0, 30),
        "network": Limit(hour, 0, 210),
        "letter": Limit(hour / 3, 3, 3),
    }


def test_limit_counts_each_for_its_spacing() -> None:
    limit, third, tick = (
        Limit(dt.timedelta(minutes=20), 2, 3),
        dt.timedelta(minutes=20),
        dt.timedelta(microseconds=1),
    )
    free = [
        NOON - third,
        NOON,
        NOON + tick,
        NOON + third,
        NOON + third + tick,
        NOON + 2 * third + tick,
    ]
    assert [limit.load(at, NOON) for at in (None, *free)] == [0, 0, 0, 1, 1, 2, 3]
    answers = [limit.answer(at, NOON) for at in (None, *free)]
    assert answers == [Answer.WELCOME] * 5 + [Answer.PROVE, Answer.WAIT]
    assert limit.after(None, NOON, 1) == limit.after(NOON - third, NOON, 1) == NOON + third
    assert limit.after(NOON + third, NOON, 2) == NOON + 3 * third
    assert limit.after(NOON + third, NOON, -1) == NOON
    assert Answer.WELCOME < Answer.PROVE < Answer.WAIT


@pytest.mark.parametrize(
    ("cards", "declined", "percent", "alarming"),
    [(20, 9, 50, False), (20, 10, 50, True), (21, 10, 50, False), (101, 50, 50, False), (20, 10, 0, False)],
)  # fmt: skip
def test_declines_alarm_from_their_share_and_their_least_number_on(
    cards: int, declined: int, percent: int, *, alarming: bool
) -> None:
    assert is_alarming(cards, declined, 10, percent) is alarming


def test_declines_are_few_again_below_half_of_that() -> None:
    calm = [is_calm(*each) for each in ((20, 4, 50), (20, 5, 50), (21, 5, 50), (40, 9, 50))]
    assert calm == [True, False, True, True]


# What a look at the processor says ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("payment", "is_open", "state"),
    [
        ("succeeded", False, "succeeded"),
        ("succeeded", True, "succeeded"),
        ("processing", False, "processing"),
        ("processing", True, "processing"),
        ("requires_action", True, "requires_action"),
        ("requires_action", False, "canceled"),
        ("failed", True, "submitted"),
        (None, True, "submitted"),
        ("failed", False, "failed"),
        (None, False, "canceled"),
    ],
)
def test_look_says_what_became_of_an_attempt(
    payment: str | None, is_open: bool, state: str
) -> None:
    seen = Seen(is_open, payment)
    for current in AttemptState:
        folded = fold(current, seen)
        if "succeeded" in (current, state):
            assert folded == "succeeded"
        else:
            assert folded == (current if current in ("failed", "canceled") else state)


# What others see ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "year"), [("general", 2036), ("us", 2033), ("de", 2036), ("fr", 2036), ("gb", 2032)]
)
def test_records_are_kept_to_the_end_of_the_last_year_that_the_law_names(
    form: str, year: int
) -> None:
    assert kept_until(dt.date(2026, 2, 3), form) == dt.date(year, 12, 31)


def crowd(*sizes: int) -> list[set[int]]:
    """Different people in each sum."""
    ends = [sum(sizes[: at + 1]) for at in range(len(sizes))]
    return [set(range(end - size, end)) for end, size in zip(ends, sizes, strict=True)]


@pytest.mark.parametrize(
    ("people", "hidden", "may_be_summed"),
    [
        ([], set(), False),
        (crowd(5, 6), set(), False),
        (crowd(9, 4, 7), {1, 2}, True),
        (crowd(4, 9, 1, 8), {0, 2}, True),
        (crowd(4), {0}, False),
        (crowd(2, 2), {0, 1}, False),
        (crowd(0, 20, 10), {0, 2}, True),
        ([{1, 2, 3, 4}, {1, 2, 3, 4}, set(range(10, 15))], {0, 1, 2}, True),
        ([{1, 2, 3}, {3, 4, 5}, set(range(10, 16))], {0, 1}, True),
    ],
)
def test_sums_of_few_are_hidden_with_the_next_smallest_until_they_are_many_together(
    people: list[set[int]], hidden: set[int], may_be_summed: bool
) -> None:
    assert hidden_cells(people) == (hidden, may_be_summed)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1", "'=1"),
        ("'=1", "''=1"),
        ("' =1", "'' =1"),
        ("X=1", "X=1"),
        ("'twas", "'twas"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_cell_that_begins_a_formula_gets_an_apostrophe_and_loses_just_that(
    text: str, cell: str
) -> None:
    assert spreadsheet_cell(text) == cell
    assert plain_text(cell) == text


def test_cell_that_some_spreadsheet_wrote_is_read_as_it_stands() -> None:
    assert plain_text("=1") == "=1"
    assert plain_text("'") == "'"
