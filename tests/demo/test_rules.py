"""The invented supporters and their gifts."""

from __future__ import annotations

import datetime as dt

from broadsheet.demo.rules import gifts, read_campaign


def test_gifts_are_two_hundred_and_the_same_each_time() -> None:
    given = gifts()
    assert len(given) == len({gift.email for gift in given}) == 200
    assert given == gifts()


def test_gifts_bring_the_campaign_well_under_way() -> None:
    given, campaign = gifts(), read_campaign()
    assert campaign.goal == 10_000
    assert 0.6 <= sum(gift.amount for gift in given) / campaign.goal <= 0.75
    assert all(5 <= gift.amount <= 250 for gift in given)


def test_gifts_fall_within_the_campaign_oldest_first() -> None:
    ages = [gift.age for gift in gifts()]
    assert ages == sorted(ages, reverse=True)
    assert dt.timedelta(0) < ages[-1] < ages[0] <= read_campaign().opened


def test_gifts_come_with_and_without_names_words_and_in_both_languages() -> None:
    given = gifts()
    assert 20 <= sum(gift.anonymous for gift in given) <= 80
    assert 20 <= sum(bool(gift.message) for gift in given) <= 60
    assert {gift.language for gift in given} == {"en", "ar"}
    assert all(gift.email.endswith(".example") and gift.email.isascii() for gift in given)
