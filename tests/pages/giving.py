"""Gifts in states that the demonstration has none in, and where their supporters see them; for `building.py`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pages.specimens import EAGER

if TYPE_CHECKING:
    from broadsheet.funding.actions import Gift
    from broadsheet.funding.models import Donation

BY = "test"
BEGUN = 6
"""Gifts of one address: from three an hour on the next has to be proven, and each counts for twenty minutes."""


def statement(now: dt.datetime) -> str:
    """Where somebody reads the statement of last year, in which they gave; it always names the same reference."""
    from broadsheet.funding.actions import state_year
    from broadsheet.funding.actions.stating import statement_path
    from broadsheet.funding.models import Donation, YearlyStatement

    given = _give("year@reader.example", now.replace(year=now.year - 1))
    Donation.objects.filter(pk=given.pk).update(reference="giftofthisstatement2")
    state_year(year=now.year - 1, by=BY)
    return statement_path(YearlyStatement.objects.get())


def unpaid(now: dt.datetime) -> str:
    """The reference of a gift whose checkout is open."""
    from broadsheet.funding.actions import begin_donation, open_checkout
    from broadsheet.funding.actions.accounts import open_account
    from broadsheet.funding.gateways.opening import in_process_gateway, in_process_sandbox

    with in_process_sandbox() as sandbox:
        sandbox.at = now
        gateway = in_process_gateway(open_account(by=BY), sandbox)
        gift = begin_donation(gift=_gift("open@reader.example"), nonce="open", by=BY)
        open_checkout(donation=gift, by=BY, gateway=gateway)
    return gift.reference


def expected() -> str:
    """The reference of a gift that comes by transfer; never another, as the page says it in a line of text."""
    from broadsheet.funding.actions.offline import expect_gift
    from broadsheet.funding.choices import Method
    from broadsheet.funding.models import Donation

    gift = expect_gift(gift=_gift("transfer@reader.example"), method=Method.TRANSFER, by=BY)
    Donation.objects.filter(pk=gift.pk).update(reference="EXPECTEDGIFT")
    return "EXPECTEDGIFT"


def crowd() -> None:
    """Somebody who begins so many gifts, now, that they have to prove to be no machine."""
    from broadsheet.funding.actions import begin_donation
    from broadsheet.funding.actions.guarding import Asker, Proof
    from broadsheet.kit import clock

    for number in range(BEGUN):
        proof = Proof(f"proof {number}", clock.now() + dt.timedelta(hours=1))
        gift, asker = _gift(EAGER), Asker(proof=proof)
        begin_donation(gift=gift, nonce=f"eager {number}", by=BY, asker=asker)


def year() -> None:
    """A yearly gift and some of those that come every month, in the year until now: months that differ."""
    from broadsheet.funding.choices import Cadence
    from broadsheet.kit import clock

    _give(
        "yearly@reader.example",
        clock.now() - dt.timedelta(days=300),
        minor=60_000,
        cadence=Cadence.YEARLY,
    )
    for number, days in enumerate((230, 170, 80, 40)):
        at, more = clock.now() - dt.timedelta(days=days), {"minor": 1500 * (number + 1)}
        _give(f"monthly{number}@reader.example", at, cadence=Cadence.MONTHLY, **more)


def _give(email: str, at: dt.datetime, **more: Any) -> Donation:
    from broadsheet.funding.actions import record_donation
    from broadsheet.funding.gateways.opening import in_process_sandbox

    with in_process_sandbox() as sandbox:
        return record_donation(gift=_gift(email, **more), at=at, sandbox=sandbox, by=BY)


def _gift(email: str, minor: int = 2500, **more: Any) -> Gift:
    from broadsheet.funding.actions import Gift
    from broadsheet.kit.money import Money

    return Gift(amount=Money(minor, "USD"), email=email, name="Ann Reader", **more)
