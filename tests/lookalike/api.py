"""The lookalike's interface: parameters, keys, lists and expansions as Stripe has them; what it does is in `world`."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from lookalike import shapes
from lookalike.shapes import Object
from lookalike.world import Account, CardRefused, Conflict, World

DAY = 24 * 3600
LISTED = ("limit", "starting_after", "ending_before", "expand")

PARAMETERS = {
    "POST checkout/sessions": (
        "mode submit_type client_reference_id line_items payment_intent_data adaptive_pricing success_url"
        " cancel_url locale customer_email excluded_payment_method_types customer_creation metadata expand"
    ).split(),
    "GET checkout/sessions": [*LISTED, "created", "payment_intent"],
    "GET checkout/sessions/ID": ["expand"],
    "POST checkout/sessions/ID/expire": ["expand"],
    "POST payment_intents": (
        "amount currency confirm customer payment_method off_session allowed_payment_method_types"
        " automatic_payment_methods capture_method description metadata expand"
    ).split(),
    "GET payment_intents": [*LISTED, "created"],
    "GET payment_intents/ID": ["expand"],
    "DELETE customers/ID": [],
    "GET charges": [*LISTED, "payment_intent"],
    "GET refunds": [*LISTED, "payment_intent"],
    "POST refunds": ["payment_intent", "amount", "metadata", "reason"],
    "GET refunds/ID": ["expand"],
    "GET disputes": [*LISTED, "payment_intent"],
    "GET disputes/ID": ["expand"],
    "GET payouts/ID": ["expand"],
    "GET balance_transactions": [*LISTED, "created", "payout", "type"],
    "GET events": [*LISTED, "types"],
    "GET webhook_endpoints": [*LISTED],
    "POST webhook_endpoints": "url enabled_events api_version description metadata".split(),
    "GET webhook_endpoints/ID": ["expand"],
    "POST webhook_endpoints/ID": "url enabled_events disabled".split(),
    "DELETE webhook_endpoints/ID": [],
    "GET balance": [],
    "GET account": [],
}
"""The parameters of each call that it knows; a test holds them against the library's."""

KINDS = {
    "checkout/sessions": "checkout.session",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "payouts": "payout",
    "balance_transactions": "balance_transaction",
    "events": "event",
    "webhook_endpoints": "webhook_endpoint",
}


class Refusal(Exception):
    """A call that is refused before anything is done."""

    def __init__(self, status: int, code: str, message: str, kind: str = "invalid_request_error"):
        super().__init__(message)
        self.status, self.code, self.kind = status, code, kind

    @property
    def body(self) -> Object:
        return {"error": {"type": self.kind, "code": self.code, "message": str(self)}}


@dataclass
class Call:
    """A request of an account; `route` has ID in place of an object's id."""

    method: str
    path: str
    wish: Object
    key: str = ""
    route: str = field(init=False)
    ident: str = field(init=False, default="")

    def __post_init__(self) -> None:
        found = re.fullmatch(r"(.*?)/([a-z]+_[a-zA-Z0-9_]+)(/[a-z]+)?", self.path)
        self.ident = found[2] if found else ""
        tail = (found[3] or "") if found else ""
        self.route = f"{self.method} {found[1]}/ID{tail}" if found else f"{self.method} {self.path}"


@dataclass(frozen=True)
class Answer:
    """`status` 0 means: say nothing and hang up, after a while where it `stalls`."""

    status: int
    body: Any
    stalls: bool = False


