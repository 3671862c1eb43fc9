"""What becomes of money at the lookalike: checkouts, refunds, disputes, payouts, and the events of each."""

from __future__ import annotations

import copy
import time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lookalike import shapes
from lookalike.shapes import Object

FIXED = {"usd": 30, "eur": 25, "gbp": 20}
DISPUTE_FEE = {"usd": 1500, "eur": 2000}
REFUSED = {
    "decline": "card_declined",
    "fail": "payment_intent_authentication_failure",
    "bounce": "debit_not_authorized",
}


class Conflict(Exception):
    """It cannot be done as things stand."""


class CardRefused(Exception):
    """A card did not pay at once; `error` is what Stripe answers."""

    def __init__(self, error: Object) -> None:
        super().__init__(error["message"])
        self.error = error


class Account:
    """Everything of one account, newest last; `faults` count down as they happen."""

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self.world = world
        self.live = "live" in name
        self.objects: dict[str, Object] = {}
        self.wishes: dict[str, Object] = {}
        self.cards: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self.paid_out: dict[str, str] = {}
        self.faults: dict[str, int] = {}
        self.refused = ""
        self.exchange: dict[str, tuple[str, str]] = {}
        self.cards: dict[str, str] = {}

    @property
    def now(self) -> int:
        return self.world.now

    def all(self, kind: str) -> list[Object]:
        """Objects of a kind, oldest first."""
        return [each for each in self.objects.values() if each["object"] == kind]

    def take(self, *faults: str) -> str | None:
        """The fault among these that happens now, counted down."""
        for fault in faults:
            if self.faults.get(fault, 0) > 0:
                self.faults[fault] -= 1
                return fault
        return None

    def keep(self, made: Object) -> Object:
        self.objects[made["id"]] = made
        return made

    def tell(self, kind: str, about: Object) -> None:
        """Make an event with the object as it is now."""
        self.keep(shapes.event(kind, copy.deepcopy(about), self.now, live=self.live))

    # Checkout -----------------------------------------------------------------------------------

    def open(self, wish: Object, amount: int, currency: str) -> Object:
        made = shapes.session(wish, amount, currency, self.now, live=self.live)
        self.wishes[made["id"]] = wish.get("payment_intent_data", {})
        return self.keep(made)

    def look(self, session: Object) -> Object:
        """A session, expired where its time is over."""
        if session["status"] == "open" and self.now >= session["expires_at"]:
            self.expire(session)
        return session

    def expire(self, session: Object) -> Object:
        if session["status"] != "open":
            raise Conflict("Only Checkout Sessions with a status in [open] can be expired.")
        session |= {"status": "expired", "url": None}
        intent = self.objects.get(session["payment_intent"] or "")
        if intent:
            intent["status"] = "canceled"
        self.tell("checkout.session.expired", session)
        return session

    def act(self, session: Object, outcome: str, card: str = "") -> None:
        """What somebody does at the hosted page, or their bank afterwards (`clear`, `bounce`).

        `card` is the mark of the card; without one each session has a card of its own.
        """
        intent = self.objects.get(self.look(session)["payment_intent"] or "")
        status = intent["status"] if intent else ""
        needed = {"confirm": "requires_action", "fail": "requires_action"}
        needed |= {"clear": "processing", "bounce": "processing"}
        if outcome in needed:
            if status != needed[outcome]:
                raise Conflict(f"The payment is {status or 'not begun'}.")
        elif session["status"] != "open" or status in ("requires_action", "processing"):
            raise Conflict("This checkout is closed, or a payment is open.")
        if intent is None:
            intent = self.keep(shapes.intent(session, self.wishes[session["id"]], self.now))
            session["payment_intent"] = intent["id"]
            self.tell("payment_intent.created", intent)
        if outcome not in needed:
            self.cards[intent["id"]] = "" if outcome == "delay" else card or session["id"][-16:]
        if outcome in ("pay", "confirm", "clear"):
            self._succeed(session, intent, outcome)
        elif outcome in ("decline", "fail", "bounce"):
            self._refuse(intent, outcome)
            if outcome == "bounce":
                self.tell("checkout.session.async_payment_failed", session)
        elif outcome == "authenticate":
            intent["status"] = "requires_action"
            self.tell("payment_intent.requires_action", intent)
        else:
            intent["status"] = "processing"
            intent["latest_charge"] = self.keep(self._charge(intent, "pending"))["id"]
            session |= {"status": "complete", "url": None}
            self.tell("payment_intent.processing", intent)
            self.tell("checkout.session.completed", session)

    def _succeed(self, session: Object, intent: Object, outcome: str) -> None:
        if session["customer_creation"] == "always":
            session["customer"] = intent["customer"] = shapes.new_id("cus")
        method = self.keep(shapes.method(intent["customer"], self.now, live=self.live))
        intent["payment_method"] = method["id"]
        self._take(intent)
        session |= {"status": "complete", "payment_status": "paid", "url": None}
        late = "async_payment_succeeded" if outcome == "clear" else "completed"
        self.tell(f"checkout.session.{late}", session)

    def _take(self, intent: Object) -> None:
        """Let a payment come."""
        charge = self.keep(self._charge(intent, "succeeded"))
        intent |= {
            "status": "succeeded",
            "amount_received": intent["amount"],
            "latest_charge": charge["id"],
            "last_payment_error": None,
        }
        is_late = bool(self.take("late_balance"))
        if not is_late:
            self.bring(charge)
        self.tell("charge.succeeded", charge)
        self.tell("payment_intent.succeeded", intent)

    def _charge(self, intent: Object, status: str) -> Object:
        return shapes.charge(intent, status, self.now, self.cards.get(intent["id"], ""))

    def bring(self, charge: Object) -> None:
        """What a charge brings to the balance; told of when it comes after the charge."""
        amount = charge["amount"]
        fee = (amount * 290 + 5_000) // 10_000 + FIXED.get(charge["currency"], 0)
        charge["balance_transaction"] = self.move("charge", amount, fee, charge)["id"]
        self.tell("charge.updated", charge)

    def charge_at_once(self, wish: Object, kept: Object | None = None) -> Object:
        """A payment without a checkout, by a card that is good, or one that was kept and does as `cards` says."""
        amount, currency = int(wish["amount"]), wish["currency"]
        session = shapes.session({}, amount, currency, self.now, live=self.live)
        intent = self.keep(shapes.intent(session, wish, self.now))
        self.tell("payment_intent.created", intent)
        method = kept or self.keep(shapes.method(None, self.now, live=self.live))
        intent |= {"payment_method": method["id"], "customer": method["customer"]}
        outcome = self.cards.get(method["id"], "pay")
        if outcome == "pay":
            self._take(intent)
            return intent
        self._refuse(intent, outcome)
        error = {**intent["last_payment_error"], "payment_intent": copy.deepcopy(intent)}
        raise CardRefused(error)

    def _refuse(self, intent: Object, outcome: str) -> None:
        charge = self.keep(self._charge(intent, "failed"))
        intent |= {
            "status": "requires_payment_method",
            "latest_charge": charge["id"],
            "last_payment_error": shapes.payment_error(REFUSED.get(outcome, outcome)),
        }
        self.tell("payment_intent.payment_failed", intent)

    # The balance --------------------------------------------------------------------------------

    def move(self, kind: str, amount: int, fee: int, source: Object) -> Object:
        """A line of the balance, exchanged where the account does not hold the currency; the fee is in the
        currency of the balance already."""
        currency, rate = source["currency"], None
        if currency in self.exchange:
            currency, text = self.exchange[currency]
            rate = Decimal(text)
            amount = int((amount * rate).quantize(Decimal(1), ROUND_HALF_UP))
        at = None if rate is None else float(rate)
        return self.keep(shapes.movement(kind, amount, fee, currency, source["id"], self.now, at))

    def charged(self, intent: Object) -> Object:
        if intent["status"] != "succeeded":
            raise Conflict("This PaymentIntent has no successful charge.")
        return self.objects[intent["latest_charge"]]

    def refund(self, intent: Object, amount: int | None, wish: Object) -> Object:
        charge = self.charged(intent)
        left = charge["amount"] - charge["amount_refunded"]
        if not left:
            raise Conflict("charge_already_refunded")
        if not 0 < (amount or left) <= left:
            raise Conflict("Refund amount is greater than unrefunded amount on charge.")
        made = self.keep(shapes.refund(intent, charge, amount or left, wish, self.now))
        charge["amount_refunded"] += made["amount"]
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        made["balance_transaction"] = self.move("refund", -made["amount"], 0, made)["id"]
        if not self.take("slow_refund"):
            made["status"] = "succeeded"
        self.tell("refund.created", made)
        self.tell("charge.refunded", charge)
        return made

    def end_refund(self, refund: Object, outcome: str) -> None:
        refund["status"] = outcome
        if outcome == "failed":
            charge = self.objects[refund["charge"]]
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
            back = self.move("refund_failure", refund["amount"], 0, refund)
            refund["failure_balance_transaction"] = back["id"]
            self.tell("refund.failed", refund)
        self.tell("refund.updated", refund)

    def dispute(self, intent: Object, outcome: str, amount: int | None) -> None:
        """Open a dispute, or end the one that is open; `inquiry` is one that takes nothing."""
        charge = self.charged(intent)
        if outcome in ("dispute", "inquiry"):
            made = shapes.dispute(intent, charge, amount or intent["amount"], self.now)
            charge["disputed"] = True
            self.keep(made)
            if outcome == "inquiry":
                made["status"] = "warning_needs_response"
            else:
                self._withdraw(made)
            self.tell("charge.dispute.created", made)
            return
        [made] = [each for each in self.all("dispute") if each["payment_intent"] == intent["id"]]
        made["status"] = {"inquiry_closed": "warning_closed"}.get(
            outcome, outcome[len("dispute_") :]
        )
        if outcome == "dispute_won":
            moved = self.move("adjustment", made["amount"], 0, made)
            made["balance_transactions"].append(moved)
            self.tell("charge.dispute.funds_reinstated", made)
        self.tell("charge.dispute.closed", made)

    def _withdraw(self, dispute: Object) -> None:
        currency = self.exchange.get(dispute["currency"], (dispute["currency"],))[0]
        moved = self.move("adjustment", -dispute["amount"], DISPUTE_FEE.get(currency, 0), dispute)
        dispute["balance_transactions"].append(moved)
        self.tell("charge.dispute.funds_withdrawn", dispute)

    # Stripe's own doing --------------------------------------------------------------------------

    def pay_out(self, currency: str) -> Object:
        moves = [
            each
            for each in self.all("balance_transaction")
            if each["currency"] == currency and each["id"] not in self.paid_out
        ]
        made = self.keep(
            shapes.payout(sum(each["net"] for each in moves), currency, self.now, live=self.live)
        )
        moved = self.move("payout", -made["amount"], 0, made)
        made["balance_transaction"] = moved["id"]
        self.paid_out |= {each["id"]: made["id"] for each in [*moves, moved]}
        self.tell("payout.created", made)
        self.tell("payout.reconciliation_completed", made)
        return made

    def fail_payout(self, payout: Object) -> None:
        payout["status"] = "failed"
        back = self.move("payout_failure", payout["amount"], 0, payout)
        payout["failure_balance_transaction"] = back["id"]
        self.tell("payout.failed", payout)

    def charge_fee(self, currency: str, amount: int) -> None:
        self.move("stripe_fee", -amount, 0, {"currency": currency, "id": shapes.new_id("fee")})


class World:
    """All accounts, by the name in their key, and one clock that can be moved on."""

    def __init__(self) -> None:
        self.moved = 0
        self.accounts: dict[str, Account] = {}
        self.answers: list[Any] = []
        self.asked: list[str] = []

    @property
    def now(self) -> int:
        return int(time.time()) + self.moved

    def account(self, name: str) -> Account:
        if name not in self.accounts:
            self.accounts[name] = Account(name, self)
        return self.accounts[name]

    def holder(self, ident: str) -> tuple[Account, Object]:
        """An object by its id, whose ever it is. Raises Conflict."""
        for account in self.accounts.values():
            if ident in account.objects:
                return account, account.objects[ident]
        raise Conflict(f"There is no {ident}.")
