"""The edges of money that goes back: every row that a refund or a dispute changes when it is seen, and no other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from broadsheet.funding.actions import open_fund, state_year
from broadsheet.funding.choices import AttemptState, Verdict
from broadsheet.funding.gateways.protocol import Balance, Payment
from broadsheet.funding.models import (
    Attempt,
    Campaign,
    CampaignTotal,
    Dispute,
    MatchingClaim,
    ProcessorAccount,
    Receipt,
    Refund,
)
from broadsheet.funding.queries import chain_breaks
from broadsheet.kit.money import Money
from fetched import (
    AT,
    NOW,
    Trail,
    a_campaign,
    account_with_fees,
    again,
    begun,
    books,
    disputed,
    moved,
    paid,
    refunded,
    second_attempt,
    settle,
    settled,
    usd,
)

pytestmark = pytest.mark.usefixtures("standing_still")

LATER = AT + dt.timedelta(days=40)
"""When money moves here (`fetched.moved`)."""


def covered() -> Attempt:
    """A gift of 25.00 to a campaign that covered its fees of 1.06; another gift that nothing happens to beside it."""
    account_with_fees()
    settled(1000, campaign=a_campaign("other"))
    attempt = begun(campaign=a_campaign(), covers_fees=True)
    settle(attempt, paid(attempt, fee=106))
    return attempt


def totals() -> list[tuple[str, int, int]]:
    rows = CampaignTotal.objects.order_by("pk")
    return list(rows.values_list("campaign__slug", "gifts", "gifts_minor"))


# Refunds ------------------------------------------------------------------------------------------


def test_refund_at_the_processor_is_found_booked_and_told_to_the_last_row() -> None:
    attempt = covered()
    trail = Trail()
    refund = refunded("re_1", 1303, moved("mv_1", -1303, fee=25))
    assert again(attempt, refunds=(refund,)) == Verdict.BOOKED
    assert books()[2:] == [
        ("refund", "mv_1", {"processor USD": -1328, "fees USD": 25, "refunds USD*": 1250, "cover USD": 53})
    ]  # fmt: skip
    booked = attempt.donation.bookings.get(kind="refund")
    assert (booked.account, booked.occurred_at) == (attempt.account, LATER)
    assert list(chain_breaks()) == []
    row = Refund.objects.get()
    assert (row.attempt, row.minor, row.source, row.state, row.ident, row.lost_minor) == (
        attempt, 1303, "processor", "succeeded", "re_1", 0,
    )  # fmt: skip
    assert (len(row.key), row.created_at, row.look_at, row.reason) == (48, NOW, NOW, "")
    assert attempt.returned_minor == 1303
    assert Attempt.objects.exclude(pk=attempt.pk).get().returned_minor == 0
    assert totals() == [("other", 1, 1000), ("floods", 1, 1250)]
    first, second = attempt.donation.receipts.order_by("version")
    assert (second.label, second.returned_minor, second.issued_at, second.due_at) == (
        f"{first.label}/2", 1303, LATER, NOW,
    )  # fmt: skip
    whose, said = f"funding.donation:{attempt.donation_id}", {"refund": row.pk}
    assert trail.audited == [
        ("looker", "refund.found", whose, said),
        ("looker", "refund.moved", whose, said | {"state": "succeeded"}),
        ("looker", "money.returned", whose, {"attempt": attempt.pk}),
    ]
    total = CampaignTotal.objects.get(campaign=attempt.donation.campaign)
    assert trail.changed == [f"funding.campaigntotal:{total.pk}"]
    assert trail.news == [("donation.restated", {"reference": attempt.donation.reference})]
    assert again(attempt, refunds=(refund,)) == Verdict.UNCHANGED
    assert (len(books()), Receipt.objects.count(), len(trail.audited)) == (3, 3, 3)


def test_refund_of_the_rest_leaves_no_gift_and_one_that_fails_brings_it_back() -> None:
    attempt = covered()
    half, rest = refunded("re_1", 1303, moved("mv_1", -1303)), moved("mv_2", -1303)
    again(attempt, refunds=(half, refunded("re_2", 1303, rest)))
    assert (attempt.returned_minor, totals()[1]) == (2606, ("floods", 0, 0))
    back = refunded("re_2", 1303, rest, moved("mv_3", 1303), state="failed")
    assert again(attempt, refunds=(half, back)) == Verdict.BOOKED
    assert (attempt.returned_minor, totals()[1]) == (1303, ("floods", 1, 1250))
    assert books()[-1] == (
        "refund", "mv_3", {"processor USD": 1303, "refunds USD*": -1250, "cover USD": -53},
    )  # fmt: skip
    assert [row.state for row in Refund.objects.order_by("ident")] == ["succeeded", "failed"]


def test_refund_elsewhere_that_is_on_its_way_is_found_once() -> None:
    attempt = settled()
    for _ in range(2):
        again(attempt, refunds=(refunded("re_1", 100, state="pending"),))
    row = Refund.objects.get()
    assert (row.ident, row.state) == ("re_1", "pending")


def our_refund(attempt: Attempt, state: str, **more: Any) -> Refund:
    return Refund.objects.create(
        attempt=attempt, minor=100, source="staff", state=state, created_at=NOW, look_at=NOW,
        **{"key": f"key of {state}"} | more,
    )  # fmt: skip


def test_refund_of_ours_is_known_by_our_key_and_loses_its_error() -> None:
    attempt, other = settled(), settled()
    elsewhere = our_refund(other, "submitted", key="theirs", error="away")
    ours, more = (
        our_refund(attempt, "submitted", error="away"),
        our_refund(attempt, "approved", error="away"),
    )
    trail = Trail()
    told = refunded("re_1", 100, reference=ours.key, state="pending")
    assert again(attempt, refunds=(told,)) == Verdict.BOOKED
    rows = Refund.objects.order_by("pk").values_list("pk", "state", "ident", "error")
    assert list(rows) == [
        (elsewhere.pk, "submitted", "", "away"),
        (ours.pk, "pending", "re_1", ""),
        (more.pk, "approved", "", "away"),
    ]
    assert [each[1] for each in trail.audited] == ["refund.moved"]
    assert again(attempt, refunds=(refunded("re_1", 100, reference="lost"),)) == Verdict.BOOKED
    ours.refresh_from_db()
    assert (ours.state, Refund.objects.count()) == ("succeeded", 3)


@pytest.mark.parametrize(
    ("known", "told", "then"),
    [
        ("pending", "pending", "pending"),
        ("succeeded", "pending", "succeeded"),
        ("succeeded", "succeeded", "succeeded"),
        ("succeeded", "failed", "failed"),
        ("failed", "succeeded", "failed"),
        ("failed", "pending", "failed"),
        ("unknown", "pending", "pending"),
        ("unknown", "failed", "failed"),
    ],
)
def test_refund_goes_forward_only(known: str, told: str, then: str) -> None:
    attempt = settled()
    row = our_refund(attempt, known, ident="re_1")
    verdict = again(attempt, refunds=(refunded("re_1", 100, state=told),))
    row.refresh_from_db()
    assert (row.state, verdict) == (then, Verdict.UNCHANGED if known == then else Verdict.BOOKED)


def test_movement_that_another_account_has_too_is_booked_all_the_same() -> None:
    other, attempt = settled(), settled()
    elsewhere = ProcessorAccount.objects.create(slug="other", kind="sandbox")
    Attempt.objects.filter(pk=other.pk).update(account=elsewhere)
    other.refresh_from_db()
    for each in (other, attempt):
        assert again(each, refunds=(refunded("re_1", 100, moved("mv_1", -100)),)) == Verdict.BOOKED
    more = refunded("re_1", 100, moved("mv_1", -100), moved("mv_2", -50))
    assert again(attempt, refunds=(more,)) == Verdict.BOOKED
    assert [each[1] for each in books()[2:]] == ["mv_1", "mv_1", "mv_2"]


def test_refund_of_what_was_exchanged_is_kept_in_both_currencies() -> None:
    attempt = begun(2500, "EUR")
    settle(attempt, _exchanged(attempt))
    move = moved("mv_1", -1100, fee=10, paid=Money(-1000, "EUR"))
    settle(attempt, _exchanged(attempt, refunds=(refunded("re_1", 1, move),)))
    assert books()[1][2] == {
        "processor USD": -1110, "fees USD": 10, "exchange USD": 1100, "exchange EUR": -1000,
        "refunds EUR": 1000,
    }  # fmt: skip
    assert attempt.returned_minor == 1000


def _exchanged(attempt: Attempt, **more: Any) -> Payment:
    return paid(attempt, balance=Balance("txn_e", usd(2700), usd(108)), **more)


def a_fund(campaign: Campaign) -> None:
    day = dt.timedelta(days=1)
    open_fund(
        campaign=campaign, sponsor="Ann", cap=usd(9000), starts_at=NOW - day, ends_at=NOW + day, by="test",
    )  # fmt: skip


def test_what_goes_back_of_a_second_payment_restates_nothing() -> None:
    account_with_fees()
    campaign = a_campaign()
    a_fund(campaign)
    first = begun(campaign=campaign, covers_fees=True)
    Attempt.objects.filter(pk=first.pk).update(state=AttemptState.CANCELED)
    second = second_attempt(first)
    settle(first, paid(first))
    settle(second, paid(second))
    trail = Trail()
    again(second, refunds=(refunded("re_1", 2606, moved("mv_1", -2606)),))
    assert books()[2] == ("refund", "mv_1", {"processor USD": -2606, "to_return USD": 2606})
    assert (second.returned_minor, totals()) == (2606, [("floods", 1, 2500)])
    assert (trail.changed, trail.news, Receipt.objects.count()) == ([], [], 1)
    assert MatchingClaim.objects.get().minor == 2500


# Disputes -----------------------------------------------------------------------------------------


def test_dispute_is_opened_booked_and_ended_to_the_last_row() -> None:
    attempt = covered()
    trail = Trail()
    due = NOW + dt.timedelta(days=7)
    taken = moved("mv_1", -2700, fee=1500)
    opened = disputed("dp_1", 2606, taken, reason="r" * 101, evidence_due_at=due)
    assert again(attempt, disputes=(opened,)) == Verdict.BOOKED
    row = Dispute.objects.get()
    assert (row.attempt, row.minor, row.state, row.opened_at, row.evidence_due_at) == (
        attempt, 2606, "open", AT, due,
    )  # fmt: skip
    assert (row.reason, row.lost_minor) == ("r" * 100, 94)
    lines = {
        "processor USD": -4200,
        "fees USD": 1500,
        "disputes USD*": 2500,
        "cover USD": 106,
        "losses USD": 94,
    }
    assert books()[2:] == [("dispute", "mv_1", lines)]
    assert totals() == [("other", 1, 1000), ("floods", 0, 0)]
    whose, said = f"funding.donation:{attempt.donation_id}", {"dispute": row.pk}
    assert trail.audited == [
        ("looker", "dispute.opened", whose, said),
        ("looker", "money.returned", whose, {"attempt": attempt.pk}),
    ]
    assert again(attempt, disputes=(opened,)) == Verdict.UNCHANGED
    back = moved("mv_2", 2700)
    won = disputed("dp_1", 2606, taken, back, state="won")
    assert again(attempt, disputes=(won,)) == Verdict.BOOKED
    row.refresh_from_db()
    assert (row.state, row.lost_minor, attempt.returned_minor) == ("won", 0, 0)
    assert [each[1] for each in trail.audited[2:]] == ["dispute.won", "money.returned"]
    assert trail.audited[2] == ("looker", "dispute.won", whose, said)
    assert totals()[1] == ("floods", 1, 2500)
    lost = disputed("dp_1", 2606, taken, back, state="lost")
    assert again(attempt, disputes=(lost,)) == Verdict.UNCHANGED
    row.refresh_from_db()
    assert row.state == "won"


def test_dispute_that_ends_without_money_is_news_and_only_for_itself() -> None:
    attempt = settled()
    one, two = disputed("dp_1", 100), disputed("dp_2", 200)
    assert again(attempt, disputes=(one, two)) == Verdict.BOOKED
    ended = disputed("dp_1", 100, state="withdrawn")
    assert again(attempt, disputes=(ended, two)) == Verdict.BOOKED
    rows = Dispute.objects.order_by("ident").values_list("ident", "minor", "state")
    assert list(rows) == [("dp_1", 100, "withdrawn"), ("dp_2", 200, "open")]


def test_dispute_on_what_went_back_already_is_lost_and_restates_nothing() -> None:
    attempt = settled()
    gone = refunded("re_1", 2500, moved("mv_1", -2500))
    again(attempt, refunds=(gone,))
    trail = Trail()
    again(attempt, refunds=(gone,), disputes=(disputed("dp_1", 2500, moved("mv_2", -2500)),))
    assert books()[2] == ("dispute", "mv_2", {"processor USD": -2500, "losses USD": 2500})
    assert (attempt.returned_minor, Receipt.objects.count(), trail.news) == (2500, 2, [])
    assert (Dispute.objects.get().lost_minor, Refund.objects.get().lost_minor) == (2500, 0)


# What follows -------------------------------------------------------------------------------------


def test_sponsors_take_back_their_part_of_what_goes_back() -> None:
    campaign = a_campaign()
    a_fund(campaign)
    attempt = settled(campaign=campaign)
    assert books()[0][2]["matched USD*"] == -2500
    again(attempt, refunds=(refunded("re_1", 500, moved("mv_1", -500)),))
    lines = books()[1][2]
    assert (lines["match_due USD"], lines["matched USD*"]) == (-500, 500)
    assert MatchingClaim.objects.get().minor == 2000


def test_statement_of_the_year_is_corrected_by_whoever_saw_it() -> None:
    attempt = settled()
    state_year(year=2025, by="test")
    trail = Trail()
    again(attempt, refunds=(refunded("re_1", 500, moved("mv_1", -500)),))
    assert ("looker", "statement.written") in [each[:2] for each in trail.audited]
    newest = attempt.donation.supporter.statements.latest("version")
    assert (newest.version, [line.returned.minor for line in newest.lines]) == (2, [500])
