"""The edges of settling: every row that one look at the processor changes, and no other."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.funding.actions import state_year
from broadsheet.funding.choices import AttemptState, Cadence, Verdict
from broadsheet.funding.gateways.protocol import Balance, CardTry, Instrument
from broadsheet.funding.models import (
    Attempt,
    CampaignTotal,
    Donation,
    PaymentMethod,
    Pledge,
    ProcessorAccount,
    ProcessorObject,
    Receipt,
)
from broadsheet.funding.queries import chain_breaks
from broadsheet.kit import clock
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
    paid,
    refunded,
    second_attempt,
    seen,
    settle,
    settled,
    usd,
)

pytestmark = pytest.mark.usefixtures("standing_still")


def states() -> list[str]:
    return list(Donation.objects.order_by("pk").values_list("state", flat=True))


# A gift that comes --------------------------------------------------------------------------------


def test_first_payment_is_booked_counted_and_told_to_the_last_row() -> None:
    account_with_fees()
    campaign, other = a_campaign(), a_campaign("other")
    waiting, attempt = begun(), begun(campaign=campaign, covers_fees=True)
    trail = Trail()
    assert settle(attempt, paid(attempt, fee=106)) == Verdict.BOOKED
    donation, pk = attempt.donation, attempt.pk
    assert books() == [
        ("gift", f"txn_{pk}", {"processor USD": 2500, "fees USD": 106, "gifts USD*": -2500, "cover USD": -106})
    ]  # fmt: skip
    assert list(chain_breaks()) == []
    booked = donation.bookings.get()
    assert (booked.account, booked.occurred_at) == (attempt.account, AT)
    assert (donation.state, donation.settled_at) == ("settled", AT)
    assert (attempt.state, attempt.payment_id, attempt.captured_minor, attempt.is_extra) == (
        "succeeded", f"pay_{pk}", 2606, False,
    )  # fmt: skip
    receipt = Receipt.objects.get()
    assert (receipt.label, receipt.donation, receipt.issued_at, receipt.due_at, receipt.state) == (
        "2025-00001", donation, AT, NOW, "pending",
    )  # fmt: skip
    totals = CampaignTotal.objects.order_by("pk").values_list("campaign", "gifts", "gifts_minor")
    assert list(totals) == [(campaign.pk, 1, 2500), (other.pk, 0, 0)]
    assert trail.changed == [f"funding.campaigntotal:{campaign.total.pk}"]
    whose = f"funding.donation:{donation.pk}"
    assert trail.audited == [
        ("looker", "attempt.moved", whose, {"attempt": pk, "state": "succeeded"}),
        ("looker", "donation.settled", whose, {"attempt": pk}),
    ]
    assert trail.news == [("donation.settled", {"reference": donation.reference})]
    waiting.refresh_from_db()
    assert (waiting.state, states()) == ("submitted", ["pending", "settled"])


def test_payment_that_is_known_changes_nothing_when_it_is_looked_at_again() -> None:
    attempt = settled()
    trail = Trail()
    assert settle(attempt, paid(attempt)) == Verdict.UNCHANGED
    assert settle(attempt, None) == Verdict.UNCHANGED
    assert (trail.audited, trail.changed, trail.news, len(books())) == ([], [], [], 1)


def test_receipt_of_who_has_no_address_is_given_by_hand() -> None:
    settled(email="")
    assert Receipt.objects.get().state == "by_hand"


def test_receipts_of_a_year_are_numbered_together_whatever_comes_when() -> None:
    settled()
    later = begun()
    settle(later, paid(later, succeeded_at=AT + dt.timedelta(minutes=1)))
    settled()
    assert [str(receipt) for receipt in Receipt.objects.order_by("pk")] == [
        "2025-00001", "2026-00001", "2025-00002",
    ]  # fmt: skip


def test_gift_in_another_currency_than_the_balance_is_kept_in_both() -> None:
    attempt = begun(2500, "EUR")
    balance = Balance("txn_e1", usd(2700), usd(108))
    assert settle(attempt, paid(attempt, balance=balance)) == Verdict.BOOKED
    dollars, euros = begun(3000), begun(3000, "EUR")
    settle(dollars, paid(dollars))
    settle(euros, paid(euros, balance=Balance("txn_e2", usd(3200), usd(100))))
    assert books() == [
        ("gift", "txn_e1", {"processor USD": 2592, "fees USD": 108, "exchange USD": -2700,
                           "exchange EUR": 2500, "gifts EUR": -2500}),
        ("gift", f"txn_{dollars.pk}", {"processor USD": 2897, "fees USD": 103, "gifts USD": -3000}),
        ("gift", "txn_e2", {"processor USD": 3100, "fees USD": 100, "exchange USD": -3200,
                           "exchange EUR": 3000, "gifts EUR": -3000}),
    ]  # fmt: skip


def test_second_payment_of_a_gift_is_owed_and_its_return_proposed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    campaign = a_campaign()
    first = begun(campaign=campaign)
    Attempt.objects.filter(pk=first.pk).update(state=AttemptState.CANCELED)
    second = second_attempt(first)
    settle(first, paid(first))
    trail = Trail()
    assert settle(second, paid(second, succeeded_at=NOW)) == Verdict.BOOKED
    assert books()[1] == (
        "second_payment", f"txn_{second.pk}", {"processor USD": 2397, "fees USD": 103, "to_return USD": -2500},
    )  # fmt: skip
    assert (second.is_extra, second.captured_minor, second.payment_id) == (
        True, 2500, f"pay_{second.pk}",
    )  # fmt: skip
    refund = second.refunds.get()
    assert (refund.minor, refund.reason, refund.state) == (2500, "Paid twice", "proposed")
    assert (refund.source, len(refund.key), refund.created_at, refund.look_at) == (
        "system", 48, NOW, NOW,
    )  # fmt: skip
    whose, said = f"funding.donation:{first.donation_id}", {"attempt": second.pk}
    assert trail.audited == [
        ("looker", "attempt.moved", whose, said | {"state": "succeeded"}),
        ("looker", "refund.proposed", whose, {"refund": refund.pk}),
        ("looker", "donation.paid_twice", whose, said),
    ]
    assert caplog.messages == [
        f"Donation {first.donation_id} was paid twice; the second is to return."
    ]
    assert (trail.changed, trail.news, Receipt.objects.count()) == ([], [], 1)
    first.donation.refresh_from_db()
    assert first.donation.settled_at == AT
    assert CampaignTotal.objects.get().gifts_minor == 2500


@pytest.mark.parametrize("missing", ["balance", "succeeded_at"])
def test_success_without_a_balance_or_a_time_is_no_success(missing: str) -> None:
    attempt = begun()
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the words are looked at
        settle(attempt, paid(attempt, **{missing: None}))
    said = f"payment pay_{attempt.pk} succeeded without a balance or a time"
    assert str(refused.value) == said
    attempt.refresh_from_db()
    assert (attempt.state, states()) == ("submitted", ["pending"])


@pytest.mark.parametrize("where", ["checkout", "payment", "balance"])
def test_amount_that_is_not_ours_is_booked_nowhere_and_reported(
    where: str, caplog: pytest.LogCaptureFixture
) -> None:
    attempt = begun()
    payment, checkout = paid(attempt), {}
    if where == "checkout":
        checkout["amount"] = Money(2500, "EUR")
    elif where == "payment":
        payment = replace(payment, amount=usd(2501))
    else:
        payment = replace(payment, balance=Balance("txn_1", usd(2499), usd(103)))
    trail = Trail()
    assert settle(attempt, payment, **checkout) == Verdict.LYING
    pk = attempt.pk
    assert (attempt.state, attempt.checkout_id, books(), states()) == (
        "submitted",
        "",
        [],
        ["pending"],
    )
    assert trail.audited == [
        ("looker", "attempt.amount_differs", f"funding.donation:{attempt.donation_id}", {"attempt": pk})
    ]  # fmt: skip
    assert caplog.messages == [f"Attempt {pk}: the processor's amount is not ours; nothing booked."]


def test_statement_of_the_year_of_a_gift_is_corrected_when_it_comes_later() -> None:
    settled()
    state_year(year=2025, by="test")
    trail = Trail()
    late = settled(1000)
    audited = [each for each in trail.audited if each[1] == "statement.written"]
    assert [(actor, said) for actor, _, _, said in audited] == [("looker", {"version": 2})]
    assert [len(each.lines) for each in late.donation.supporter.statements.order_by("version")] == [
        1,
        2,
    ]


# What is remembered of the processor ----------------------------------------------------------------


def test_checkout_is_noted_once_for_its_own_attempt_and_account() -> None:
    other, attempt = begun(), begun()
    elsewhere = ProcessorAccount.objects.create(slug="other", kind="sandbox")
    for kind, ident in (
        ("checkout_session", f"cs_{attempt.idempotency_key}"),
        ("payment", f"pay_{attempt.pk}"),
    ):
        ProcessorObject.objects.create(account=elsewhere, type=kind, ident=ident, attempt=other)
    first = seen(attempt)
    assert settle(attempt, is_open=True) == Verdict.UNCHANGED
    assert (attempt.checkout_id, attempt.checkout_url) == (first.ident, first.url)
    settle(attempt, paid(attempt), ident="cs_2", url="https://pay.example/2")
    assert (attempt.checkout_id, attempt.checkout_url) == (first.ident, first.url)
    other.refresh_from_db()
    assert (other.checkout_id, other.checkout_url) == ("", "")
    ours = ProcessorObject.objects.filter(account=attempt.account).order_by("pk")
    assert list(ours.values_list("type", "ident", "attempt")) == [
        ("checkout_session", first.ident, attempt.pk),
        ("checkout_session", "cs_2", attempt.pk),
        ("payment", f"pay_{attempt.pk}", attempt.pk),
    ]


def test_checkout_and_payment_of_one_name_are_two_and_a_charge_has_no_checkout() -> None:
    hosted, charge = begun(), begun()
    settle(hosted, paid(hosted), ident=f"pay_{hosted.pk}")
    settle(charge, paid(charge), is_hosted=False)
    rows = ProcessorObject.objects.order_by("pk").values_list("type", "ident", "attempt")
    assert list(rows) == [
        ("checkout_session", f"pay_{hosted.pk}", hosted.pk),
        ("payment", f"pay_{hosted.pk}", hosted.pk),
        ("payment", f"pay_{charge.pk}", charge.pk),
    ]


# Where no money came --------------------------------------------------------------------------------


def test_checkout_that_ends_lapses_its_own_gift_and_a_new_one_brings_it_back() -> None:
    other, attempt = begun(), begun()
    Attempt.objects.filter(pk=attempt.pk).update(error="away")
    trail = Trail()
    assert settle(attempt) == Verdict.NOTED
    assert (attempt.state, attempt.error, states()) == ("canceled", "", ["pending", "lapsed"])
    whose = f"funding.donation:{attempt.donation_id}"
    said = {"attempt": attempt.pk, "state": "canceled"}
    assert trail.audited == [("looker", "attempt.moved", whose, said)]
    settle(other)
    assert states() == ["lapsed", "lapsed"]
    again_begun = second_attempt(attempt)
    Attempt.objects.filter(pk=again_begun.pk).update(state=AttemptState.UNKNOWN)
    assert settle(again_begun, is_open=True) == Verdict.NOTED
    assert (again_begun.state, states()) == ("submitted", ["lapsed", "pending"])
    assert (trail.news, trail.changed, books()) == ([], [], [])


def test_gift_that_settled_stays_so_whatever_became_of_another_try() -> None:
    attempt = begun()
    Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.CANCELED)
    second = second_attempt(attempt)
    settle(attempt, paid(attempt))
    assert settle(second, replace(paid(second), state="failed")) == Verdict.NOTED
    assert (second.state, states(), len(books())) == ("failed", ["settled"], 1)
    assert second.refunds.count() == 0


def test_what_goes_back_waits_for_what_came() -> None:
    attempt = begun()
    back = replace(paid(attempt), state="processing", refunds=(refunded("re_1", 100),))
    assert settle(attempt, back) == Verdict.NOTED
    assert (attempt.state, attempt.refunds.count()) == ("processing", 0)


def test_cards_that_are_declined_are_counted_and_stop_the_checkout() -> None:
    attempt = begun()
    trail = Trail()
    tries = tuple(CardTry(f"try_{at}", f"card_{at}", is_declined=True) for at in range(5))
    assert settle(attempt, is_open=True, tries=tries) == Verdict.UNCHANGED
    assert attempt.cards.count() == 5
    assert [each[:2] for each in trail.audited] == [("looker", "attempt.stopped")]


# Gifts of pledges -----------------------------------------------------------------------------------


def pledged(**more: Any) -> tuple[Attempt, Pledge]:
    attempt = begun(cadence=Cadence.MONTHLY, **more)
    return attempt, Pledge.objects.get(occurrences__donation=attempt.donation)


def charge_of(attempt: Attempt) -> None:
    method = PaymentMethod.objects.create(
        account=attempt.account, customer="cus_1", method="pm_1", kept_at=NOW
    )
    Attempt.objects.filter(pk=attempt.pk).update(charges=method)


def test_first_gift_of_a_pledge_begins_it_on_its_own_day() -> None:
    attempt, pledge = pledged()
    trail = Trail()
    card = Instrument("cus_1", "pm_1", "visa 4242")
    assert settle(attempt, paid(attempt, instrument=card)) == Verdict.BOOKED
    pledge.refresh_from_db()
    assert (pledge.state, pledge.anchor_day, pledge.anchor_month) == ("active", 31, 12)
    assert pledge.method is not None
    assert (pledge.method.account, pledge.method.label) == (attempt.account, "visa 4242")
    assert [each[:3] for each in trail.audited] == [
        ("looker", "attempt.moved", f"funding.donation:{attempt.donation_id}"),
        ("looker", "pledge.begun", f"funding.pledge:{pledge.pk}"),
        ("looker", "donation.settled", f"funding.donation:{attempt.donation_id}"),
    ]


@pytest.mark.parametrize(
    ("state", "decline", "kind"),
    [("failed", "insufficient_funds", "funds"), ("requires_action", "", "authentication")],
)
def test_charge_that_is_refused_is_told_to_its_pledge(state: str, decline: str, kind: str) -> None:
    attempt, pledge = pledged()
    settle(attempt, paid(attempt))
    later = second_attempt(attempt)
    charge_of(later)
    trail = Trail()
    payment = replace(paid(later), state=state, decline=decline, balance=None, succeeded_at=None)
    assert settle(later, payment, is_hosted=False) == Verdict.NOTED
    ended = trail.audited[1:]
    assert [(each[0], each[1], each[3]["kind"]) for each in ended] == [
        ("looker", "pledge.declined", kind)
    ]
    pledge.refresh_from_db()
    assert pledge.state == "past_due"


def test_charge_that_is_on_its_way_is_not_refused() -> None:
    attempt, pledge = pledged()
    charge_of(attempt)
    settle(attempt, replace(paid(attempt), state="processing", balance=None), is_hosted=False)
    pledge.refresh_from_db()
    assert (attempt.state, pledge.state, states()) == ("processing", "pending", ["pending"])


def test_later_charge_that_is_on_its_way_is_no_decline_of_its_pledge() -> None:
    attempt, pledge = pledged()
    settle(attempt, paid(attempt))
    later = second_attempt(attempt)
    charge_of(later)
    trail = Trail()
    on_its_way = replace(paid(later), state="processing", balance=None, succeeded_at=None)
    assert settle(later, on_its_way, is_hosted=False) == Verdict.NOTED
    assert [each[1] for each in trail.audited] == ["attempt.moved"]
    pledge.refresh_from_db()
    occurrence = attempt.donation.occurrence
    assert (later.state, pledge.state, occurrence.declines) == ("processing", "active", 0)


def test_pledge_is_held_by_a_dispute_that_is_new_and_by_no_refund() -> None:
    attempt, pledge = pledged()
    settle(attempt, paid(attempt))
    assert again(attempt, refunds=(refunded("re_1", 100),)) == Verdict.BOOKED
    pledge.refresh_from_db()
    assert pledge.held_at is None
    trail = Trail()
    dispute = disputed("dp_1", 2500)
    assert again(attempt, disputes=(dispute,)) == Verdict.BOOKED
    pledge.refresh_from_db()
    assert pledge.held_at == clock.now()
    whose = f"funding.donation:{attempt.donation_id}"
    assert [each[:3] for each in trail.audited] == [
        ("looker", "dispute.opened", whose),
        ("looker", "pledge.held", f"funding.pledge:{pledge.pk}"),
    ]
    Pledge.objects.filter(pk=pledge.pk).update(held_at=None)
    assert again(attempt, disputes=(dispute,)) == Verdict.UNCHANGED
    pledge.refresh_from_db()
    assert pledge.held_at is None


def test_row_of_the_pledge_is_taken_before_that_of_the_attempt() -> None:
    attempt, _pledge = pledged()
    with CaptureQueriesContext(connection) as asked:
        settle(attempt, paid(attempt))
    texts = [each["sql"] for each in asked.captured_queries]
    pledges = [at for at, text in enumerate(texts) if 'FROM "funding_pledge"' in text]
    attempts = [at for at, text in enumerate(texts) if 'FROM "funding_attempt"' in text]
    assert pledges[0] < attempts[0]
    assert f'"donation_id" = {attempt.donation_id}' in texts[pledges[0]]
