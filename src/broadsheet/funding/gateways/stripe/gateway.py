"""One account at Stripe, asked and understood; read it beside `protocol`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import stripe

from broadsheet.funding.errors import BadWebhook, GatewayError
from broadsheet.funding.gateways.protocol import (
    AccountFacts,
    Checkout,
    Instrument,
    Movement,
    Notice,
    Order,
    PaidOut,
    Payment,
)
from broadsheet.funding.gateways.signatures import SignatureError, check_signature
from broadsheet.funding.gateways.stripe.client import NotFound, asking
from broadsheet.funding.gateways.stripe.endpoint import Endpoint
from broadsheet.funding.gateways.stripe.facts import (
    OWN_FEES,
    expanded,
    money,
    movement_of,
    paid_out_of,
    payment_of,
    tries_of,
)
from broadsheet.funding.gateways.stripe.notices import EVENTS, notice_of
from broadsheet.funding.rules.currencies import to_processor
from broadsheet.kit.money import Money

if TYPE_CHECKING:
    from stripe.params import BalanceTransactionListParams, EventListParams, PaymentIntentListParams
    from stripe.params.checkout import SessionCreateParams, SessionListParams

HEADER = "Stripe-Signature"
PAGE = 100
"""The longest list that Stripe gives at once."""

WINDOW = dt.timedelta(minutes=10)
"""How long after it was first asked for a checkout may have been made: longer than a key is sent again."""

SKEW = dt.timedelta(minutes=2)
"""How much Stripe's clock and ours may differ."""

LOCALES = frozenset(
    "bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt "
    "pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW".split()
)
"""Languages of the checkout page; for others, such as Arabic, the browser's is used."""

EXPANDED = ["latest_charge.balance_transaction", "payment_method"]
"""What is read of a payment besides itself."""

OF_SESSION = [f"payment_intent.{each}" for each in EXPANDED]


