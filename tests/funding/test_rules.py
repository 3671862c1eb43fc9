"""Decisions about money, over all that can come: amounts, units, fees, cover, folding (M1 to M9)."""

from __future__ import annotations

import ast
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import broadsheet
from broadsheet.funding.choices import AttemptState, DonationState
from broadsheet.funding.rules.currencies import (
    KNOWN,
    MOST,
    THREE_DECIMAL,
    WHOLE_BUT_COUNTED_IN_HUNDREDTHS,
    from_processor,
    least_gift,
    most_gift,
    processor_exponent,
    processor_step,
    to_processor,
)
from broadsheet.funding.rules.fees import FeeSchedule, cover_for, fee_of
from broadsheet.funding.rules.folding import ENDED, OPEN, Seen, donation_state, fold
from broadsheet.funding.rules.giving import (
    pause_before_try,
    percent_reached,
    problem_with,
    suggested_gifts,
)
from broadsheet.funding.rules.returning import Paid, shares_of
from broadsheet.kit.money import Money, exponent, parse_money

SOURCES = Path(broadsheet.__file__).parent
currencies = st.sampled_from(sorted(KNOWN))
schedules = st.builds(FeeSchedule, st.integers(0, 2000), st.integers(0, 5000))


@st.composite
def gifts(draw: st.DrawFn) -> Money:
    """A gift that can be taken."""
    currency = draw(currencies)
    step = 10 if currency in THREE_DECIMAL else 1
    minor = draw(st.integers(least_gift(currency) // step, min(most_gift(currency), 10**8) // step))
    return Money(minor * step, currency)


def test_m1_every_amount_to_a_thousand_round_trips_from_text_to_processor_and_back() -> None:
    for minor in range(1, 100_001):
        read = parse_money(f"{minor // 100}.{minor % 100:02d}", "USD")
        assert from_processor(to_processor(read.minor, "USD"), "USD") == minor


@given(currencies, st.integers(1, 10**9))
def test_m2_units_of_every_currency_round_trip_or_are_refused(currency: str, minor: int) -> None:
    try:
        units = to_processor(minor, currency)
    except ValueError:
        assert currency in THREE_DECIMAL
        assert minor % 10
        return
    assert units % processor_step(currency) == 0
    assert from_processor(units, currency) == minor
    # What people read is the same amount, whatever it is counted in.
    assert Decimal(units).scaleb(-processor_exponent(currency)) == Money(minor, currency).decimal


@pytest.mark.parametrize(
    ("text", "currency", "units"),
    [
        ("500", "JPY", 500),
        ("500", "KRW", 500),
        ("500", "VND", 500),
        ("25", "ISK", 2500),
        ("25", "UGX", 2500),
        ("25.50", "HUF", 2550),
        ("25.50", "TWD", 2550),
        ("1.250", "KWD", 1250),
        ("1.25", "BHD", 1250),
        ("25", "USD", 2500),
    ],
)
def test_m2_amount_as_typed_reaches_the_processor_in_its_units(
    text: str, currency: str, units: int
) -> None:
    assert to_processor(parse_money(text, currency).minor, currency) == units


def test_m2_processor_counts_as_we_do_but_for_the_named_ones() -> None:
    differ = {name for name in KNOWN if processor_exponent(name) != exponent(name)}
    assert differ == WHOLE_BUT_COUNTED_IN_HUNDREDTHS
    with pytest.raises(KeyError):
        processor_exponent("ZZZ")
    with pytest.raises(ValueError, match="no whole amount"):
        from_processor(2550, "ISK")


def test_m3_least_and_most_of_every_currency_can_be_taken_and_nothing_beyond() -> None:
    for currency in KNOWN:
        least, most = least_gift(currency), most_gift(currency)
        step = 10 if currency in THREE_DECIMAL else 1
        assert problem_with(Money(least, currency)) is None
        assert problem_with(Money(most, currency)) is None
        assert 0 < to_processor(most, currency) <= MOST
        below, above = (
            problem_with(Money(least - step, currency)),
            problem_with(Money(most + step, currency)),
        )
        assert below
        assert above
        assert (below.kind, below.limit) == ("too_small", Money(least, currency))
        assert (above.kind, above.limit) == ("too_large", Money(most, currency))
    for money, kind in ((Money(100, "ZZZ"), "currency"), (Money(2005, "KWD"), "rounder")):
        problem = problem_with(money)
        assert problem
        assert problem.kind == kind


def test_m3_suggested_gifts_of_every_currency_can_be_taken() -> None:
    for currency in KNOWN:
        suggested = suggested_gifts(currency)
        assert [problem_with(gift) for gift in suggested] == [None] * 4
        assert suggested == sorted(suggested, key=lambda gift: gift.minor)


@example(
    Money(1, "USD"), FeeSchedule(4999, 0)
)  # a fee that is rounded down: less than the share suggests will do
@example(
    Money(10, "KWD"), FeeSchedule(290, 30)
)  # what can be charged is rounded down to less than will do
@given(gifts(), schedules)
def test_m4_cover_leaves_the_whole_gift_and_no_step_more(gift: Money, fee: FeeSchedule) -> None:
    step = 10 if gift.currency in THREE_DECIMAL else 1
    cover = cover_for(gift.minor, fee, gift.currency)
    gross = gift.minor + cover
    assert cover >= 0
    assert gross % step == 0
    assert gross - fee_of(gross, fee) >= gift.minor
    less = gross - step
    assert less < gift.minor or less - fee_of(less, fee) < gift.minor, "the least that will do"
    if step == 1:
        assert gross - fee_of(gross, fee) <= gift.minor + 1


def test_m4_cover_of_every_whole_dollar_to_a_thousand_nets_the_pledge() -> None:
    fee = FeeSchedule(290, 30)
    for dollars in range(1, 1001):
        gross = dollars * 100 + cover_for(dollars * 100, fee, "USD")
        assert dollars * 100 <= gross - fee_of(gross, fee) <= dollars * 100 + 1


@pytest.mark.parametrize(("rate", "fixed"), [(-1, 0), (10_000, 0), (0, -1)])
def test_fee_schedule_that_takes_everything_or_gives_is_refused(rate: int, fixed: int) -> None:
    with pytest.raises(ValueError, match="a fee is"):
        FeeSchedule(rate, fixed)


@pytest.mark.parametrize(
    ("total", "goal", "percent"),
    [(0, 100, 0), (999, 1000, 99), (9_999_999, 10_000_000, 99), (1000, 1000, 100), (-5, 10, 0), (25, 10, 250)],
)  # fmt: skip
def test_percent_is_rounded_down(total: int, goal: int, percent: int) -> None:
    assert percent_reached(total, goal) == percent


def test_pause_grows_from_seconds_to_hours_and_stops_there() -> None:
    pauses = [pause_before_try(tries).total_seconds() for tries in range(40)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[1], pauses[-1]) == (10, 20, 6 * 3600)


# Folding --------------------------------------------------------------------------------------

seen = st.builds(
    Seen,
    st.booleans(),
    st.sampled_from([None, "created", "requires_action", "processing", "succeeded", "failed", "canceled"]),
)  # fmt: skip


@given(st.sampled_from(AttemptState), st.lists(seen, max_size=6))
def test_w2_fold_success_is_final_and_an_end_is_left_for_success_only(
    state: AttemptState, looks: list[Seen]
) -> None:
    for look in looks:
        after = fold(state, look)
        assert fold(after, look) == after, "looking twice changes nothing"
        if state == AttemptState.SUCCEEDED:
            assert after == AttemptState.SUCCEEDED
        if state in ENDED:
            assert after in (state, AttemptState.SUCCEEDED)
        assert after not in (AttemptState.CREATED, AttemptState.UNKNOWN) or after == state
        state = after


def test_w2_fold_of_looks_that_end_in_success_is_success_in_every_order() -> None:
    looks = [
        Seen(True, None),
        Seen(True, "failed"),
        Seen(True, "processing"),
        Seen(False, "succeeded"),
    ]
    for order in permutations(looks):
        state = AttemptState.UNKNOWN
        for look in order:
            state = fold(state, look)
        assert state == AttemptState.SUCCEEDED


@given(st.sampled_from(DonationState), st.sampled_from(AttemptState))
def test_donation_follows_its_attempt_and_never_leaves_settled(
    donation: DonationState, attempt: AttemptState
) -> None:
    after = donation_state(donation, attempt)
    if donation == DonationState.SETTLED or attempt == AttemptState.SUCCEEDED:
        assert after == DonationState.SETTLED
    else:
        assert (after == DonationState.PENDING) is (attempt in OPEN)


# The code itself ------------------------------------------------------------------------------

ON_PAPER = SOURCES / "funding" / "renderers" / "pdf.py"
"""Measures lines and letters, and is given amounts as they are written."""

MONEY_CODE = sorted(
    {*(SOURCES / "funding").rglob("*.py"), SOURCES / "kit" / "money.py"} - {ON_PAPER}
)


@pytest.mark.parametrize("path", MONEY_CODE, ids=lambda path: str(path.relative_to(SOURCES)))
def test_m9_no_float_in_money_code(path: Path) -> None:
    """No `float`, no number with a point, no true division. A time is no money: see CLOCKS."""
    wrong = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        is_name = isinstance(node, ast.Name | ast.Attribute) and "float" in ast.unparse(node)
        is_number = isinstance(node, ast.Constant) and type(node.value) is float
        is_division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        is_division = is_division and not is_path(node)
        if is_name or is_number or is_division:
            wrong.append(f"{node.lineno}: {ast.unparse(node)}")
    assert [
        line for line in wrong if line.partition(": ")[2] not in CLOCKS.get(path.name, ())
    ] == []


def is_path(node: ast.AST) -> bool:
    """Whether a slash joins the parts of a path: one of its sides is text."""
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else ()
    return any(
        (isinstance(side, ast.Constant) and isinstance(side.value, str))
        or (isinstance(side, ast.BinOp) and is_path(side))
        or isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Name) and side.id == "name")
        for side in sides
    )


