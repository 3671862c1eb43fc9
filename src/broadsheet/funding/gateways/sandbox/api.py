"""The sandbox's JSON interface for an account's owner: keys, idempotency, the calls; not what the calls do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from broadsheet.funding.gateways.sandbox.charges import Charges
from broadsheet.funding.gateways.sandbox.errors import Refusal
from broadsheet.funding.gateways.sandbox.faults import take_api_fault, take_refund_fault
from broadsheet.funding.gateways.sandbox.keys import account_of
from broadsheet.funding.gateways.sandbox.messages import Answer, Request, as_json
from broadsheet.funding.gateways.sandbox.processor import Processor, check_address
from broadsheet.funding.gateways.sandbox.returns import Returns
from broadsheet.funding.gateways.sandbox.store import Row
from broadsheet.funding.rules.currencies import KNOWN, fee_step

SESSION_FIELDS = frozenset(
    {
        *("amount", "currency", "reference", "description", "locale"),
        *("success_url", "cancel_url", "expires_in", "methods_off", "keeps_method"),
    }
)
SESSION_NEEDS = frozenset({"amount", "currency", "reference", "success_url", "cancel_url"})
CHARGE_NEEDS = frozenset({"amount", "currency", "reference", "customer", "method"})
ACCOUNT_FIELDS = frozenset({"webhook_url", "rate_bp", "fixed"})
KEY_LIFE = 24 * 3600
"""Seconds for which an idempotency key is remembered; afterwards the same key does the work again."""


class Api:
    """Answers requests under /v1/."""

    def __init__(self, processor: Processor, master_key: str) -> None:
        self.processor = processor
        self.returns = Returns(processor)
        self.charges = Charges(processor)
        self.master_key = master_key

    def answer(self, request: Request) -> Answer:
        """The answer to a request; a refusal is an answer too."""
        try:
            account = self._account(request)
            if request.method == "GET":
                return as_json(200, self._read(account, request))
            if request.method == "POST":
                return self._write(account, request)
        except Refusal as refusal:
            return refuse(refusal)
        return refuse(Refusal(405, "method", "Only GET and POST are understood."))

    def _account(self, request: Request) -> str:
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        account = account_of(key, self.master_key) if kind == "Bearer" else None
        if account is None:
            raise Refusal(401, "key", "The key is not one of ours.")
        return account

    # Reading ------------------------------------------------------------------------------------

    def _read(self, account: str, request: Request) -> Row:
        processor, query = self.processor, request.query
        match request.path.strip("/").split("/")[1:]:
            case ["account"]:
                return public_account(processor.store.account(account))
            case ["checkout_sessions", ident]:
                return self._whole(processor.session(ident, account))
            case ["checkout_sessions" | "payments" as what] if set(query) == {"reference"}:
                return {"object": "list", "data": self._found(account, what, query["reference"])}
            case ["payments", ident]:
                payment = self.returns.whole(self._object(ident, "payment", account))
                return self._expanded(payment, query)
            case ["refunds" | "disputes" | "payouts" as kind, ident]:
                return self._expanded(self._object(ident, kind.removesuffix("s"), account), query)
            case ["events" | "balance_transactions" as what] if set(query) <= {"after", "limit"}:
                limit = page_size(query.get("limit", "100"))
                rows = processor.events if what == "events" else processor.movements
                data = rows(account, query.get("after", ""), limit)
                return {"object": "list", "data": data, "has_more": len(data) == limit}
        raise Refusal(404, "not_found", "There is nothing to read here by these parameters.")

    def _found(self, account: str, what: str, reference: str) -> list[Row]:
        """Checkout sessions of a reference, or payments that have none."""
        found = self.processor.store.find(account, what.removesuffix("s"), reference)
        if what == "payments":
            return [self.returns.whole(each) for each in found if not each["session"]]
        return [self._whole(self.processor.session(each["id"])) for each in found]

    def _object(self, ident: str, kind: str, account: str) -> Row:
        found = self.processor.store.get(ident, kind, account)
        if found is None:
            raise Refusal(404, "not_found", f"There is no {kind} {ident}.")
        return found

    def _whole(self, session: Row) -> Row:
        """A session with its latest payment and the cards that were tried in it, as its owner sees it."""
        payment = self.processor.payment_of(session)
        whole = self.returns.whole(payment) if payment else None
        return {**session, "payment": whole, "tries": self.processor.tries_of(session)}

    def _expanded(self, part: Row, query: Mapping[str, str]) -> Row:
        """A part of a checkout; with `expand=session` all of the session it is of stands in it."""
        if query.get("expand") != "session" or not part.get("session"):
            return part
        return {**part, "session": self._whole(self.processor.session(part["session"]))}

    # Writing ------------------------------------------------------------------------------------

    def _write(self, account: str, request: Request) -> Answer:
        """Do the work once for each idempotency key, and give the same answer whenever it comes again."""
        key = request.headers.get("idempotency-key", "")
        if not 0 < len(key) <= 255:
            raise Refusal(400, "idempotency_key", "Send an Idempotency-Key of 1 to 255 characters.")
        wish = parsed(request.body)
        digest = hashlib.sha256(
            f"{request.path} {json.dumps(wish, sort_keys=True)}".encode()
        ).hexdigest()
        store = self.processor.store
        with store.transaction():
            stored = self._stored(account, key, digest)
            fault = take_api_fault(store, account)
            if stored is None:
                work = self._call(account, request)
                stored = self._done(account, work, wish, fault)
                store.run(
                    "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?)",
                    *(account, key, digest, stored.status, stored.body.decode()),
                    self.processor.clock(),
                )
        stored.lost = fault == "lose_answer"
        return stored

    def _stored(self, account: str, key: str, digest: str) -> Answer | None:
        """What was answered under this key, None where it is new or forgotten."""
        found = self.processor.store.rows(
            "SELECT * FROM idempotency WHERE account = ? AND key = ? AND at > ?",
            *(account, key, self.processor.clock() - KEY_LIFE),
        )
        if not found:
            return None
        if found[0]["digest"] != digest:
            raise Refusal(409, "key_reused", "This key was used with other parameters.")
        return as_json(found[0]["status"], json.loads(found[0]["body"]))

    def _done(
        self, account: str, work: Callable[[str, Row], Row], wish: Row, fault: str | None
    ) -> Answer:
        """The work's answer, an error of ours where a fault wants it; with `error_after` the work is done."""
        if fault == "error":
            return refuse(Refusal(500, "internal", "Something went wrong on our side."))
        try:
            answer = as_json(200, work(account, wish))
        except Refusal as refusal:
            answer = refuse(refusal)
        if fault == "error_after":
            return refuse(Refusal(500, "internal", "Something went wrong on our side."))
        return answer

    def _call(self, account: str, request: Request) -> Callable[[str, Row], Row]:
        match request.path.strip("/").split("/")[1:]:
            case ["checkout_sessions"]:
                return self._open_session
            case ["checkout_sessions", ident, "expire"]:
                session = self.processor.session(ident, account)
                return lambda _account, _wish: self._whole(self.processor.expire(session))
            case ["payments"]:
                return self._charge
            case ["methods", ident, "forget"]:
                self._object(ident, "method", account)
                return lambda _account, _wish: self.charges.forget(ident)
            case ["refunds"]:
                return self._refund
            case ["account"]:
                return self._change_account
        raise Refusal(404, "not_found", "There is nothing to do here.")

    def _open_session(self, account: str, wish: Row) -> Row:
        check_names(wish, SESSION_FIELDS, SESSION_NEEDS)
        return self._whole(self.processor.open_session(account, wish))

    def _charge(self, account: str, wish: Row) -> Row:
        check_names(wish, CHARGE_NEEDS | {"description"}, CHARGE_NEEDS)
        return self.returns.whole(self.charges.charge(account, wish))

    def _refund(self, account: str, wish: Row) -> Row:
        check_names(wish, frozenset({"payment", "amount", "reference"}), frozenset({"payment"}))
        is_slow = take_refund_fault(self.processor.store, account)
        return self.returns.refund(account, wish, is_slow=is_slow)

    def _change_account(self, account: str, wish: Row) -> Row:
        check_names(wish, ACCOUNT_FIELDS, frozenset())
        body = self.processor.store.account(account)
        if wish.get("webhook_url"):
            check_address(wish, "webhook_url")
        check_fees(wish.get("rate_bp", 0), wish.get("fixed", {}))
        body.update(wish)
        self.processor.store.keep_account(body)
        return public_account(body)