class StripeGateway:
    """One account at Stripe. `secrets` sign its events, two while one is changed for another."""

    def __init__(
        self, client: stripe.StripeClient, *, secrets: Sequence[str], endpoint: str = ""
    ) -> None:
        self._api = client.v1
        self._secrets = secrets
        self.endpoint = Endpoint(client, endpoint)

    def start(self, order: Order, key: str) -> Checkout:
        with asking():
            made = self._api.checkout.sessions.create(
                {**_wish(order), "expand": OF_SESSION}, {"idempotency_key": key}
            )
            return self._checkout(made)

    def find(self, reference: str, since: dt.datetime | None = None) -> Checkout | None:
        with asking():
            wish: SessionListParams = {"limit": PAGE}
            if since:
                begin, end = since - SKEW, since + WINDOW + SKEW
                wish["created"] = {"gte": int(begin.timestamp()), "lte": int(end.timestamp())}
            listed = self._api.checkout.sessions.list(wish)
            for session in listed.auto_paging_iter():
                if session.client_reference_id == reference:
                    return self._session(session.id)
        return None

    def fetch(self, object_type: str, ident: str) -> Checkout | None:
        try:
            with asking():
                if object_type == "checkout_session":
                    return self._session(ident)
                intent = self._intent(object_type, ident)
                found = self._api.checkout.sessions.list({"payment_intent": intent, "limit": 1})
                if intent and not found.data:
                    charge = self._charge(intent)
                    return charge if charge.reference else None
                return self._session(found.data[0].id) if intent else None
        except NotFound:
            return None

    def charge(self, order: Order, instrument: Instrument, key: str) -> Checkout:
        with asking():
            try:
                made = self._api.payment_intents.create(
                    {
                        "amount": to_processor(order.amount.minor, order.amount.currency),
                        "currency": order.amount.currency.lower(),
                        "customer": instrument.customer,
                        "payment_method": instrument.method,
                        "off_session": True,
                        "confirm": True,
                        "capture_method": "automatic",
                        # Nobody is there who could be sent to a page of their bank's.
                        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                        "description": order.description,
                        "metadata": {"reference": order.reference},
                    },
                    {"idempotency_key": key},
                ).id
            except stripe.CardError as refused:
                # The payment is there and failed: an answer like any other.
                made = refused.error.payment_intent.id  # type: ignore[union-attr]
            return self._charge(made)

    def forget(self, instrument: Instrument) -> None:
        # With the customer go the methods; payments, refunds and disputes stay.
        with suppress(NotFound), asking():
            self._api.customers.delete(instrument.customer)

    def find_charge(self, reference: str, since: dt.datetime | None = None) -> Checkout | None:
        with asking():
            wish: PaymentIntentListParams = {"limit": PAGE}
            if since:
                begin, end = since - SKEW, since + WINDOW + SKEW
                wish["created"] = {"gte": int(begin.timestamp()), "lte": int(end.timestamp())}
            for intent in self._api.payment_intents.list(wish).auto_paging_iter():
                if intent.metadata.to_dict().get("reference") == reference:
                    return self._charge(intent.id)
        return None

    def expire(self, checkout_id: str, key: str) -> Checkout:
        with asking():
            ended = self._api.checkout.sessions.expire(
                checkout_id, {"expand": OF_SESSION}, {"idempotency_key": key}
            )
            return self._checkout(ended)

    def refund(self, payment_id: str, amount: Money, reference: str) -> None:
        with asking():
            self._api.refunds.create(
                {
                    "payment_intent": payment_id,
                    "amount": to_processor(amount.minor, amount.currency),
                    "metadata": {"reference": reference},
                },
                {"idempotency_key": reference},
            )

    def fetch_payout(self, ident: str) -> PaidOut | None:
        try:
            with asking():
                moves = ["balance_transaction", "failure_balance_transaction"]
                payout = self._api.payouts.retrieve(ident, {"expand": moves})
                return paid_out_of(payout, self._own_fees(payout))
        except NotFound:
            return None

    def movements(
        self, since: dt.datetime | None, until: dt.datetime | None
    ) -> Iterator[Sequence[Movement]]:
        begin = int(since.timestamp()) if since else 0
        wish: BalanceTransactionListParams = {"limit": PAGE, "created": {"gte": begin}}
        if until:
            wish["created"] = {"gte": begin, "lte": int(until.timestamp())}
        with asking():
            page = self._api.balance_transactions.list(wish)
        while not page.is_empty:
            with asking():
                moved = [movement_of(each) for each in page.data]
            yield moved
            with asking():
                page = page.next_page()

    def events_after(self, event_id: str) -> tuple[Sequence[Notice], bool]:
        """As promised; an event that Stripe has forgotten (after thirty days) is as good as none."""
        wish: EventListParams = {"limit": PAGE, "types": list(EVENTS)}
        with asking():
            if not event_id:
                # Lists begin with the newest and cannot be read from the other end.
                every = list(self._api.events.list(wish).auto_paging_iter())
                return _notices(every), False
        try:
            with asking():
                page = self._api.events.list({**wish, "ending_before": event_id})
                return _notices(page.data), page.has_more
        except NotFound:
            return self.events_after("")

    def parse_webhook(self, raw: bytes, headers: Mapping[str, str], now: int) -> Sequence[Notice]:
        try:
            check_signature(raw, headers.get(HEADER, ""), self._secrets, now)
            return [notice_of(json.loads(raw.decode()), raw)]
        except SignatureError as error:
            raise BadWebhook(f"Refused: {error}.") from error
        except (ValueError, RecursionError) as error:
            raise BadWebhook("Refused: the body is no event.") from error

    def reaches(self, webhook_url: str) -> bool:
        """Whether Stripe can send anything there: it wants a public address. Else events are only fetched."""
        parts = urlsplit(webhook_url)
        return parts.scheme == "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1")

    def connect(self, webhook_url: str) -> AccountFacts:
        """As promised, by the endpoint that there is. One that is missing is made by the command alone:
        only there its secret can be kept. Stripe tells nobody what it keeps of a payment."""
        if self.reaches(webhook_url) and not self.endpoint.repair(webhook_url):
            raise GatewayError(
                "Stripe has no webhook endpoint for this newsroom. "
                "Make one: broadsheet funding connect stripe"
            )
        return self.facts()

    def facts(self) -> AccountFacts:
        """Whose account it is, whether it takes real money, and the latest event that there is."""
        with asking():
            newest = self._api.events.list({"limit": 1, "types": list(EVENTS)}).data
            return AccountFacts(
                livemode=self._api.balance.retrieve().livemode,
                ident=self._api.accounts.retrieve_current().id,
                newest_event=newest[0].id if newest else "",
            )

    def problems(self, webhook_url: str) -> Iterator[tuple[str, str]]:
        try:
            if not self.reaches(webhook_url):
                self.facts()
                mend = "Serve the newsroom at a public address with https."
                yield "it cannot send events here; they are fetched, up to a minute late", mend
                return
            if not self._secrets:
                yield "no secret of its events is stored", "broadsheet funding connect stripe"
            yield from self.endpoint.problems(webhook_url)
        except GatewayError as error:
            yield str(error), "Look at https://status.stripe.com and at this machine's network."

    # Stripe's objects as facts; called while asking ----------------------------------------------

    def _session(self, ident: str) -> Checkout:
        return self._checkout(self._api.checkout.sessions.retrieve(ident, {"expand": OF_SESSION}))

    def _charge(self, ident: str) -> Checkout:
        """A payment without a checkout, without a reference where it is not ours.

        It is open as long as Stripe has not said what became of it.
        """
        intent = self._api.payment_intents.retrieve(ident, {"expand": EXPANDED})
        reference = intent.metadata.to_dict().get("reference", "")
        amount, payment = money(intent.amount, intent.currency), self._payment(intent)
        is_open = payment is None or intent.status == "requires_confirmation"
        return Checkout(ident, reference, "", amount, is_open, payment, is_hosted=False)

    def _checkout(self, session: stripe.checkout.Session) -> Checkout:
        intent = expanded(session.payment_intent)
        charges: Sequence[stripe.Charge] = ()
        if intent and intent.latest_charge:
            made = self._api.charges.list({"payment_intent": intent.id, "limit": PAGE})
            charges = list(made.auto_paging_iter())
        if session.amount_total is None or session.currency is None:
            raise ValueError("a checkout without an amount")
        return Checkout(
            ident=session.id,
            reference=session.client_reference_id or "",
            url=session.url or "",
            amount=money(session.amount_total, session.currency),
            is_open=session.status == "open",
            payment=self._payment(intent) if intent else None,
            tries=tuple(tries_of(reversed(charges))),
        )

    def _payment(self, intent: stripe.PaymentIntent) -> Payment | None:
        refunds: Sequence[stripe.Refund] = ()
        disputes: Sequence[stripe.Dispute] = ()
        if intent.status == "succeeded":
            moves = ["data.balance_transaction", "data.failure_balance_transaction"]
            listed = self._api.refunds.list(
                {"payment_intent": intent.id, "limit": PAGE, "expand": moves}
            )
            refunds = list(listed.auto_paging_iter())
            found = self._api.disputes.list({"payment_intent": intent.id, "limit": PAGE})
            disputes = list(found.auto_paging_iter())
        return payment_of(intent, reversed(refunds), reversed(disputes))

    def _intent(self, object_type: str, ident: str) -> str:
        """The id of the payment that an object of ours belongs to, empty where it belongs to none."""
        found: str | stripe.PaymentIntent | None = None
        if object_type == "payment":
            found = ident
        elif object_type == "refund":
            found = self._api.refunds.retrieve(ident).payment_intent
        elif object_type == "dispute":
            found = self._api.disputes.retrieve(ident).payment_intent
        return found if isinstance(found, str) else ""

    def _own_fees(self, payout: stripe.Payout) -> Iterator[stripe.BalanceTransaction]:
        """What Stripe took for services of its own; known of automatic payouts, once they are itemised."""
        if payout.automatic and payout.reconciliation_status == "completed":
            for kind in OWN_FEES:
                listed = self._api.balance_transactions.list(
                    {"payout": payout.id, "type": kind, "limit": PAGE}
                )
                yield from listed.auto_paging_iter()


