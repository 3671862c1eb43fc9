"""Charges at the sandbox: payments from a card that was kept, without its owner; what the card does is switched."""

from __future__ import annotations

from broadsheet.funding.gateways.sandbox.errors import Refusal
from broadsheet.funding.gateways.sandbox.processor import (
    Processor,
    check_amount,
    check_text,
)
from broadsheet.funding.gateways.sandbox.store import Row


class Charges:
    """Charges of one processor."""

    def __init__(self, processor: Processor) -> None:
        self.processor = processor
        self.store = processor.store

    def charge(self, account: str, wish: Row) -> Row:
        """Take a payment from a kept card; a refusal of the card is a payment that failed."""
        amount, currency = check_amount(wish["amount"], wish["currency"])
        check_text(wish, "description", 200, "")
        order = {
            "account": account, "amount": amount, "currency": currency,
            "reference": check_text(wish, "reference", 100),
        }  # fmt: skip
        if not order["reference"]:
            raise Refusal(400, "reference", "reference must not be empty.")
        kept = self.store.get(check_text(wish, "method", 100), "method", account)
        if kept is None or kept["customer"] != wish["customer"]:
            raise Refusal(400, "method", "There is no such method of this customer.")
        payment = self.processor.new_payment(order, None, "")
        self._end(payment, kept["outcome"])
        return payment

    def forget(self, ident: str) -> Row:
        """Keep a card no longer, nor its customer, who has no other one."""
        self.store.run("DELETE FROM object WHERE id = ? AND type = 'method'", ident)
        return {"id": ident, "object": "method", "deleted": True}

    def switch(self, ident: str, wish: Row) -> Row:
        """Let a card be good (`pay`), slow (`delay`) or refused with a code from now on."""
        kept = self.store.get(ident, "method")
        if kept is None:
            raise Refusal(404, "not_found", f"There is no method {ident}.")
        kept["outcome"] = check_text(wish, "outcome", 60)
        self.store.put(kept)
        return kept

    def clear(self, ident: str, wish: Row) -> Row:
        """Let a slow charge come (`clear`), or be refused with a code."""
        payment = self.store.get(ident, "payment")
        if payment is None or payment["session"] or payment["state"] != "processing":
            raise Refusal(409, "wrong_state", "No such charge is on its way.")
        outcome = check_text(wish, "outcome", 60)
        self._end(payment, "pay" if outcome == "clear" else outcome)
        return payment

    def _end(self, payment: Row, outcome: str) -> None:
        if outcome == "pay":
            self.processor.succeed(payment)
        elif outcome == "delay":
            self.processor.move_payment(payment, "processing")
        else:
            payment["decline_code"] = outcome
            self.processor.move_payment(payment, "failed")
