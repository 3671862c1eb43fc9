"""The account of what comes by hand keeps the processors' contract (P1, P2), as far as it applies to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from broadsheet.funding.actions import (
    Gift,
    expect_gift,
    import_statement,
    match_line,
    propose_refund,
    submit_refund,
)
from broadsheet.funding.actions.banking import Layout
from broadsheet.funding.actions.checkout import order_of
from broadsheet.funding.choices import Method
from broadsheet.funding.errors import BadWebhook, GatewayError
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Gateway, Instrument, Order
from broadsheet.funding.models import Attempt, BankLine, Donation, ProcessorAccount, Refund
from broadsheet.kit.money import Money
from broadsheet.readers.models import User


@pytest.fixture
def by(db: None) -> User:
    return User.objects.create_superuser("ann@ledger.example")


@pytest.fixture
def donation(by: User) -> Donation:
    gift = Gift(amount=Money(2500, "USD"), email="pat@example.org")
    return expect_gift(gift=gift, method=Method.CHEQUE, by=by)


@pytest.fixture
def gateway(donation: Donation) -> Gateway:
    return gateway_of(ProcessorAccount.objects.get(kind="offline"))


def attempt(donation: Donation) -> Attempt:
    return donation.attempts.get()


def order(donation: Donation) -> Order:
    return order_of(donation, attempt(donation))


def arrive(donation: Donation, by: User) -> None:
    """The money comes to the bank."""
    import_statement(
        text=f"Date,Amount,Description,ID\n2026-11-03,{donation.gift.decimal},x,b1\n",
        bank="main",
        name="b.csv",
        layout=Layout(currency="USD", columns={}),
        by=by,
    )
    match_line(line=BankLine.objects.get(), targets=[attempt(donation)], by=by)


def given_back(donation: Donation, by: User) -> Refund:
    refund = propose_refund(donation=donation, amount=Money(1000, "USD"), reason="", by=by)
    return submit_refund(refund=refund, by="worker")


def test_p1_start_again_gives_the_same_and_another_order_is_refused(
    gateway: Gateway, donation: Donation
) -> None:
    asked = order(donation)
    checkout = gateway.start(asked, asked.reference)
    assert checkout == gateway.start(asked, asked.reference) == gateway.find(asked.reference)
    assert (checkout.amount, checkout.is_open, checkout.payment) == (asked.amount, True, None)
    with pytest.raises(GatewayError) as caught:
        gateway.start(replace(asked, amount=Money(1, "USD")), asked.reference)
    assert caught.value.ambiguous
    with pytest.raises(GatewayError) as caught:
        gateway.start(replace(asked, reference="nobody's"), "nobody's")
    assert caught.value.permanent


def test_p1_find_and_fetch_know_what_is_ours_and_nothing_else(
    gateway: Gateway, donation: Donation, by: User
) -> None:
    assert gateway.find("what nobody ordered") is None
    assert gateway.fetch("dispute", "dp_1") is None
    assert gateway.fetch("payment", "hand_1") is None
    assert gateway.fetch_payout("po_1") is None
    arrive(donation, by)
    refund = given_back(donation, by)
    told = gateway.find(order(donation).reference)
    assert told
    assert told.payment
    assert gateway.fetch("payment", told.payment.ident) == told
    assert gateway.fetch("checkout_session", told.ident) == told
    assert gateway.fetch("refund", refund.ident) == told


def test_p1_payment_is_of_the_day_of_its_line_and_costs_nothing(
    gateway: Gateway, donation: Donation, by: User
) -> None:
    arrive(donation, by)
    told = gateway.find(order(donation).reference)
    assert told
    assert told.payment
    assert told.payment.balance
    assert told.payment.succeeded_at
    assert told.payment.succeeded_at.date() == dt.date(2026, 11, 3)
    assert (told.payment.balance.gross, told.payment.balance.fee.minor) == (donation.gift, 0)
    assert not told.is_open


def test_p1_expire_closes_for_good_and_nothing_that_was_paid(
    gateway: Gateway, donation: Donation, by: User
) -> None:
    reference = order(donation).reference
    assert not gateway.expire(reference, "k").is_open
    arrive(donation, by)
    for ident in (reference, "nothing"):
        with pytest.raises(GatewayError) as caught:
            gateway.expire(ident, "k")
        assert caught.value.permanent


def test_p1_refund_is_made_once_for_each_reference_and_of_a_payment_that_there_is(
    gateway: Gateway, donation: Donation, by: User
) -> None:
    arrive(donation, by)
    refund = given_back(donation, by)
    gateway.refund(attempt(donation).payment_id, refund.amount, refund.key)
    told = gateway.find(order(donation).reference)
    assert told
    assert told.payment
    [refunded] = told.payment.refunds
    assert (refunded.state, refunded.reference) == ("succeeded", refund.key)
    assert [move.amount.minor for move in refunded.movements] == [-1000]
    with pytest.raises(GatewayError) as caught:
        gateway.refund("hand_nothing", refund.amount, "nothing")
    assert caught.value.permanent


def test_p1_movements_are_listed_once(gateway: Gateway, donation: Donation, by: User) -> None:
    arrive(donation, by)
    given_back(donation, by)
    [movements] = gateway.movements(None, None)
    assert sorted(move.amount.minor for move in movements) == [-2500, -1000, 2500]


def test_p2_nobody_sends_events_of_it(gateway: Gateway) -> None:
    assert gateway.events_after("") == ((), False)
    assert gateway.connect("https://example.org/").livemode is False
    assert list(gateway.problems("https://example.org/")) == []
    with pytest.raises(BadWebhook):
        gateway.parse_webhook(b"{}", {}, 0)


def test_p1_nobody_is_charged_by_hand(donation: Donation, gateway: Gateway) -> None:
    with pytest.raises(GatewayError) as caught:
        gateway.charge(order(donation), Instrument("cus_1", "pm_1"), "a key")
    assert caught.value.permanent
    assert gateway.find_charge(attempt(donation).idempotency_key) is None