def _wish(order: Order) -> SessionCreateParams:
    """What Stripe is asked for: one gift, in its currency, to be kept for later only if that was agreed to."""
    wish: SessionCreateParams = {
        "mode": "payment",
        "submit_type": "donate",
        "client_reference_id": order.reference,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.amount.currency.lower(),
                    "unit_amount": to_processor(order.amount.minor, order.amount.currency),
                    "product_data": {"name": order.description},
                },
            }
        ],
        "payment_intent_data": {
            # At once, so that what it did to our balance is known with its success.
            "capture_method": "automatic",
            "description": order.description,
            "metadata": {"reference": order.reference},
        },
        # Nobody but the supporter chooses the currency.
        "adaptive_pricing": {"enabled": False},
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "locale": order.language if order.language in LOCALES else "auto",
    }
    if order.email:
        wish["customer_email"] = order.email
    if order.methods_off:
        wish["excluded_payment_method_types"] = list(order.methods_off)
    if order.keeps_method:
        wish["customer_creation"] = "always"
        wish["payment_intent_data"]["setup_future_usage"] = "off_session"
    return wish


def _notices(newest_first: Sequence[stripe.Event]) -> list[Notice]:
    found = (event.to_dict(for_json=True) for event in reversed(newest_first))
    return [notice_of(event, json.dumps(event).encode()) for event in found]
