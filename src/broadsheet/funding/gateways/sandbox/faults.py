"""Faults that the sandbox can be told to have: answers that get lost, webhooks that come twice or never."""

from __future__ import annotations

from broadsheet.funding.gateways.sandbox.store import Row, Store

API_FAULTS = ("lose_answer", "error", "error_after")
"""The work is done and the answer lost; a 500 instead of the work; a 500 after the work (both kept under the key)."""

DELIVERY_FAULTS = ("duplicate", "reorder", "delay", "drop", "forge")
"""Of a webhook: sent twice; sent after the next one; sent 60 s late; never sent; a forged one beside it."""

REFUND_FAULTS = ("slow_refund",)
"""A refund that is on its way until somebody says how it ended."""

FAULTS = API_FAULTS + DELIVERY_FAULTS + REFUND_FAULTS


def set_faults(store: Store, account: str, faults: Row) -> Row:
    """Let each named fault happen the next so many times; faults that are not named happen no more."""
    body = store.account(account)
    body["faults"] = dict(faults)
    store.keep_account(body)
    return body["faults"]


def take_api_fault(store: Store, account: str) -> str | None:
    """The fault that the next answer of the account has, counted down; None for none."""
    taken = _take(store, account, API_FAULTS)
    return taken[0] if taken else None


def take_refund_fault(store: Store, account: str) -> bool:
    """Whether the next refund of the account is slow, counted down."""
    return bool(_take(store, account, REFUND_FAULTS))


def take_delivery_faults(store: Store, account: str) -> list[str]:
    """The faults that the next webhook of the account has, counted down."""
    return _take(store, account, DELIVERY_FAULTS)


def _take(store: Store, account: str, kinds: tuple[str, ...]) -> list[str]:
    body = store.account(account)
    taken = [name for name in kinds if body["faults"].get(name, 0) > 0]
    for name in taken:
        body["faults"][name] -= 1
    if taken:
        store.keep_account(body)
    return taken
