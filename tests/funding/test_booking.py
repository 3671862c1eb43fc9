"""The ledger's own edges: what a transaction keeps of what it was told, to the last field, and when it is refused."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from broadsheet.funding import ledger
from broadsheet.funding.actions import open_account
from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.errors import Unbalanced
from broadsheet.funding.ledger import Line
from broadsheet.funding.models import LedgerHead, LedgerTransaction
from broadsheet.funding.queries import chain_breaks
from broadsheet.kit.money import Money
from fetched import AT, a_campaign, begun, books, usd

EXCHANGE, FEES, GIFTS, PROCESSOR = (
    LedgerAccount.EXCHANGE, LedgerAccount.FEES, LedgerAccount.GIFTS, LedgerAccount.PROCESSOR,
)  # fmt: skip
HERE = dt.timezone(dt.timedelta(hours=2))


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def test_booking_keeps_all_that_it_was_told_in_the_order_of_the_chain(db: None) -> None:
    donation, account, campaign = begun().donation, open_account(by="test"), a_campaign()
    now = dt.datetime(
        2026, 2, 3, 4, 5, tzinfo=ZoneInfo("America/New_York")
    )  # where the process is, too
    with time_machine.travel(now, tick=False):
        first = ledger.book(
            kind="gift", account=account, processor_ref="txn_1", donation=donation,
            occurred_at=AT.astimezone(HERE),
            lines=[Line(PROCESSOR, usd(2397)), Line(FEES, usd(103)), Line(GIFTS, usd(-2500), campaign.pk),
                   Line(LedgerAccount.COVER, usd(0))],
        )  # fmt: skip
        second = ledger.book(
            kind="fee", account=account, processor_ref="txn_2", donation=None, occurred_at=AT,
            lines=[Line(FEES, usd(5)), Line(PROCESSOR, usd(-5))],
        )  # fmt: skip
    kept = LedgerTransaction.objects.order_by("number").values_list(
        "pk", "number", "kind", "account", "processor_ref", "donation", "occurred_at", "booked_at", "hash"
    )  # fmt: skip
    assert list(kept) == [
        (first.pk, 1, "gift", account.pk, "txn_1", donation.pk, AT, now, first.hash),
        (second.pk, 2, "fee", account.pk, "txn_2", None, AT, now, second.hash),
    ]
    assert books() == [
        ("gift", "txn_1", {"processor USD": 2397, "fees USD": 103, "gifts USD*": -2500}),
        ("fee", "txn_2", {"fees USD": 5, "processor USD": -5}),
    ]
    assert [line.campaign for line in first.entries.exclude(campaign=None)] == [campaign]
    head = LedgerHead.objects.get()
    assert (head.number, head.hash) == (2, second.hash)
    assert list(chain_breaks()) == []


def test_booking_says_by_how_much_lines_do_not_balance(db: None) -> None:
    lines = [
        Line(PROCESSOR, usd(7)),
        Line(GIFTS, usd(-4)),
        Line(GIFTS, usd(-4)),
        Line(FEES, eur(0)),
    ]
    with pytest.raises(Unbalanced) as refused:
        ledger.book(
            kind="gift", account=open_account(by="test"), processor_ref="txn_1", donation=None,
            occurred_at=AT, lines=lines,
        )  # fmt: skip
    assert str(refused.value) == "The lines of txn_1 do not balance: {'USD': -1, 'EUR': 0}."
    assert books() == []


def test_what_came_is_less_the_fee_and_what_was_exchanged_balances_in_each_currency() -> None:
    assert ledger.received(usd(2500), usd(103), usd(2500)) == [
        Line(PROCESSOR, usd(2397)),
        Line(FEES, usd(103)),
    ]
    for sign in (1, -1):
        assert ledger.received(usd(2700 * sign), usd(108), eur(2500 * sign)) == [
            Line(PROCESSOR, usd(2700 * sign - 108)),
            Line(FEES, usd(108)),
            Line(EXCHANGE, usd(-2700 * sign)),
            Line(EXCHANGE, eur(2500 * sign)),
        ]
