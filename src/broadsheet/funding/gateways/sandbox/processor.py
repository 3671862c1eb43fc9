"""What the sandbox does with money that does not exist: checkouts, payments, and the events they make."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from broadsheet.funding.gateways.sandbox.errors import Refusal
from broadsheet.funding.gateways.sandbox.store import Row, Store
from broadsheet.funding.rules.currencies import KNOWN, MOST, fee_step, processor_step

LONGEST_SESSION = 24 * 3600
SHORTEST_SESSION = 60
CARD_LIFE = 3 * 365 * 24 * 3600
"""Seconds for which a card that is kept is good, at least."""

OPEN_PAYMENT = ("created", "processing", "requires_action")

OUTCOMES = ("pay", "decline", "authenticate", "confirm", "fail", "delay", "clear", "bounce")
"""What may happen to a payment: buttons of the checkout page; `clear` and `bounce` end a `delay`."""


def new_id(prefix: str) -> str:
    """A fresh id such as `pay_…`."""
    return f"{prefix}_{secrets.token_hex(12)}"


METHOD_OF = {"pay": "card", "decline": "card", "authenticate": "card", "delay": "debit"}
"""The way to pay that an outcome is one of."""


class Processor:
    """The rules of the sandbox over one store. `clock` gives seconds since 1970, moved or not."""

    def __init__(
        self, store: Store, clock: Callable[[], int], on_event: Callable[[str, int], None]
    ) -> None:
        self.store = store
        self.clock = clock
        self.on_event = on_event

    # Checkout sessions --------------------------------------------------------------------------

    def open_session(self, account: str, wish: Row) -> Row:
        """A new checkout session for an amount in the processor's units."""
        amount, currency = check_amount(wish["amount"], wish["currency"])
        lives = wish.get("expires_in", LONGEST_SESSION)
        if type(lives) is not int or not SHORTEST_SESSION <= lives <= LONGEST_SESSION:
            raise Refusal(400, "expiry", "expires_in is a number of seconds from 60 to 86400.")
        now = self.clock()
        session = {
            "id": new_id("cs"), "object": "checkout_session", "account": account,
            "livemode": False, "amount": amount, "currency": currency,
            "reference": check_text(wish, "reference", 100),
            "description": check_text(wish, "description", 200, ""),
            "locale": check_text(wish, "locale", 20, "en"),
            "methods_off": check_methods(wish.get("methods_off", [])),
            "keeps_method": check_flag(wish, "keeps_method"),
            "success_url": check_address(wish, "success_url"),
            "cancel_url": check_address(wish, "cancel_url"),
            "status": "open", "created": now, "expires_at": now + lives, "payment": None,
        }  # fmt: skip
        if not session["reference"]:
            raise Refusal(400, "reference", "reference must not be empty.")
        self.store.put(session)
        return session

    def session(self, ident: str, account: str | None = None) -> Row:
        """A session by its id, expired where its time is over. Raises Refusal where there is none."""
        found = self.store.get(ident, "checkout_session", account)
        if found is None:
            raise Refusal(404, "not_found", f"There is no checkout session {ident}.")
        if found["status"] == "open" and self.clock() >= found["expires_at"]:
            payment = self.payment_of(found)
            if payment is None or payment["state"] != "processing":
                return self.expire(found)
        return found

    def expire(self, session: Row) -> Row:
        """Close an open session for good; a payment that waits for the supporter is canceled."""
        if session["status"] != "open":
            raise Refusal(409, "not_open", f"The session is {session['status']}.")
        payment = self.payment_of(session)
        if payment and payment["state"] == "processing":
            raise Refusal(409, "processing", "A payment of this session is on its way.")
        with self.store.transaction():
            if payment and payment["state"] in OPEN_PAYMENT:
                self.move_payment(payment, "canceled")
            session["status"] = "expired"
            self.store.put(session)
            self.announce("checkout.expired", session)
        return session

    # Payments -----------------------------------------------------------------------------------

    def payment_of(self, session: Row) -> Row | None:
        """The session's latest payment."""
        if not session["payment"]:
            return None
        return self.store.get(session["payment"], "payment")

    def tries_of(self, session: Row) -> list[Row]:
        """The session's payments by card that succeeded or failed, oldest first, each with the card's mark."""
        found = self.store.find(session["account"], "payment", session["reference"])
        return [
            {"id": payment["id"], "card": payment["card"], "state": payment["state"]}
            for payment in found
            if payment["session"] == session["id"]
            and payment.get("card")
            and payment["state"] in ("succeeded", "failed")
        ]

    def act(self, session: Row, outcome: str, card: str = "") -> Row:
        """Let the supporter (or, for `clear` and `bounce`, the bank) do something; return the payment.

        `card` is the mark of the card that is used; without one each session has a card of its own.
        """
        payment = self.payment_of(session)
        if outcome in ("confirm", "fail"):
            payment = self._in_state(payment, "requires_action")
        elif outcome in ("clear", "bounce"):
            payment = self._in_state(payment, "processing")
        elif METHOD_OF.get(outcome) in session.get("methods_off", []):
            raise Refusal(409, "method_off", "This way to pay is not offered.")
        elif session["status"] != "open":
            raise Refusal(409, "not_open", "This checkout is closed. Nothing was charged now.")
        elif payment and payment["state"] in OPEN_PAYMENT:
            raise Refusal(409, "payment_open", "Finish the payment that was begun first.")
        else:
            by_card = METHOD_OF[outcome] == "card"
            mark = (card or session["id"]) if by_card else ""
            payment = self.new_payment(session, session["id"], mark)
            session["payment"] = payment["id"]
            self.store.put(session)
        if outcome in ("pay", "confirm", "clear"):
            if session.get("keeps_method"):
                payment["instrument"] = self.keep_method(session["account"])
            self.succeed(payment)
            session["status"] = "complete"
            self.store.put(session)
            self.announce("checkout.completed", session)
        elif outcome in ("decline", "fail", "bounce"):
            payment["decline_code"] = {"fail": "authentication_failed"}.get(outcome, "declined")
            self.move_payment(payment, "failed")
            if outcome == "bounce":
                session["status"] = "expired"
                self.store.put(session)
        else:
            self.move_payment(
                payment, "requires_action" if outcome == "authenticate" else "processing"
            )
        return payment

    def new_payment(self, of: Row, session: str | None, card: str) -> Row:
        """A payment of what a checkout session or a charge asks for, by the card with this mark."""
        payment = {
            "id": new_id("pay"), "object": "payment", "account": of["account"],
            "livemode": False, "amount": of["amount"], "currency": of["currency"],
            "reference": of["reference"], "session": session, "state": "created",
            "card": card,
            "decline_code": None, "created": self.clock(), "succeeded_at": None,
            "balance_transaction": None, "returned": 0, "refunds": [], "disputes": [],
            "instrument": None,
        }  # fmt: skip
        self.store.put(payment)
        self.announce("payment.created", payment)
        return payment

    def keep_method(self, account: str) -> Row:
        """A card that may be charged later, of a customer of its own: how it is named wherever it is told of."""
        expires_on = time.strftime("%Y-12-31", time.gmtime(self.clock() + CARD_LIFE))
        kept = {
            "id": new_id("pm"), "object": "method", "account": account, "reference": "",
            "customer": new_id("cus"), "outcome": "pay", "expires_on": expires_on,
        }  # fmt: skip
        self.store.put(kept)
        return {
            "customer": kept["customer"], "method": kept["id"], "label": "card 4242",
            "expires_on": expires_on,
        }  # fmt: skip

    def succeed(self, payment: Row) -> None:
        """Let a payment come, less the account's fee."""
        now = self.clock()
        account = self.store.account(payment["account"])
        amount, currency = payment["amount"], payment["currency"]
        step = fee_step(currency)
        share = (amount // step * account["rate_bp"] + 5_000) // 10_000 * step
        fee = share + account["fixed"].get(currency, 0)
        payment["succeeded_at"] = now
        payment["balance_transaction"] = self.move(payment, "payment", amount, fee)
        self.move_payment(payment, "succeeded")

    def move_payment(self, payment: Row, state: str) -> None:
        """Let a payment be in another state, and say so."""
        payment["state"] = state
        self.store.put(payment)
        self.announce(f"payment.{state}", payment)

    def move(self, about: Row, kind: str, amount: int, fee: int = 0) -> Row:
        """A movement of the account's balance that belongs to an object; what it takes is negative."""
        made = {
            "id": new_id("txn"), "object": "balance_transaction", "type": kind, "amount": amount,
            "fee": fee, "net": amount - fee, "currency": about["currency"],
            "account": about["account"], "reference": "", "source": about["id"],
            "created": self.clock(),
        }  # fmt: skip
        self.store.put(made)
        return made

    def _in_state(self, payment: Row | None, state: str) -> Row:
        if payment is None or payment["state"] != state:
            raise Refusal(409, "wrong_state", "The payment does not wait for this.")
        return payment

    # Events -------------------------------------------------------------------------------------

    def events(self, account: str, after: str, limit: int) -> list[Row]:
        """An account's events in their order, beginning behind the event `after` (empty: from the first)."""
        found = self.store.rows(
            "SELECT body FROM event WHERE account = ? AND seq > "
            "COALESCE((SELECT seq FROM event WHERE id = ?), 0) ORDER BY seq LIMIT ?",
            *(account, after, limit),
        )
        return [json.loads(row["body"]) for row in found]

    def movements(self, account: str, after: str, limit: int) -> list[Row]:
        """An account's movements in their order, beginning behind the movement `after`."""
        found = self.store.rows(
            "SELECT body FROM object WHERE account = ? AND type = 'balance_transaction' AND seq > "
            "COALESCE((SELECT seq FROM object WHERE id = ?), 0) ORDER BY seq LIMIT ?",
            *(account, after, limit),
        )
        return [json.loads(row["body"]) for row in found]

    def announce(self, kind: str, about: Row) -> None:
        """Make an event about an object as it is now."""
        event = {
            "id": new_id("evt"), "object": "event", "type": kind, "account": about["account"],
            "livemode": False, "created": self.clock(), "data": {"object": dict(about)},
        }  # fmt: skip
        self.store.run(
            "INSERT INTO event (id, account, body) VALUES (?, ?, ?)",
            *(event["id"], event["account"], json.dumps(event)),
        )
        seq = self.store.rows("SELECT last_insert_rowid() AS seq")[0]["seq"]
        self.on_event(about["account"], seq)


def check_amount(amount: object, currency: object) -> tuple[int, str]:
    """An amount that a processor takes, in its units. Raises Refusal."""
    if not isinstance(currency, str) or currency not in KNOWN:
        raise Refusal(400, "currency", f"{currency!r} is no currency that we take.")
    if type(amount) is not int or not 0 < amount <= MOST:
        raise Refusal(400, "amount", f"amount is a whole number from 1 to {MOST}.")
    if amount % processor_step(currency):
        raise Refusal(
            400, "amount", f"An amount of {currency} is a multiple of {processor_step(currency)}."
        )
    return amount, currency


def check_text(wish: Row, name: str, longest: int, default: str | None = None) -> str:
    """A text of a request. Raises Refusal."""
    value = wish.get(name, default)
    if not isinstance(value, str) or len(value) > longest:
        raise Refusal(400, name, f"{name} is a text of at most {longest} characters.")
    return value


def check_flag(wish: Row, name: str) -> bool:
    """A yes or no of a request, no where it says nothing. Raises Refusal."""
    value = wish.get(name, False)
    if type(value) is not bool:
        raise Refusal(400, name, f"{name} is true or false.")
    return value


def check_address(wish: Row, name: str) -> str:
    """A web address of a request. Raises Refusal."""
    value = check_text(wish, name, 2000)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or any(c < "!" for c in value):
        raise Refusal(400, name, f"{name} is an address that begins with http:// or https://.")
    return value


def check_methods(methods: object) -> list[str]:
    """Ways to pay by their names. Raises Refusal for one that there is not."""
    known = set(METHOD_OF.values())
    if not isinstance(methods, list) or not known.issuperset(map(str, methods)):
        raise Refusal(400, "methods_off", f"methods_off lists some of {', '.join(sorted(known))}.")
    return methods
