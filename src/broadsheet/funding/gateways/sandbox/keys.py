"""The secrets of the sandbox's accounts, derived from the two master secrets that both sides hold."""

from __future__ import annotations

import hashlib
import hmac


def api_key(account: str, master: str) -> str:
    """The key by which an account's owner is known: `sk_sandbox_<account>_<mark>`."""
    return f"sk_sandbox_{account}_{_derived(f'api:{account}', master)}"


def webhook_secret(account: str, master: str) -> str:
    """The secret that an account's webhooks are signed with."""
    return f"whsec_{_derived(f'webhook:{account}', master)}"


def account_of(key: str, master: str) -> str | None:
    """The account that a key belongs to, or None where the key is not one of ours."""
    account, _, _ = key.removeprefix("sk_sandbox_").rpartition("_")
    if account and hmac.compare_digest(key.encode(), api_key(account, master).encode()):
        return account
    return None


def _derived(message: str, master: str) -> str:
    return hmac.new(master.encode(), message.encode(), hashlib.sha256).hexdigest()[:40]
