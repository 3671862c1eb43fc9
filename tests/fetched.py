"""Gifts as settling meets them: begun here, and what a processor says of them made up to the cent by a test."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django_tasks_db.models import DBTaskResult

from broadsheet.funding.actions import Gift, begin_donation, open_account, settle_donation
from broadsheet.funding.actions.giving import begin_attempt
from broadsheet.funding.choices import AttemptState, Verdict
from broadsheet.funding.gateways.protocol import (
    Balance,
    Checkout,
    Disputed,
    Movement,
    Payment,
    Refunded,
)
from broadsheet.funding.models import Attempt, Campaign, CampaignTotal, LedgerTransaction
from broadsheet.kit import clock, tokens
from broadsheet.kit.models import AuditEntry, Change
from broadsheet.kit.money import Money

AT = dt.datetime(2026, 1, 1, 4, 59, tzinfo=dt.UTC)
"""When payments here succeeded: the last minute of 2025 in the test newsroom's zone."""
NOW = dt.datetime(2026, 2, 3, 4, 5, tzinfo=dt.UTC)
"""When we look at them: the time in tests that use `standing_still`."""


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def begun(minor: int = 2500, currency: str = "USD", **more: Any) -> Attempt:
    """The attempt of a gift that was begun, its checkout at the processor."""
    said = {"amount": Money(minor, currency), "email": "sam@example.org"} | more
    donation = begin_donation(gift=Gift(**said), nonce=tokens.reference(30), by="supporter")
    donation.attempts.update(state=AttemptState.SUBMITTED)
    return donation.attempts.select_related("donation").get()


def second_attempt(first: Attempt) -> Attempt:
    """One more attempt of the same gift, its checkout at the processor."""
    attempt = begin_attempt(first.donation, first.account, clock.now())
    Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.SUBMITTED)
    return Attempt.objects.get(pk=attempt.pk)


def a_campaign(slug: str = "floods") -> Campaign:
    """A campaign that runs today."""
    now, day = clock.now(), dt.timedelta(days=1)
    campaign = Campaign.objects.create(
        slug=slug,
        currency="USD",
        goal_minor=9000,
        starts_at=now - day,
        ends_at=now + day,
        zone="UTC",
        phase="open",
    )
    CampaignTotal.objects.create(campaign=campaign)
    return campaign


def account_with_fees() -> None:
    """Let the account's processor keep thirty cents of a payment and 2.9 percent."""
    account = open_account(by="test")
    account.fee_rate_bp, account.fee_fixed = 290, {"USD": 30}
    account.save()


def seen(attempt: Attempt, payment: Payment | None = None, **more: Any) -> Checkout:
    """The attempt's checkout as the processor sees it, closed unless `is_open` says else."""
    key = attempt.idempotency_key
    said = {
        "ident": f"cs_{key}",
        "url": f"https://pay.example/{key}",
        "amount": attempt.donation.gross,
        "is_open": False,
    }
    return Checkout(reference=key, payment=payment, **said | more)


def paid(attempt: Attempt, fee: int = 103, **more: Any) -> Payment:
    """A payment of it that succeeded, of which the processor kept a fee."""
    amount = attempt.donation.gross
    balance = Balance(f"txn_{attempt.pk}", amount, Money(fee, amount.currency))
    said = {"state": "succeeded", "succeeded_at": AT, "balance": balance, "amount": amount} | more
    return Payment(f"pay_{attempt.pk}", **said)


def refunded(ident: str, minor: int, *moved: Movement, **more: Any) -> Refunded:
    said = {"reference": "", "state": "succeeded"} | more
    return Refunded(ident, amount=usd(minor), movements=moved, **said)


def disputed(ident: str, minor: int, *moved: Movement, **more: Any) -> Disputed:
    said = {"state": "open", "reason": "fraudulent", "opened_at": AT, "evidence_due_at": None}
    return Disputed(ident, amount=usd(minor), movements=moved, **said | more)


def moved(ident: str, minor: int, fee: int = 0, paid: Money | None = None) -> Movement:
    return Movement(ident, usd(minor), usd(fee), AT + dt.timedelta(days=40), paid)


def settle(attempt: Attempt, payment: Payment | None = None, **more: Any) -> Verdict:
    """What settling makes of it, by somebody whose name the audit trail has to have."""
    verdict = settle_donation(attempt=attempt, checkout=seen(attempt, payment, **more), by="looker")
    attempt.refresh_from_db()
    attempt.donation.refresh_from_db()
    return verdict


def settled(minor: int = 2500, **more: Any) -> Attempt:
    """A gift that came."""
    attempt = begun(minor, **more)
    assert settle(attempt, paid(attempt)) == Verdict.BOOKED
    return attempt


def again(attempt: Attempt, **found: Any) -> Verdict:
    """The gift that came is looked at once more, and now there are refunds or disputes of it."""
    return settle(attempt, replace(paid(attempt), **found))


def books() -> list[tuple[str, str, dict[str, int]]]:
    """Each transaction: its kind, the processor's name of it, its lines, a star where they count for a campaign."""
    rows = LedgerTransaction.objects.order_by("number").prefetch_related("entries")
    return [
        (
            row.kind,
            row.processor_ref,
            {
                f"{line.account} {line.currency}{'*' if line.campaign_id else ''}": line.minor
                for line in row.entries.all()
            },
        )
        for row in rows
    ]


class Trail:
    """What the audit trail, the press and the queue of news are told from here on."""

    def __init__(self) -> None:
        AuditEntry.objects.all().delete()
        Change.objects.all().delete()
        DBTaskResult.objects.all().delete()

    @property
    def audited(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        """Who did what to what, with which facts."""
        rows = AuditEntry.objects.order_by("pk")
        return list(rows.values_list("actor", "action", "subject", "detail"))

    @property
    def changed(self) -> list[str]:
        return list(Change.objects.order_by("pk").values_list("key", flat=True))

    @property
    def news(self) -> list[tuple[str, dict[str, Any]]]:
        """What was announced, once for each event."""
        told = [row.args_kwargs["args"] for row in DBTaskResult.objects.order_by("enqueued_at")]
        found = [(event, payload) for event, _handler, payload in told]
        return [each for at, each in enumerate(found) if each not in found[:at]]
