"""The lookalike's switches, which Stripe has not: buttons of the hosted page, banks' decisions, faults, the clock."""

from __future__ import annotations

import json

from lookalike.api import Answer
from lookalike.shapes import Object
from lookalike.world import Conflict, World


class Stage:
    """Answers what tests ask of it, in the words of the sandbox's switches where that has the same one."""

    def __init__(self, world: World) -> None:
        self.world = world

    def answer(self, path: str, body: str) -> Answer:
        try:
            return self._do(path.strip("/").split("/"), json.loads(body or "{}"))
        except Conflict as conflict:
            return Answer(409, {"error": str(conflict)})

    def _do(self, path: list[str], wish: Object) -> Answer:
        match path:
            case ["checkout", ident]:
                account, session = self.world.holder(ident)
                if wish["outcome"] != "abandon":
                    account.act(session, wish["outcome"], wish.get("card", ""))
                return Answer(303, {})
            case ["clock"]:
                self.world.moved += wish["move"]
            case ["faults", name]:
                self.world.account(f"test_{name}").faults = dict(wish)
            case ["exchange", name]:
                self.world.account(f"test_{name}").exchange = dict(wish)
            case ["refuse", name]:
                self.world.account(f"test_{name}").refused = wish["currency"]
            case ["answers"]:
                return Answer(200, self.world.answers)
            case ["asked"]:
                return Answer(200, self.world.asked)
            case ["objects", name, kind]:
                return Answer(200, self.world.account(name).all(kind))
            case _:
                self._as_bank(path, wish)
        return Answer(200, {})

    def _as_bank(self, path: list[str], wish: Object) -> None:
        match path:
            case ["payouts", name]:
                self.world.account(f"test_{name}").pay_out(wish["currency"])
                return
            case ["fees", name]:
                self.world.account(f"test_{name}").charge_fee(wish["currency"], wish["amount"])
                return
        account, found = self.world.holder(path[1])
        if path[0] == "methods":
            account.cards[path[1]] = wish["outcome"]
        elif path[0] == "checkouts":
            account.act(found, wish["outcome"], wish.get("card", ""))
        elif path[0] == "refunds":
            account.end_refund(found, wish["outcome"])
        elif path[0] == "payments":
            account.dispute(found, wish["outcome"], wish.get("amount"))
        elif path[0] == "charges":
            account.bring(account.objects[found["latest_charge"]])
        elif path[0] == "payout":
            account.fail_payout(found)
        elif path[0] == "change":
            found |= wish
        else:
            raise Conflict("There is nothing to do here.")