class Api:
    """Answers calls; remembers what it answered under each key for a day, be it a fault of its own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.kept: dict[tuple[str, str], tuple[int, tuple[str, str, str], Answer]] = {}

    def answer(self, method: str, path: str, text: str, headers: Mapping[str, str]) -> Answer:
        self.world.asked.append(f"{method} /v1/{path}")
        try:
            account = self._account(headers.get("authorization", ""), path)
            call = Call(method, path, parsed(text), headers.get("idempotency-key", ""))
            return self._keyed(account, call)
        except Refusal as refusal:
            return Answer(refusal.status, refusal.body)

    def _account(self, authorization: str, path: str) -> Account:
        found = re.fullmatch(r"Bearer ([sr]k)_((test|live)_[a-z]+)", authorization)
        if not found or found[2].endswith("revoked"):
            raise Refusal(401, "api_key_expired", "Invalid API Key provided.")
        if found[1] == "rk" and path.startswith("webhook_endpoints"):
            raise Refusal(403, "", "The provided key does not have the required permissions.")
        return self.world.account(found[2])

    def _keyed(self, account: Account, call: Call) -> Answer:
        """The answer that was kept for the key, or a fresh one; what was refused unread is not kept."""
        fault = account.take("busy", "lose_answer", "error", "error_after")
        if fault == "busy":
            raise Refusal(429, "rate_limit", "Request rate limit exceeded.")
        stalls = account.take("stall_before", "stall_after") if call.method == "POST" else None
        if stalls == "stall_before":
            return Answer(0, None, stalls=True)
        asked = (call.method, call.path, json.dumps(call.wish, sort_keys=True))
        at, before, answer = self.kept.get((account.name, call.key), (0, asked, None))
        if call.method == "POST" and call.key and answer and self.world.now - at < DAY:
            if before != asked:
                said = "Keys for idempotent requests can only be used with the same parameters."
                raise Refusal(400, "", said, "idempotency_error")
            return answer
        broken = Answer(500, {"error": {"type": "api_error", "message": "It is broken."}})
        fresh = broken if fault == "error" else self._done(account, call)
        fresh = broken if fault == "error_after" else fresh
        self.kept[account.name, call.key] = (self.world.now, asked, fresh)
        is_lost = fault == "lose_answer" or stalls
        return Answer(0, None, stalls=bool(stalls)) if is_lost else fresh

    def _done(self, account: Account, call: Call) -> Answer:
        known = PARAMETERS.get(call.route)
        if known is None:
            raise Refusal(404, "", f"Unrecognized request URL ({call.route}).")
        for name in call.wish:
            if name not in known:
                raise Refusal(400, "parameter_unknown", f"Received unknown parameter: {name}")
        try:
            found = copy.deepcopy(self._do(account, call))
        except CardRefused as refused:
            return Answer(402, {"error": refused.error})
        except Conflict as conflict:
            raise Refusal(400, "", str(conflict)) from conflict
        for path in call.wish.get("expand", []):
            if len(path.split(".")) > 4:
                raise Refusal(400, "", "You cannot expand more than 4 levels of a property.")
            expand(account, found, path.split("."))
        self.world.answers.append(found)
        return Answer(200, found)

    def _do(self, account: Account, call: Call) -> Object:
        do: dict[str, Callable[[], Object]] = {
            "POST checkout/sessions": lambda: open_session(account, call.wish),
            "POST checkout/sessions/ID/expire": lambda: account.expire(self._one(account, call)),
            "POST payment_intents": lambda: make_charge(account, call.wish),
            "DELETE customers/ID": lambda: forget(account, call.ident),
            "POST refunds": lambda: make_refund(account, call.wish),
            "POST webhook_endpoints": lambda: make_endpoint(account, call.wish),
            "POST webhook_endpoints/ID": lambda: change_endpoint(self._one(account, call), call),
            "DELETE webhook_endpoints/ID": lambda: remove(account, self._one(account, call)),
            "GET balance": lambda: shapes.balance(live=account.live),
            "GET account": lambda: shapes.account(f"acct_{account.name.partition('_')[2]}"),
        }
        if call.route in do:
            return do[call.route]()
        return self._one(account, call) if call.ident else listed(account, call)

    def _one(self, account: Account, call: Call) -> Object:
        kind = KINDS[call.route.split(" ")[1].partition("/ID")[0]]
        found = account.objects.get(call.ident)
        if found is None or found["object"] != kind:
            raise Refusal(404, "resource_missing", f"No such {kind}: '{call.ident}'")
        return account.look(found) if kind == "checkout.session" else found


def parsed(text: str) -> Object:
    """Form-encoded parameters with their brackets: `a[b][0]=1` is `{"a": {"b": ["1"]}}`."""
    found: Object = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        at: Any = found
        parts = re.findall(r"[^\[\]]+", name)
        for part in parts[:-1]:
            at = at.setdefault(part, {})
        at[parts[-1] if not name.endswith("[]") else str(len(at))] = value
    return {name: _listed(value) for name, value in found.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(each) for key, each in value.items()}


def listed(account: Account, call: Call) -> Object:
    """A page of a list, newest first, between cursors."""
    wish = call.wish
    limit = whole(wish.get("limit", "10"), 1, 100)
    rows = account.all(KINDS[call.path])[::-1]
    if call.path == "checkout/sessions":
        rows = [account.look(row) for row in rows]
    if "created" in wish:
        least, most = (
            int(wish["created"].get(name, at)) for name, at in (("gte", 0), ("lte", 2**60))
        )
        rows = [row for row in rows if least <= row["created"] <= most]
    for name in ("payment_intent", "type"):
        rows = [row for row in rows if row.get(name) == wish[name]] if name in wish else rows
    if "types" in wish:
        rows = [row for row in rows if row["type"] in wish["types"]]
    if "payout" in wish:
        rows = [row for row in rows if account.paid_out.get(row["id"]) == wish["payout"]]
    cursor = wish.get("starting_after") or wish.get("ending_before")
    places = [at for at, row in enumerate(rows) if row["id"] == cursor]
    if cursor and not places:
        raise Refusal(400, "resource_missing", f"No such object: '{cursor}'")
    if "ending_before" in wish:
        newer = rows[: places[0]]
        page, more = newer[-limit:], len(newer) > limit
    else:
        rest = rows[places[0] + 1 :] if places else rows
        page, more = rest[:limit], len(rest) > limit
    return {"object": "list", "data": page, "has_more": more, "url": f"/v1/{call.path}"}


def expand(account: Account, at: Any, path: list[str]) -> None:
    """Put objects in the place of their ids along a path."""
    if not path:
        return
    if isinstance(at, list):
        for each in at:
            expand(account, each, path)
        return
    if path[0] not in at:
        raise Refusal(400, "", f"This property cannot be expanded ({path[0]}).")
    if isinstance(at[path[0]], str):
        at[path[0]] = copy.deepcopy(account.objects[at[path[0]]])
    if at[path[0]] is not None:
        expand(account, at[path[0]], path[1:])


def open_session(account: Account, wish: Object) -> Object:
    if wish.get("mode") != "payment" or len(wish.get("line_items", [])) != 1:
        raise Refusal(400, "parameter_missing", "Missing required param: line_items.")
    for name in ("success_url", "cancel_url"):
        if not re.match(r"https?://", wish.get(name, "")):
            raise Refusal(400, "url_invalid", "Not a valid URL")
    price = wish["line_items"][0]["price_data"]
    currency, step = price["currency"], 1
    if not re.fullmatch(r"[a-z]{3}", currency) or currency in ("xyz", account.refused):
        raise Refusal(400, "", f"Invalid currency: {currency}.")
    if currency in ("isk", "ugx"):
        step = 100
    if currency in ("bhd", "jod", "kwd", "omr", "tnd"):
        step = 10
    amount = whole(price["unit_amount"], 1, 99_999_999)
    if amount % step:
        raise Refusal(400, "", f"Invalid amount of {currency}: {amount}")
    return account.open(wish, amount, currency)


def make_charge(account: Account, wish: Object) -> Object:
    if wish.get("confirm", "").lower() != "true":
        raise Refusal(400, "", "Only payments that are confirmed at once are played.")
    kept = account.objects.get(wish.get("payment_method", ""))
    if wish.get("off_session", "").lower() != "true":
        return account.charge_at_once(wish)
    if kept is None or kept["customer"] != wish.get("customer"):
        said = f"No such PaymentMethod: '{wish.get('payment_method')}'"
        raise Refusal(400, "resource_missing", said)
    return account.charge_at_once(wish, kept)


def forget(account: Account, customer: str) -> Object:
    """A customer's methods are theirs no more; payments keep their names."""
    kept = [each for each in account.all("payment_method") if each["customer"] == customer]
    if not kept:
        raise Refusal(404, "resource_missing", f"No such customer: '{customer}'")
    for each in kept:
        each["customer"] = None
    return {"id": customer, "object": "customer", "deleted": True}


