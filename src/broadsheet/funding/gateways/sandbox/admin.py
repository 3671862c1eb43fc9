"""The sandbox's interface for rehearsals: move the clock, switch faults, change secrets, act as a bank."""

from __future__ import annotations

import hmac

from broadsheet.funding.gateways.sandbox.api import check_names, parsed, refuse
from broadsheet.funding.gateways.sandbox.charges import Charges
from broadsheet.funding.gateways.sandbox.errors import Refusal
from broadsheet.funding.gateways.sandbox.faults import FAULTS, set_faults
from broadsheet.funding.gateways.sandbox.messages import Answer, Request, as_json
from broadsheet.funding.gateways.sandbox.payouts import Payouts
from broadsheet.funding.gateways.sandbox.processor import OUTCOMES, Processor, check_text
from broadsheet.funding.gateways.sandbox.returns import Returns
from broadsheet.funding.gateways.sandbox.store import Row


class Admin:
    """Answers requests under /admin/, for whoever holds the master key."""

    def __init__(self, processor: Processor, master_key: str) -> None:
        self.processor = processor
        self.returns = Returns(processor)
        self.payouts = Payouts(processor)
        self.charges = Charges(processor)
        self.master_key = master_key

    def answer(self, request: Request) -> Answer:
        """The answer to a request."""
        try:
            key = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(key.encode(), self.master_key.encode()):
                raise Refusal(401, "key", "The key is not the master key.")  # noqa: TRY301
            with self.processor.store.transaction():
                return as_json(200, self._do(request.path, parsed(request.body)))
        except Refusal as refusal:
            return refuse(refusal)

    def _do(self, path: str, wish: Row) -> Row:
        store = self.processor.store
        match path.strip("/").split("/")[1:]:
            case ["clock"]:
                check_names(wish, frozenset({"move"}), frozenset({"move"}))
                store.move_clock(whole(wish, "move"))
                return {"now": self.processor.clock()}
            case ["faults", account]:
                check_names(wish, frozenset(FAULTS), frozenset())
                return set_faults(store, account, {name: whole(wish, name) for name in wish})
            case ["secrets", account]:
                check_names(wish, frozenset({"more"}), frozenset({"more"}))
                body = store.account(account)
                body["more_secrets"] = [str(secret) for secret in wish["more"]]
                store.keep_account(body)
                return {"secrets": 1 + len(body["more_secrets"])}
            case ["checkouts", ident]:
                check_names(wish, frozenset({"outcome", "card"}), frozenset({"outcome"}))
                if wish["outcome"] not in OUTCOMES:
                    raise Refusal(400, "outcome", f"outcome is one of {', '.join(OUTCOMES)}.")
                card = check_text(wish, "card", 60, "")
                return self.processor.act(self.processor.session(ident), wish["outcome"], card)
        return self._as_bank(path, wish)

    def _as_bank(self, path: str, wish: Row) -> Row:
        """What supporters' banks and ours do, and the processor of its own accord."""
        match path.strip("/").split("/")[1:]:
            case ["methods" | "charges" as what, ident]:
                check_names(wish, *[frozenset({"outcome"})] * 2)
                act = self.charges.switch if what == "methods" else self.charges.clear
                return act(ident, wish)
            case ["payments", ident]:
                check_names(wish, frozenset({"outcome", "amount"}), frozenset({"outcome"}))
                return self.returns.act(ident, str(wish["outcome"]), wish.get("amount"))
            case ["refunds", ident]:
                check_names(wish, frozenset({"outcome"}), frozenset({"outcome"}))
                return self.returns.end_refund(ident, str(wish["outcome"]))
            case ["payouts", account]:
                check_names(wish, frozenset({"currency"}), frozenset({"currency"}))
                return self.payouts.pay_out(account, str(wish["currency"]))
            case ["payouts", _account, ident]:
                check_names(wish, frozenset({"outcome"}), frozenset({"outcome"}))
                return self.payouts.fail(ident)
            case ["adjustments", account]:
                check_names(wish, *[frozenset({"currency", "amount"})] * 2)
                return self.payouts.adjust(account, str(wish["currency"]), int(wish["amount"]))
        raise Refusal(404, "not_found", "There is nothing to do here.")


def whole(wish: Row, name: str) -> int:
    """A parameter that is a whole number, not below zero. Raises Refusal."""
    value = wish[name]
    if type(value) is not int or value < 0:
        raise Refusal(400, name, f"{name} is a whole number, zero or more.")
    return value
