"""What every processor must do for us when nobody is at the checkout: keep a method that was agreed to, charge it."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import replace

import pytest

from bench import Bench, all_notices, order, started
from broadsheet.funding.choices import AttemptState, Decline
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.protocol import Checkout, Instrument
from broadsheet.funding.rules.declining import decline_of
from broadsheet.funding.rules.folding import fold
from broadsheet.kit.money import Money


def kept(bench: Bench) -> Instrument:
    """A method that its owner let us keep at a checkout."""
    checkout = started(bench, replace(order(), keeps_method=True))
    assert bench.press(checkout.ident, "pay").status_code == 303
    told = bench.gateway.find(checkout.reference)
    assert told
    assert told.payment
    assert told.payment.instrument
    return told.payment.instrument


def state(charge: Checkout) -> AttemptState:
    return fold(AttemptState.SUBMITTED, charge.seen)


def test_p1_method_is_kept_only_where_that_was_agreed_to(bench: Bench) -> None:
    checkout = started(bench)
    bench.press(checkout.ident, "pay")
    told = bench.gateway.find(checkout.reference)
    assert told
    assert told.payment
    assert told.payment.instrument is None
    instrument = kept(bench)
    assert "4242" in instrument.label
    assert instrument.expires_on
    assert (instrument.expires_on + dt.timedelta(days=1)).day == 1
    assert instrument.expires_on > dt.datetime.now(dt.UTC).date()


def test_p1_charge_takes_the_money_and_is_found_by_reference_and_payment(bench: Bench) -> None:
    asked, instrument = order(1900), kept(bench)
    charge = bench.gateway.charge(asked, instrument, asked.reference)
    assert (charge.reference, charge.amount, charge.url) == (asked.reference, asked.amount, "")
    assert not charge.is_hosted
    assert state(charge) == AttemptState.SUCCEEDED
    assert charge.payment
    assert charge.payment.balance
    assert charge.payment.balance.gross == Money(1900, "USD")
    assert charge.ident == charge.payment.ident
    assert bench.gateway.find_charge(asked.reference) == charge
    since = dt.datetime.now(dt.UTC)
    assert bench.gateway.find_charge(asked.reference, since) == charge
    assert bench.gateway.find_charge("what nobody charged") is None
    assert bench.gateway.fetch("payment", charge.ident) == charge
    assert bench.gateway.find(asked.reference) is None, "it is no checkout"


def test_p1_charge_again_with_the_same_key_takes_nothing_more(bench: Bench) -> None:
    asked, instrument = order(1900), kept(bench)
    first = bench.gateway.charge(asked, instrument, asked.reference)
    assert bench.gateway.charge(asked, instrument, asked.reference) == first
    with pytest.raises(GatewayError) as caught:
        bench.gateway.charge(replace(asked, amount=Money(9900, "USD")), instrument, asked.reference)
    assert caught.value.ambiguous, "a key that was used otherwise: something was done with it"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("insufficient_funds", Decline.FUNDS),
        ("authentication_required", Decline.AUTHENTICATION),
        ("expired_card", Decline.CARD),
        ("stolen_card", Decline.FINAL),
        ("do_not_honor", Decline.OTHER),
    ],
)
def test_p1_refused_charge_is_an_answer_that_says_why(
    bench: Bench, code: str, kind: Decline
) -> None:
    asked, instrument = order(1900), kept(bench)
    bench.act(f"methods/{instrument.method}", outcome=code)
    charge = bench.gateway.charge(asked, instrument, asked.reference)
    assert state(charge) == AttemptState.FAILED
    assert charge.payment
    assert decline_of(charge.payment.decline) == kind
    assert bench.gateway.charge(asked, instrument, asked.reference) == charge, "the same key"
    assert bench.gateway.find_charge(asked.reference) == charge
    bench.act(f"methods/{instrument.method}", outcome="pay")
    again = order(1900)
    assert state(bench.gateway.charge(again, instrument, again.reference)) == AttemptState.SUCCEEDED


def test_p1_events_and_refunds_of_a_charge_lead_to_it(bench: Bench) -> None:
    asked, instrument = order(1900), kept(bench)
    before = all_notices(bench)[-1].event_id
    charge = bench.gateway.charge(asked, instrument, asked.reference)
    told = [each for each in all_notices(bench, before) if each.object_type == "payment"]
    assert {each.object_id for each in told} == {charge.ident}
    bench.gateway.refund(charge.ident, Money(400, "USD"), secrets.token_hex(8))
    last = [each for each in all_notices(bench) if each.object_type == "refund"][-1]
    found = bench.gateway.fetch("refund", last.object_id)
    assert found
    assert found.payment
    assert [each.amount for each in found.payment.refunds] == [Money(400, "USD")]


def test_p2_charge_of_a_method_that_is_nobodys_or_somebody_elses_is_refused(bench: Bench) -> None:
    asked, instrument = order(1900), kept(bench)
    for wrong in (replace(instrument, method="pm_none"), replace(instrument, customer="cus_other")):
        with pytest.raises(GatewayError) as caught:
            bench.gateway.charge(asked, wrong, secrets.token_hex(8))
        assert caught.value.permanent
    with pytest.raises(GatewayError):
        bench.of("south").charge(asked, instrument, secrets.token_hex(8))
    assert bench.gateway.find_charge(asked.reference) is None


def test_p1_charge_whose_answer_is_lost_is_found(bench: Bench) -> None:
    asked, instrument = order(1900), kept(bench)
    bench.act("faults/north", lose_answer=1)
    with pytest.raises(GatewayError) as caught:
        bench.gateway.charge(asked, instrument, asked.reference)
    assert caught.value.ambiguous
    found = bench.gateway.find_charge(asked.reference)
    assert found
    assert state(found) == AttemptState.SUCCEEDED
    assert bench.gateway.charge(asked, instrument, asked.reference) == found


def test_p1_method_that_is_forgotten_is_charged_no_more_and_what_it_paid_stays(
    bench: Bench,
) -> None:
    asked, instrument = order(1900), kept(bench)
    charge = bench.gateway.charge(asked, instrument, asked.reference)
    for _ in range(2):
        bench.gateway.forget(instrument)
    later = order(700)
    with pytest.raises(GatewayError) as caught:
        bench.gateway.charge(later, instrument, later.reference)
    assert caught.value.permanent
    assert charge.payment
    found = bench.gateway.fetch("payment", charge.payment.ident)
    assert found
    assert found.payment
    assert found.payment.state == "succeeded"