def make_refund(account: Account, wish: Object) -> Object:
    intent = account.objects.get(wish.get("payment_intent", ""))
    if intent is None:
        raise Refusal(404, "resource_missing", "No such payment_intent.")
    amount = whole(wish["amount"], 1, 99_999_999) if "amount" in wish else None
    return account.refund(intent, amount, wish)


def make_endpoint(account: Account, wish: Object) -> Object:
    if not re.match(r"https://", wish.get("url", "")) and account.live:
        raise Refusal(
            400, "url_invalid", "Invalid URL: URL must be publicly accessible over HTTPS."
        )
    if "127.0.0.1" in wish["url"] or "localhost" in wish["url"]:
        raise Refusal(400, "url_invalid", "Invalid URL: URL must be publicly accessible.")
    made = account.keep(shapes.endpoint(wish, account.now, live=account.live))
    account.secrets[made["id"]] = shapes.new_id("whsec")
    return {**made, "secret": account.secrets[made["id"]]}


def change_endpoint(found: Object, call: Call) -> Object:
    found |= {name: call.wish[name] for name in ("url", "enabled_events") if name in call.wish}
    found["status"] = "disabled" if call.wish.get("disabled") == "true" else "enabled"
    return found


def remove(account: Account, found: Object) -> Object:
    del account.objects[found["id"]]
    return {"id": found["id"], "object": found["object"], "deleted": True}


def whole(text: Any, least: int, most: int) -> int:
    if not re.fullmatch(r"\d{1,12}", str(text)) or not least <= int(text) <= most:
        raise Refusal(400, "parameter_invalid_integer", f"Invalid integer: {text}")
    return int(text)
