"""What the sandbox pays out to the bank of an account, and corrections that it makes of itself."""

from __future__ import annotations

from broadsheet.funding.gateways.sandbox.errors import Refusal
from broadsheet.funding.gateways.sandbox.processor import Processor, new_id
from broadsheet.funding.gateways.sandbox.store import Row


class Payouts:
    """Payouts and adjustments of one processor."""

    def __init__(self, processor: Processor) -> None:
        self.processor = processor
        self.store = processor.store

    def balance(self, account: str, currency: str) -> int:
        """What an account holds in a currency, in the processor's units."""
        found = self.store.rows(
            "SELECT COALESCE(sum(json_extract(body, '$.net')), 0) AS net FROM object"
            " WHERE account = ? AND type = 'balance_transaction'"
            " AND json_extract(body, '$.currency') = ?",
            *(account, currency),
        )
        return int(found[0]["net"])

    def pay_out(self, account: str, currency: str) -> Row:
        """Send all that is there to the bank; where an account owes us, nothing is sent."""
        amount = self.balance(account, currency)
        if amount <= 0:
            raise Refusal(409, "no_balance", "There is nothing to pay out.")
        payout = self._new(account, currency, amount, "paid")
        return self._moved(payout, -amount, "payout", "payout.paid")

    def fail(self, ident: str) -> Row:
        """Let the bank send a payout back."""
        payout = self.store.get(ident, "payout")
        if payout is None or payout["state"] != "paid":
            raise Refusal(409, "wrong_state", "There is no such payout that could fail.")
        payout["state"] = "failed"
        return self._moved(payout, payout["amount"], "payout_failure", "payout.failed")

    def adjust(self, account: str, currency: str, amount: int) -> Row:
        """Correct an account's balance without telling anybody why."""
        about = {"id": new_id("adj"), "account": account, "currency": currency}
        return self.processor.move(about, "adjustment", amount)

    def _new(self, account: str, currency: str, amount: int, state: str) -> Row:
        return {
            "id": new_id("po"), "object": "payout", "account": account, "livemode": False,
            "amount": amount, "currency": currency, "state": state, "reference": "",
            "balance_transactions": [], "created": self.processor.clock(),
        }  # fmt: skip

    def _moved(self, payout: Row, amount: int, kind: str, event: str) -> Row:
        payout["balance_transactions"].append(self.processor.move(payout, kind, amount))
        self.store.put(payout)
        self.processor.announce(event, payout)
        return payout