CLOCKS = {
    "deliveries.py": ("60.0", "0.3", "0.0", "0.05", "float"),
    "__main__.py": ("0.5",),
    "sandbox_client.py": ("10.0", "3.0"),
    "application.py": ("float",),
    "in_process.py": ("float",),
}
"""Seconds: by file, what is allowed in it."""


@given(
    st.integers(1, 10**6),
    st.integers(0, 10**4),
    st.lists(st.integers(-(10**6), 10**6).filter(bool), max_size=8),
)
def test_m6_shares_of_any_movements_sum_exactly(gift: int, cover: int, amounts: list[int]) -> None:
    paid_, lost = Paid(gift, cover, 0), 0
    gift_gone = cover_gone = 0
    for drawn in amounts:
        amount = min(drawn, paid_.returned + lost)  # no more comes back than went
        shares, paid_ = shares_of(amount, paid_, lost)
        assert shares.gift + shares.cover + shares.lost == -amount
        lost += shares.lost
        gift_gone += shares.gift
        cover_gone += shares.cover
        assert 0 <= paid_.returned <= paid_.gross
        assert 0 <= gift_gone <= gift
        assert 0 <= cover_gone <= cover
        assert lost >= 0
    if paid_.returned == paid_.gross:
        assert (gift_gone, cover_gone) == (gift, cover)
    if paid_.returned == 0:
        assert (gift_gone, cover_gone) == (0, 0)
