"""Gifts recorded on the rehearsal stage, without a socket, at whatever instant is wanted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pytest_django import Settings

from broadsheet.funding import checks
from broadsheet.funding.actions import Gift, record_donation
from broadsheet.funding.gateways.opening import in_process_sandbox
from broadsheet.funding.models import Receipt
from broadsheet.kit.money import Money

LONG_AGO = dt.datetime(2020, 2, 29, 12, tzinfo=dt.UTC)


def test_gift_is_recorded_as_of_its_instant_with_all_that_follows(
    db: None, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    gift = Gift(amount=Money(2500, "USD"), email="sam@example.org")
    with in_process_sandbox() as sandbox:
        donation = record_donation(gift=gift, at=LONG_AGO, sandbox=sandbox, by="test")
    assert (donation.state, donation.created_at, donation.settled_at) == (
        "settled",
        LONG_AGO,
        LONG_AGO,
    )
    assert Receipt.objects.get().label == "2020-00001"
    assert [*checks.books(), *checks.gifts()] == []
