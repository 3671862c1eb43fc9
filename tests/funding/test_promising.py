"""When gifts of pledges are due (T2, T4), and what follows when one is refused (N2), over all that can come."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broadsheet.funding.choices import Cadence, Decline
from broadsheet.funding.rules.declining import PATIENCE, RETRIES, Step, decline_of, next_step
from broadsheet.funding.rules.promising import (
    LATEST,
    SPACING,
    Rhythm,
    plan,
    problem_with_date,
)

MONTHLY, YEARLY = Cadence.MONTHLY, Cadence.YEARLY
days = st.dates(dt.date(2023, 1, 1), dt.date(2034, 12, 31))
cadences = st.sampled_from([MONTHLY, YEARLY])
DAY = dt.timedelta(days=1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def begun(cadence: Cadence, on: dt.date) -> Rhythm:
    return Rhythm(cadence, on.day, on.month)


def course(rhythm: Rhythm, first: dt.date, count: int) -> list[dt.date]:
    """The due days that follow a first gift, each gift taken on its day."""
    found, taken = [first], rhythm.period_of(first)
    for _ in range(count):
        found.append(rhythm.next_due(found[-1], taken))
        taken = rhythm.period_of(found[-1])
    return found


@pytest.mark.parametrize(
    ("first", "cadence", "follow"),
    [
        ("2026-01-31", MONTHLY, "2026-02-28 2026-03-31 2026-04-30 2026-05-31"),
        ("2028-01-30", MONTHLY, "2028-02-29 2028-03-30 2028-04-30 2028-05-30"),
        ("2026-12-29", MONTHLY, "2027-01-29 2027-02-28 2027-03-29 2027-04-29"),
        ("2028-02-29", YEARLY, "2029-02-28 2030-02-28 2031-02-28 2032-02-29"),
    ],
)
def test_t2_month_ends_and_leap_days_do_not_drift(
    first: str, cadence: Cadence, follow: str
) -> None:
    found = course(begun(cadence, day(first)), day(first), 4)
    assert [str(each) for each in found[1:]] == follow.split()


@given(cadences, days)
def test_t2_each_period_is_due_once_and_gifts_are_about_as_far_apart_as_promised(
    cadence: Cadence, first: dt.date
) -> None:
    rhythm = begun(cadence, first)
    found = course(rhythm, first, 30)
    periods = [rhythm.period_of(each) for each in found]
    assert all(rhythm.after(a) == b for a, b in pairwise(periods))
    least, most = (28, 31) if cadence == MONTHLY else (365, 366)
    gaps = [(b - a).days for a, b in pairwise(found)]
    assert least <= min(gaps)
    assert max(gaps) <= most


@given(cadences, days, st.lists(st.tuples(st.integers(0, 75), days), max_size=12))
def test_t2_whatever_days_are_wished_for_no_period_has_two_gifts_and_none_is_past(
    cadence: Cadence, first: dt.date, wishes: list[tuple[int, dt.date]]
) -> None:
    """Gifts are taken on their day, between wishes for another day that come when they come."""
    rhythm, taken = begun(cadence, first), begun(cadence, first).period_of(first)
    next_on, today, paid = rhythm.next_due(first, taken), first, [first]
    for waits, wished in wishes:
        today += waits * DAY
        while next_on <= today:
            paid.append(next_on)
            taken = rhythm.period_of(next_on)
            next_on = rhythm.next_due(next_on, taken)
        other = rhythm.beginning_on(wished)
        if problem_with_date(other, wished, today, taken) is None:
            rhythm, next_on = other, wished
            assert next_on > today
    periods = [rhythm.period_of(each) for each in paid]
    assert len(set(periods)) == len(periods)


@given(cadences, days, st.integers(0, 1000))
@example(MONTHLY, day("2026-01-31"), 27 + 28)
def test_t4_after_any_downtime_at_most_one_gift_is_taken_and_every_period_has_its_row(
    cadence: Cadence, first: dt.date, away: int
) -> None:
    rhythm = begun(cadence, first)
    next_on = rhythm.next_due(first, rhythm.period_of(first))
    today = next_on + away * DAY
    planned = plan(rhythm, next_on, today)
    rows = [*planned.missed, *([planned.take] if planned.take else [])]
    assert rows[0] == next_on
    assert [rhythm.after(rhythm.period_of(each)) for each in rows] == [
        rhythm.period_of(each) for each in (*rows[1:], planned.following)
    ]
    assert planned.following > today
    if planned.take:
        assert dt.timedelta() <= today - planned.take <= LATEST
        assert (planned.following - today).days >= 28 - LATEST.days, "two charges three weeks apart"
    if away <= LATEST.days:
        assert planned.take == next_on


@given(cadences, days, days)
def test_next_due_is_behind_the_day_and_the_period(
    cadence: Cadence, first: dt.date, now: dt.date
) -> None:
    rhythm = begun(cadence, first)
    taken = rhythm.period_of(first)
    due = rhythm.next_due(now + SPACING, taken)
    assert due > now + SPACING
    assert rhythm.period_of(due) > taken
    if rhythm.period_of(now) > taken:
        assert due - (now + SPACING) <= dt.timedelta(days=31 if cadence == MONTHLY else 366)


def test_day_of_the_next_gift_is_to_come_and_not_too_far_and_its_period_is_free() -> None:
    rhythm, today = Rhythm(MONTHLY, 15, 1), day("2026-03-10")
    taken = day("2026-03-01")
    said = {
        each: problem_with_date(rhythm, day(each), today, taken)
        for each in "2026-03-10 2026-03-11 2026-04-01 2026-05-31 2026-06-01".split()
    }
    assert list(said.values()) == ["past", "taken", None, None, "far"]


# Refusals -------------------------------------------------------------------------------------


@given(st.sampled_from([Decline.FUNDS, Decline.OTHER]), st.integers(0, 40 * 24))
def test_n2_ladder_goes_up_and_ends(kind: Decline, hours: int) -> None:
    first = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    now = first + dt.timedelta(hours=hours)
    step = next_step(kind, first, now)
    if now < first + RETRIES[-1]:
        assert step.retry_at
        assert now < step.retry_at <= first + RETRIES[-1]
    else:
        assert step.lapses
    tries, at = 1, first
    while not (step := next_step(kind, first, at)).lapses:
        assert step.retry_at
        tries, at = tries + 1, step.retry_at
    assert tries == 1 + len(RETRIES)


@pytest.mark.parametrize("kind", [Decline.AUTHENTICATION, Decline.CARD])
def test_n1_what_waits_for_the_supporter_is_not_tried_and_ends(kind: Decline) -> None:
    first = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    assert next_step(kind, first, first) == Step(ends_at=first + PATIENCE)
    late = first + PATIENCE
    asked_late = next_step(kind, first, late)
    assert asked_late.ends_at
    assert asked_late.ends_at > late + dt.timedelta(days=4), "time to use the link"


def test_codes_mean_what_is_done_about_them() -> None:
    first = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    assert decline_of("") == decline_of("generic_decline") == Decline.OTHER
    assert decline_of("revocation_of_all_authorizations") == Decline.FINAL
    assert next_step(Decline.FINAL, first, first).lapses