def page_size(text: str) -> int:
    """How many rows a list may have. Raises Refusal."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 500):
        raise Refusal(400, "limit", "limit is a whole number from 1 to 500.")
    return int(text)


def check_fees(rate_bp: object, fixed: object) -> None:
    """Raise Refusal unless these are fees: basis points, and units by currency in its steps."""
    is_rate = type(rate_bp) is int and 0 <= rate_bp < 10_000
    is_fixed = isinstance(fixed, dict) and all(
        name in KNOWN and type(units) is int and units >= 0 and units % fee_step(name) == 0
        for name, units in fixed.items()
    )
    if not (is_rate and is_fixed):
        raise Refusal(400, "fees", "Fees are whole numbers: basis points, and units by currency.")


def parsed(body: bytes) -> Row:
    """A request's JSON object. Raises Refusal."""
    try:
        value: Any = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "json", "The body is not JSON.") from error
    if not isinstance(value, dict):
        raise Refusal(400, "json", "The body is not a JSON object.")
    return value


def check_names(wish: Row, known: frozenset[str], needed: frozenset[str]) -> None:
    """Raise Refusal for a parameter that we do not know or that is missing."""
    if unknown := sorted(set(wish) - known):
        raise Refusal(400, "unknown_parameter", f"Unknown parameter: {', '.join(unknown)}.")
    if missing := sorted(needed - set(wish)):
        raise Refusal(400, "missing_parameter", f"Missing parameter: {', '.join(missing)}.")


def public_account(body: Row) -> Row:
    """An account without its secrets and faults."""
    return {name: value for name, value in body.items() if name not in ("more_secrets", "faults")}


def refuse(refusal: Refusal) -> Answer:
    """A refusal as an answer."""
    return as_json(refusal.status, {"error": {"code": refusal.code, "message": refusal.message}})
