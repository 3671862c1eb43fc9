"""Matching gifts: what sponsors add, to the cent and once (K9), and that it goes back with the gift (R11)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import (
    close_fund,
    import_statement,
    match_line,
    open_fund,
    reconcile,
    reconcile_bank,
    settle_donation,
    turn_phase,
)
from broadsheet.funding.actions.banking import Layout
from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.errors import BadFund, MatchRefused
from broadsheet.funding.models import (
    BankLine,
    Campaign,
    Donation,
    LedgerTransaction,
    MatchingClaim,
    MatchingFund,
)
from broadsheet.funding.queries import campaign_view, ledger_sum, matching_funds, progress
from broadsheet.funding.rules.sponsoring import Terms, added_to
from broadsheet.funding.views.kinds import campaign_document, fund_lists, meter_document
from broadsheet.kit import clock
from broadsheet.kit.models import Change
from broadsheet.kit.money import Money
from broadsheet.readers.models import User
from funding.test_staff import MONEY, press, seen, staff, upload
from stage import Stage, at_once

DAY = dt.timedelta(days=1)


def fund(campaign: Campaign, most_of_all: int = 10_000, **more: Any) -> MatchingFund:
    now = clock.now()
    usual: dict[str, Any] = {
        "sponsor": "The Harbour Trust",
        "cap": Money(most_of_all, campaign.currency),
        "starts_at": now - DAY,
        "ends_at": now + DAY,
    }
    return open_fund(campaign=campaign, by="test", **(usual | more))


def books(campaign: Campaign) -> dict[str, object]:
    """What a campaign and its sponsors hold, after the doctor and the reconciliation found no fault."""
    assert [*checks.books(), *checks.gifts()] == []
    so_far = progress(campaign)
    owed = ledger_sum(LedgerAccount.MATCH_DUE).get(campaign.currency, 0)
    assert so_far.matched.minor == sum(each.claimed_minor for each in matching_funds(campaign))
    return {"total": so_far.total.minor, "matched": so_far.matched.minor, "owed": owed}


def refund(stage: Stage, donation: Donation, minor: int) -> None:
    payment = donation.attempts.get().payment_id
    stage.gateway.refund(payment, Money(minor, "USD"), f"r{donation.pk}{minor}{clock.now()}")
    stage.settle()


# What is added ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gift", "funds", "added"),
    [
        (2500, [Terms(1, 1, None, 9999)], [2500]),
        (2501, [Terms(1, 2, None, 9999)], [1250]),  # rounded down
        (2500, [Terms(2, 1, None, 9999)], [5000]),
        (2500, [Terms(1, 1, 1000, 9999)], [1000]),
        (2500, [Terms(1, 1, None, 700)], [700]),
        (2500, [Terms(1, 1, None, 0)], [0]),
        (2500, [Terms(1, 1, None, 700), Terms(1, 1, None, 9999)], [700, 1800]),
        (2500, [Terms(2, 1, None, 999), Terms(1, 1, None, 9999)], [999, 2000]),
        (2500, [Terms(1, 1, 1000, 9999), Terms(1, 1, None, 9999)], [1000, 0]),
        (2500, [Terms(1, 1, None, 0), Terms(1, 1, None, 9999)], [0, 2500]),
        (0, [Terms(1, 1, None, 9999)], [0]),
    ],
)
def test_sponsors_add_what_they_promised_in_their_line(
    gift: int, funds: list[Terms], added: list[int]
) -> None:
    assert added_to(gift, funds) == added


parts = st.integers(1, 100)
terms = st.builds(Terms, parts, parts, st.none() | st.integers(1, 10**6), st.integers(0, 10**6))


@given(st.integers(0, 10**7), st.lists(terms, max_size=4))
def test_sponsors_never_add_more_than_they_have_or_would_alone(
    gift: int, funds: list[Terms]
) -> None:
    for each, added in zip(funds, added_to(gift, funds), strict=True):
        assert 0 <= added <= each.room
        assert added <= gift * each.adds // each.per
        assert each.most is None or added <= each.most


# A gift that arrives ----------------------------------------------------------------------------


def test_gift_is_matched_when_it_arrives_in_the_same_booking(stage: Stage) -> None:
    campaign = stage.campaign()
    fund(campaign, most=Money(2000, "USD"))
    donation = stage.give(2500, campaign=campaign)
    assert books(campaign) == {"total": 0, "matched": 0, "owed": 0}, "nothing is promised money"
    stage.settle()
    stage.settle()
    assert books(campaign) == {"total": 4500, "matched": 2000, "owed": 2000}
    booking = LedgerTransaction.objects.get(kind="gift")
    lines = {each.account: each.minor for each in booking.entries.all()}
    assert (lines["match_due"], lines["matched"], lines["gifts"]) == (2000, -2000, -2500)
    assert reconcile(account=stage.account).is_explained
    assert stage.facts(donation)["total"] == (1, 2500)


@pytest.mark.parametrize("days", [-1, 1])
def test_gift_begun_outside_the_window_is_not_matched(stage: Stage, days: int) -> None:
    campaign, now = stage.campaign(), clock.now()
    fund(campaign, starts_at=now + days * DAY - DAY / 2, ends_at=now + days * DAY + DAY / 2)
    stage.give(campaign=campaign)
    stage.settle()
    assert books(campaign) == {"total": 2500, "matched": 0, "owed": 0}
    assert not MatchingClaim.objects.exists()


def test_gift_begun_in_the_window_and_paid_after_it_is_matched(stage: Stage) -> None:
    campaign = stage.campaign()
    made = fund(campaign)
    attempt = stage.open(stage.begin(campaign=campaign))
    close_fund(fund=made, by="test")
    stage.press(attempt, "pay")
    stage.give(900, campaign=campaign, email="late@example.org")
    stage.settle()
    assert books(campaign) == {"total": 5900, "matched": 2500, "owed": 2500}
    with pytest.raises(BadFund, match="ended already"):
        close_fund(fund=made, by="test")


def test_gift_without_a_campaign_is_matched_by_nobody(stage: Stage) -> None:
    campaign = stage.campaign()
    fund(campaign)
    stage.give()
    stage.settle()
    assert books(campaign) == {"total": 0, "matched": 0, "owed": 0}


# What goes back ---------------------------------------------------------------------------------


def test_r11_match_goes_back_with_the_gift_and_is_free_for_the_next_one(stage: Stage) -> None:
    campaign = stage.campaign()
    made = fund(campaign, 3000)
    first = stage.give(2500, campaign=campaign)
    stage.settle()
    second = stage.give(2500, campaign=campaign, email="two@example.org")
    stage.settle()
    assert books(campaign) == {"total": 8000, "matched": 3000, "owed": 3000}
    refund(stage, first, 1000)
    assert books(campaign) == {"total": 6000, "matched": 2000, "owed": 2000}
    refund(stage, first, 1500)
    assert books(campaign) == {"total": 3000, "matched": 500, "owed": 500}
    assert second.claims.get().minor == 500, "what arrived before is not matched afterwards"
    stage.give(4000, campaign=campaign, email="three@example.org")
    stage.settle()
    assert books(campaign) == {"total": 9500, "matched": 3000, "owed": 3000}
    assert reconcile(account=stage.account).is_explained
    made.refresh_from_db()
    assert made.left == Money(0, "USD")
    assert str(first.claims.get()) == f"{first.pk} 0"


def test_r11_match_of_a_disputed_gift_comes_back_as_far_as_there_is_room(stage: Stage) -> None:
    campaign = stage.campaign()
    fund(campaign, 3000)
    donation = stage.give(2500, campaign=campaign)
    stage.settle()
    payment = donation.attempts.get().payment_id
    stage.switch(f"payments/{payment}", outcome="dispute")
    stage.settle()
    assert books(campaign) == {"total": 0, "matched": 0, "owed": 0}
    stage.give(2000, campaign=campaign, email="two@example.org")
    stage.settle()
    stage.switch(f"payments/{payment}", outcome="dispute_won")
    stage.settle()
    assert books(campaign) == {"total": 7500, "matched": 3000, "owed": 3000}
    claim = donation.claims.get()
    assert (claim.minor, claim.promised_minor) == (1000, 2500)
    assert claim.amount == Money(1000, "USD")


def test_second_payment_of_a_gift_is_matched_by_nobody(stage: Stage) -> None:
    campaign = stage.campaign()
    fund(campaign)
    donation = stage.begin(campaign=campaign)
    first = stage.open(donation)
    stage.sandbox.processor.expire(stage.sandbox.processor.session(first.checkout_id))
    stage.settle()
    stage.press(stage.open(donation), "pay")
    stage.settle()
    assert books(campaign) == {"total": 5000, "matched": 2500, "owed": 2500}


# The last slice ---------------------------------------------------------------------------------


def test_k9_last_slice_of_a_fund_is_contested_by_fifty_gifts(open_stage: Stage) -> None:
    campaign = open_stage.campaign()
    made = fund(campaign, 10_010)
    gifts = [
        open_stage.give(300, campaign=campaign, email=f"s{at}@example.org") for at in range(50)
    ]
    attempts = [gift.attempts.get() for gift in gifts]
    found = {each.pk: open_stage.gateway.find(each.idempotency_key) for each in attempts}
    works = [
        lambda each=each: settle_donation(attempt=each, checkout=found[each.pk], by="worker")
        for each in attempts
    ]
    answers = at_once(*works, *works)
    assert not [each for each in answers if isinstance(each, Exception)]
    assert books(campaign) == {"total": 25_010, "matched": 10_010, "owed": 10_010}
    claims = sorted(MatchingClaim.objects.values_list("minor", flat=True))
    assert claims == [110] + [300] * 33
    made.refresh_from_db()
    assert made.left.minor == 0
    assert reconcile(account=open_stage.account).is_explained


def test_k9_gifts_arrive_while_others_go_back_and_the_cap_holds(open_stage: Stage) -> None:
    campaign = open_stage.campaign()
    fund(campaign, 1000)
    first = [open_stage.give(300, campaign=campaign, email=f"s{at}@example.org") for at in range(4)]
    open_stage.settle()
    later = [open_stage.give(300, campaign=campaign, email=f"t{at}@example.org") for at in range(6)]
    for gift in first[:3]:
        payment = gift.attempts.get().payment_id
        open_stage.gateway.refund(payment, Money(300, "USD"), f"r{gift.pk}")
    attempts = [gift.attempts.get() for gift in (*first, *later)]
    found = {each.pk: open_stage.gateway.find(each.idempotency_key) for each in attempts}
    answers = at_once(
        *[
            lambda each=each: settle_donation(attempt=each, checkout=found[each.pk], by="worker")
            for each in attempts
        ]
    )
    assert not [each for each in answers if isinstance(each, Exception)]
    held = books(campaign)
    assert held["total"] == 7 * 300 + held["matched"]  # type: ignore[operator]
    assert 100 <= held["matched"] <= 1000  # type: ignore[operator]


def test_database_lets_no_fund_be_overdrawn(stage: Stage) -> None:
    made = fund(stage.campaign(), 100)
    for wrong in (101, -1):
        with pytest.raises(IntegrityError), transaction.atomic():
            MatchingFund.objects.filter(pk=made.pk).update(claimed_minor=wrong)
    MatchingFund.objects.filter(pk=made.pk).update(claimed_minor=7)
    assert "says 7, its claims 0" in str(list(checks.books()))
    made.campaign.total.matched_minor = 7
    made.campaign.total.save()
    assert "7 of sponsors, the ledger says 0" in str(list(checks.books()))


# The sponsor pays -------------------------------------------------------------------------------


def test_sponsors_payment_is_a_line_of_the_bank_and_explained(stage: Stage) -> None:
    campaign = stage.campaign()
    made = fund(campaign)
    stage.give(2500, campaign=campaign)
    stage.settle()
    ann = User.objects.create_user("ann@ledger.example")
    text = "Date,Amount,Description,ID\n2026-11-03,20.00,Harbour,b1\n2026-11-04,9.00,x,b2\n"
    layout = Layout(currency="USD", columns={})
    import_statement(text=text, bank="main", name="b.csv", layout=layout, by=ann)
    line, other = BankLine.objects.get(ref="b1"), BankLine.objects.get(ref="b2")
    match_line(line=line, targets=[made], by=ann)
    match_line(line=other, targets=[made], by=ann)
    assert made.paid == Money(2900, "USD")
    assert books(campaign) == {"total": 5000, "matched": 2500, "owed": -400}
    found = reconcile_bank()
    assert found
    assert found.is_explained
    with pytest.raises(MatchRefused):
        match_line(line=line, targets=[made], by=ann)


# What can be, and what is shown -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sponsor": "  "}, "who matches"),
        ({"cap": Money(100, "EUR")}, "in USD"),
        ({"cap": Money(0, "USD")}, "above zero"),
        ({"most": Money(100, "EUR")}, "in USD"),
        ({"ratio": (0, 1)}, "from 1 to 100"),
        ({"ends_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "ends after"),
    ],
    ids=str,
)
def test_fund_that_cannot_be_is_refused_in_words(
    stage: Stage, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadFund, match=said):
        fund(stage.campaign(), **wrong)
    assert not MatchingFund.objects.exists()


def page(campaign: Campaign) -> str:
    view = campaign_view(campaign.pk, "en")
    assert view
    shown = campaign_document(view).body.decode() + meter_document(view).body.decode()
    return " ".join(re.sub("[\\u2066-\\u2069]", "", shown).split())


def test_page_of_the_campaign_tells_of_its_sponsors(stage: Stage) -> None:
    campaign, now = stage.campaign(), clock.now()
    fund(campaign, 4000, ratio=(2, 1), most=Money(3000, "USD"))
    fund(campaign, 900, sponsor="Bo & Sons", starts_at=now + DAY / 3, ends_at=now + DAY / 2)
    shown = page(campaign)
    assert "The Harbour Trust" in shown
    for said in ("$2", "for every", "At most", "$40", "are left", "From", "Bo &amp; Sons"):
        assert said in shown, said
    assert "was added by sponsors" not in shown
    for at in range(2):
        stage.give(1500, campaign=campaign, email=f"s{at}@example.org")
    stage.settle()
    shown = page(campaign)
    assert "all that was promised" in shown
    assert shown.count("$70") >= 2, "the page and the meter count what sponsors add"
    assert "was added by sponsors" in shown


def test_clock_turns_a_fund_once_and_has_the_page_pressed(stage: Stage) -> None:
    now = clock.now()
    made = fund(stage.campaign(), starts_at=now + DAY / 4, ends_at=now + DAY / 2)
    Change.objects.all().delete()
    for part, phase, changes in (
        (0, "upcoming", 0),
        (0.3, "open", 1),
        (0.3, "open", 1),
        (1, "ended", 2),
    ):
        with time_machine.travel(now + part * DAY, tick=False):
            tasks.turn_campaigns()
        made.refresh_from_db()
        assert made.phase == phase
        assert Change.objects.filter(key__startswith="funding.matchingfund:").count() == changes
    assert "The Harbour Trust added $0" in page(made.campaign).replace("<bdi>", "").replace(
        "</bdi>", ""
    )
    with time_machine.travel(now + DAY, tick=False):
        assert not turn_phase(row=made, by="test")
    assert str(made) == "The Harbour Trust"
    listed = [(f"list:campaign-funds/{made.campaign_id}", f"{made.pk} The Harbour Trust")]
    assert list(fund_lists(made)) == listed


# At the desk ------------------------------------------------------------------------------------

TYPED = {
    "sponsor": "The Harbour Trust",
    "cap": "1,000.00",
    "adds": "2",
    "per": "1",
    "most": "50",
    "starts_at": "2026-01-01T00:00",
    "ends_at": "2036-01-01T00:00",
}


def test_fund_goes_its_way_at_the_desk(stage: Stage) -> None:
    campaign, client = stage.campaign(), staff("fundraiser")
    path = f"campaigns/{campaign.slug}/"
    assert "Flood reporting" in seen(client, "campaigns/")
    wrong = client.post(f"{MONEY}/{path}fund/", {**TYPED, "cap": "much"})
    assert wrong.status_code == 422
    assert "in digits" in wrong.content.decode()
    assert "above zero" in press(client, f"{path}fund/", **{**TYPED, "cap": "0"})
    said = press(client, f"{path}fund/", **TYPED)
    assert said.startswith("Gifts are matched as you said.")
    made = MatchingFund.objects.get()
    assert (made.cap, made.most, made.adds) == (Money(100_000, "USD"), Money(5000, "USD"), 2)
    stage.give(2000, campaign=campaign)
    stage.settle()
    page = seen(client, path)
    assert "sponsors added $40" in page
    assert "at most $50 a gift" in page
    assert "no gift that begins" in press(client, f"funds/{made.pk}/end/")
    press(client, f"{path}fund/", **{**TYPED, "most": ""})
    assert MatchingFund.objects.latest("pk").most is None
    upload(client, "2026-11-03,51.00,cash,b1\n")
    line = BankLine.objects.get()
    hand = seen(client, "by-hand/")
    assert f'value="fund:{made.pk}"' in hand
    assert (
        press(client, f"by-hand/lines/{line.pk}/match/", **{"is": f"fund:{made.pk}"})
        == "The line is explained."
    )


def test_funds_are_for_those_whose_work_they_are(stage: Stage) -> None:
    campaign = stage.campaign()
    for role in ("care", "editor"):
        client = staff(role)
        assert client.get(f"{MONEY}/campaigns/").status_code == 302
        assert client.post(f"{MONEY}/campaigns/{campaign.slug}/fund/", TYPED).status_code == 302
    assert not MatchingFund.objects.exists()
