"""Money that no processor moves for us: what a processor would know is read from bank lines that were matched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from django.db.models import QuerySet

from broadsheet.funding.choices import RefundState
from broadsheet.funding.errors import BadWebhook, GatewayError
from broadsheet.funding.gateways.protocol import (
    AccountFacts,
    Balance,
    Checkout,
    Instrument,
    Movement,
    Notice,
    Order,
    PaidOut,
    Payment,
    Refunded,
)
from broadsheet.funding.models import Attempt, BankMatch, ProcessorAccount, Refund
from broadsheet.funding.rules.folding import ENDED
from broadsheet.kit import clock
from broadsheet.kit.money import Money

MADE = (
    RefundState.SUBMITTED,
    RefundState.UNKNOWN,
    RefundState.PENDING,
    RefundState.SUCCEEDED,
)
"""States of a refund that was agreed to: from then on the money is owed."""


BY_TYPE = {
    "checkout_session": "idempotency_key",
    "payment": "bank_match__ref",
    "refund": "refunds__key",
}


class OfflineGateway:
    """The account of what comes by hand. It asks nobody outside, so it may be called inside a transaction."""

    def __init__(self, account: ProcessorAccount) -> None:
        self.account = account

    def start(self, order: Order, key: str) -> Checkout:
        """The expectation of a gift; its address is where it says what is true of it."""
        attempt = self._attempts().filter(idempotency_key=order.reference).first()
        if attempt is None:
            raise GatewayError("Nobody expects this gift.", permanent=True)
        if attempt.donation.gross != order.amount:
            raise GatewayError("Another amount is expected.", ambiguous=True)
        attempt.checkout_url = attempt.checkout_url or order.success_url
        return self._checkout(attempt)

    def find(self, reference: str, since: dt.datetime | None = None) -> Checkout | None:
        found = self._started().filter(idempotency_key=reference).first()
        return self._checkout(found) if found else None

    def fetch(self, object_type: str, ident: str) -> Checkout | None:
        by = BY_TYPE.get(object_type)
        found = self._started().filter(**{by: ident}).first() if by else None
        return self._checkout(found) if found else None

    def charge(self, order: Order, instrument: Instrument, key: str) -> Checkout:
        raise GatewayError("Nobody can be charged by hand.", permanent=True)

    def forget(self, instrument: Instrument) -> None:
        """Nothing is kept of anybody."""

    def find_charge(self, reference: str, since: dt.datetime | None = None) -> Checkout | None:
        return None

    def expire(self, checkout_id: str, key: str) -> Checkout:
        """Expect it no more."""
        found = self.find(checkout_id)
        if found is None or not found.is_open:
            raise GatewayError("This gift is not expected any more.", permanent=True)
        return replace(found, is_open=False)

    def refund(self, payment_id: str, amount: Money, reference: str) -> None:
        """Owe the money from now on: a person makes the transfer, and its bank line is matched to the refund."""
        refunds = Refund.objects.filter(key=reference, attempt__bank_match__ref=payment_id)
        if not refunds.exists():
            raise GatewayError("There is no such payment.", permanent=True)

    def fetch_payout(self, ident: str) -> PaidOut | None:
        return None

    def movements(
        self, since: dt.datetime | None, until: dt.datetime | None
    ) -> Iterator[Sequence[Movement]]:
        yield tuple(self._movements())

    def events_after(self, event_id: str) -> tuple[Sequence[Notice], bool]:
        return (), False

    def parse_webhook(self, raw: bytes, headers: Mapping[str, str], now: int) -> Sequence[Notice]:
        raise BadWebhook("Refused: nobody sends events of this account.")

    def connect(self, webhook_url: str) -> AccountFacts:
        return AccountFacts(livemode=False)

    def problems(self, webhook_url: str) -> Iterator[tuple[str, str]]:
        return iter(())

    # What the rows say --------------------------------------------------------------------------

    def _attempts(self) -> QuerySet[Attempt]:
        rows = Attempt.objects.select_related("donation", "bank_match__line")
        return rows.filter(account=self.account)

    def _started(self) -> QuerySet[Attempt]:
        return self._attempts().filter(submitted_at__isnull=False).order_by("pk")

    def _checkout(self, attempt: Attempt) -> Checkout:
        match = getattr(attempt, "bank_match", None)
        amount = attempt.donation.gross
        payment = None
        if match is not None:
            at = instant_of(match.line.booked_on)
            balance = Balance(match.ref, amount, Money(0, amount.currency))
            refunds = tuple(map(_refunded, attempt.refunds.filter(state__in=MADE)))
            payment = Payment(match.ref, "succeeded", amount, at, balance, refunds)
        key = attempt.idempotency_key
        is_open = payment is None and attempt.state not in ENDED
        return Checkout(key, key, attempt.checkout_url, amount, is_open, payment)

    def _movements(self) -> Iterator[Movement]:
        """Each gift that came and each refund that is owed; and again with the other sign once it was banked."""
        for match in BankMatch.objects.select_related("line").order_by("pk"):
            at = instant_of(match.line.booked_on)
            none = Money(0, match.line.currency)
            if match.attempt_id:
                yield Movement(match.ref, match.amount, none, at)
            banked = none if match.payout_id else none - match.amount
            yield Movement(f"{match.ref}.bank", banked, none, at)
        refunds = Refund.objects.filter(attempt__account=self.account, state__in=MADE)
        for refund in refunds.select_related("attempt__donation"):
            yield from _refunded(refund).movements


def _refunded(refund: Refund) -> Refunded:
    amount = refund.amount
    none = Money(0, amount.currency)
    at = refund.submitted_at or refund.created_at
    return Refunded(
        refund.key,
        refund.key,
        "succeeded",
        amount,
        (Movement(refund.key, none - amount, none, at),),
    )


def instant_of(day: dt.date) -> dt.datetime:
    """Noon of a day in the newsroom's zone: a bank tells days, the ledger wants instants."""
    return dt.datetime.combine(day, dt.time(12), clock.newsroom_zone())
