"""Money that goes back at the sandbox: refunds that succeed, wait or fail, disputes opened, won, lost, withdrawn."""

from __future__ import annotations

from broadsheet.funding.gateways.sandbox.errors import Refusal
from broadsheet.funding.gateways.sandbox.processor import Processor, check_text, new_id
from broadsheet.funding.gateways.sandbox.store import Row
from broadsheet.funding.rules.currencies import processor_step

EVIDENCE = 7 * 24 * 3600
"""Seconds for which evidence may be given."""

ENDS = {"dispute_won": "won", "dispute_lost": "lost", "dispute_withdrawn": "withdrawn"}
BACK_WITH_US = ("failed", "won", "withdrawn")
"""How refunds and disputes end that leave the money here."""


class Returns:
    """Refunds and disputes of one processor."""

    def __init__(self, processor: Processor) -> None:
        self.processor = processor
        self.store = processor.store

    def whole(self, payment: Row) -> Row:
        """A payment with its refunds and disputes in it."""
        parts: Row = {}
        for kind in ("refund", "dispute"):
            found = [self.store.get(ident, kind) for ident in payment.get(f"{kind}s", [])]
            parts[f"{kind}s"] = [body for body in found if body]
        return {**payment, **parts}

    # Refunds ------------------------------------------------------------------------------------

    def refund(self, account: str, wish: Row, *, is_slow: bool = False) -> Row:
        """Give a payment back, wholly or in part; never more than is left of it. The fee is kept."""
        payment = self._succeeded(str(wish["payment"]), account)
        left = payment["amount"] - payment["returned"]
        amount = wish.get("amount", left)
        if type(amount) is not int or not 0 < amount <= left:
            raise Refusal(400, "amount_too_large", f"At most {left} can be refunded.")
        if amount % processor_step(payment["currency"]):
            raise Refusal(400, "amount", "The amount is no multiple of the currency's step.")
        refund = self._part("refund", "re", payment, amount)
        refund |= {"reference": check_text(wish, "reference", 100, ""), "state": "pending"}
        self._keep(payment, refund, [self.processor.move(payment, "refund", -amount, 0)])
        self.processor.announce("refund.created", refund)
        return refund if is_slow else self.end_refund(refund["id"], "succeeded")

    def end_refund(self, ident: str, state: str) -> Row:
        """Let a refund succeed, or fail: then the money is in our balance again."""
        refund = self.store.get(ident, "refund")
        if refund is None or state not in ("succeeded", "failed"):
            raise Refusal(404, "not_found", "There is no such refund, or it cannot end so.")
        if refund["state"] == "failed" or refund["state"] == state:
            raise Refusal(409, "wrong_state", f"The refund is {refund['state']}.")
        payment = self._succeeded(refund["payment"])
        refund["state"] = state
        moves = []
        if state == "failed":
            moves = [self.processor.move(payment, "refund_failure", refund["amount"], 0)]
        self._keep(payment, refund, moves)
        self.processor.announce(f"refund.{state}", refund)
        return refund

    # Disputes -----------------------------------------------------------------------------------

    def act(self, ident: str, outcome: str, amount: int | None = None) -> Row:
        """Let the payer's bank open a dispute of a payment, or end the one that is open."""
        payment = self._succeeded(ident)
        if outcome == "dispute":
            return self._open(
                payment, payment["amount"] if amount is None else amount, "fraudulent"
            )
        if outcome == "late_failure":
            opened = self._open(payment, payment["amount"], "debit_returned")
            return self._end(payment, opened, "lost")
        found = [self.store.get(each, "dispute") for each in payment["disputes"]]
        open_ = [body for body in found if body and body["state"] == "open"]
        if not open_ or outcome not in ENDS:
            raise Refusal(409, "wrong_state", "No dispute is open, or it cannot end so.")
        return self._end(payment, open_[-1], ENDS[outcome])

    def _open(self, payment: Row, amount: int, reason: str) -> Row:
        if type(amount) is not int or not 0 < amount <= payment["amount"]:
            raise Refusal(400, "amount", "A dispute is about at most the payment.")
        fee = self.store.account(payment["account"])["dispute_fee"].get(payment["currency"], 0)
        now = self.processor.clock()
        dispute = self._part("dispute", "dp", payment, amount)
        dispute |= {"reason": reason, "state": "open", "evidence_due_at": now + EVIDENCE}
        self._keep(payment, dispute, [self.processor.move(payment, "dispute", -amount, fee)])
        self.processor.announce("dispute.opened", dispute)
        return dispute

    def _end(self, payment: Row, dispute: Row, state: str) -> Row:
        dispute["state"] = state
        moves = []
        if state != "lost":
            moves = [self.processor.move(payment, "dispute_reversal", dispute["amount"], 0)]
        self._keep(payment, dispute, moves)
        self.processor.announce(f"dispute.{state}", dispute)
        return dispute

    # Parts --------------------------------------------------------------------------------------

    def _succeeded(self, ident: str, account: str | None = None) -> Row:
        payment = self.store.get(ident, "payment", account)
        if payment is None:
            raise Refusal(404, "not_found", f"There is no payment {ident}.")
        if payment["state"] != "succeeded":
            raise Refusal(409, "not_succeeded", "The payment has not succeeded.")
        return payment

    def _part(self, kind: str, prefix: str, payment: Row, amount: int) -> Row:
        return {
            "id": new_id(prefix), "object": kind, "account": payment["account"], "livemode": False,
            "payment": payment["id"], "session": payment["session"], "amount": amount,
            "currency": payment["currency"], "reference": "", "balance_transactions": [],
            "created": self.processor.clock(),
        }  # fmt: skip

    def _keep(self, payment: Row, part: Row, moves: list[Row]) -> None:
        part["balance_transactions"] += moves
        parts = payment[f"{part['object']}s"]
        if part["id"] not in parts:
            parts.append(part["id"])
        self.store.put(part)
        self.store.put(payment | {"returned": self._returned(payment)})

    def _returned(self, payment: Row) -> int:
        """What the payer or their bank has again: at most all of it, though what was refunded may be disputed too."""
        whole = self.whole(payment)
        parts = (*whole["refunds"], *whole["disputes"])
        gone = sum(part["amount"] for part in parts if part["state"] not in BACK_WITH_US)
        return min(payment["amount"], gone)
