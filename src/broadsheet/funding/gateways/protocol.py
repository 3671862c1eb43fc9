"""What every payment processor looks like from here; amounts are Money, times aware, errors GatewayError."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from broadsheet.funding.rules.folding import Seen
from broadsheet.kit.money import Money


@dataclass(frozen=True, slots=True)
class Order:
    """What a supporter shall be asked to pay. `reference` is our private key, never the public reference.

    `methods_off` are ways to pay that are not offered, in the processor's words; `keeps_method` where the
    supporter agreed that the one they choose is kept for later charges.
    """

    amount: Money
    reference: str
    description: str
    success_url: str
    cancel_url: str
    language: str
    email: str = ""
    methods_off: tuple[str, ...] = ()
    keeps_method: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """What a payment did to our balance at the processor: `gross` less `fee`.

    Where the processor exchanged it, both are in the currency of the balance, as the processor reckoned them.
    """

    ident: str
    gross: Money
    fee: Money


@dataclass(frozen=True, slots=True)
class Movement:
    """What a refund or a dispute did to our balance: `amount` is negative where it took, `fee` what that cost.

    `paid` is the same in the payment's currency, where the processor exchanged it.
    """

    ident: str
    amount: Money
    fee: Money
    at: dt.datetime
    paid: Money | None = None


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund as the processor sees it now. `reference` is our key, empty where it was made elsewhere."""

    ident: str
    reference: str
    state: str
    amount: Money
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Disputed:
    """A dispute as the processor sees it now."""

    ident: str
    state: str
    amount: Money
    reason: str
    opened_at: dt.datetime
    evidence_due_at: dt.datetime | None
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A payout to our bank as the processor sees it now; a failed one has a second movement.

    `fees` are what the processor took of its own accord before it, of no payment.
    """

    ident: str
    amount: Money
    made_at: dt.datetime
    movements: tuple[Movement, ...]
    fees: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True)
class Instrument:
    """What may be charged again later without its owner: the processor's names of a customer and their method.

    `label` is what its owner knows it by, such as `visa 4242`; `expires_on` the last day it is good for.
    """

    customer: str
    method: str
    label: str = ""
    expires_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the processor sees it now; `balance` and `succeeded_at` once it succeeded.

    `decline` is the processor's word for why it was refused, empty where it was not.
    """

    ident: str
    state: str
    amount: Money
    succeeded_at: dt.datetime | None
    balance: Balance | None
    refunds: tuple[Refunded, ...] = ()
    disputes: tuple[Disputed, ...] = ()
    instrument: Instrument | None = None
    decline: str = ""


@dataclass(frozen=True, slots=True)
class CardTry:
    """One try to pay by a card that was decided; `card` is the processor's own mark of the card, never its number."""

    ident: str
    card: str
    is_declined: bool


@dataclass(frozen=True, slots=True)
class Checkout:
    """A hosted checkout as the processor sees it now, with its latest payment and every card that was tried.

    A charge without the supporter is one that is not hosted: it has no address, and its payment's name.
    """

    ident: str
    reference: str
    url: str
    amount: Money
    is_open: bool
    payment: Payment | None
    tries: tuple[CardTry, ...] = ()
    is_hosted: bool = True

    @property
    def seen(self) -> Seen:
        return Seen(self.is_open, self.payment.state if self.payment else None)

    @property
    def idents(self) -> Iterator[str]:
        """The processor's names of it and of all its parts."""
        yield self.ident
        if self.payment:
            yield self.payment.ident
            yield from (refund.ident for refund in self.payment.refunds)
            yield from (dispute.ident for dispute in self.payment.disputes)

    def amount_of(self, ident: str) -> Money:
        """The amount of a part of it: of a refund or dispute of this id, else its own."""
        parts: tuple[Refunded | Disputed, ...] = ()
        if self.payment:
            parts = (*self.payment.refunds, *self.payment.disputes)
        return next((part.amount for part in parts if part.ident == ident), self.amount)


@dataclass(frozen=True, slots=True)
class Notice:
    """An event: what it claims to be about. `amount` is a claim too; only what is fetched is believed."""

    event_id: str
    type: str
    object_type: str
    object_id: str
    livemode: bool
    amount: Money | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Fees:
    """What a processor keeps of a payment: a share in basis points, fixed parts by currency in our minor units."""

    rate_bp: int
    fixed: dict[str, int]


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the processor says of our account. `ident` is its own name for it; `newest_event` its latest one."""

    livemode: bool
    fees: Fees | None = None
    ident: str = ""
    newest_event: str = ""


class Gateway(Protocol):
    """A processor. Every call but `parse_webhook` goes over the network and refuses inside a transaction.

    Calls raise GatewayError: `permanent` where the processor refused, `ambiguous` where it may or may not
    have done what it was asked.
    """

    def start(self, order: Order, key: str) -> Checkout:
        """Open a hosted checkout; the same key with the same order gives the same checkout."""

    def find(self, reference: str, since: dt.datetime | None = None) -> Checkout | None:
        """The checkout of our reference, None where there is none. `since` is when it was first asked for."""

    def fetch(self, object_type: str, ident: str) -> Checkout | None:
        """The checkout that an object (itself, a payment, refund or dispute) belongs to, None where there is none."""

    def charge(self, order: Order, instrument: Instrument, key: str) -> Checkout:
        """Take a payment without the supporter, once for each key; a refusal is an answer, no error."""

    def find_charge(self, reference: str, since: dt.datetime | None = None) -> Checkout | None:
        """The charge of our reference, None where there is none. `since` is when it was first asked for."""

    def forget(self, instrument: Instrument) -> None:
        """Keep a customer and their method no longer; those that are not there are forgotten already."""

    def expire(self, checkout_id: str, key: str) -> Checkout:
        """Close a checkout that nobody paid."""

    def refund(self, payment_id: str, amount: Money, reference: str) -> None:
        """Give back part of a payment, once for each reference of ours. What came of it is fetched."""

    def fetch_payout(self, ident: str) -> PaidOut | None:
        """A payout to our bank, None where there is none of this id."""

    def movements(
        self, since: dt.datetime | None, until: dt.datetime | None
    ) -> Iterator[Sequence[Movement]]:
        """Every movement of our balance from `since` until before `until`, in any order, some at a time."""

    def events_after(self, event_id: str) -> tuple[Sequence[Notice], bool]:
        """Events after one of them (empty: from the first), oldest first, and whether there are more."""

    def parse_webhook(self, raw: bytes, headers: Mapping[str, str], now: int) -> Sequence[Notice]:
        """The events of a webhook whose raw bytes are truly the processor's. Raises BadWebhook."""

    def connect(self, webhook_url: str) -> AccountFacts:
        """Have events sent to this address; say how the account is."""

    def problems(self, webhook_url: str) -> Iterator[tuple[str, str]]:
        """What is wrong between us and the processor, each with its mend."""
