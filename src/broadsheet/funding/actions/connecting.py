"""Connecting a newsroom to its account at Stripe: the key is tried, events are asked for, secrets are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from broadsheet.funding.actions.accounts import connect_account, webhook_address
from broadsheet.funding.choices import AccountState, ProcessorKind
from broadsheet.funding.errors import NotTaken
from broadsheet.funding.gateways.opening import stripe_gateway
from broadsheet.funding.gateways.protocol import AccountFacts, Fees
from broadsheet.funding.models import LedgerTransaction, ProcessorAccount
from broadsheet.kit import audit


@dataclass(frozen=True, slots=True)
class Connected:
    """What became of it. `is_new_secret` where events are signed anew: who receives them has to start again."""

    account: ProcessorAccount
    is_new_secret: bool
    is_reached: bool


def connect_stripe(
    *,
    key: str,
    keep: Callable[[str, str], None],
    by: audit.Actor,
    renews: bool = False,
    fees: Fees | None = None,
) -> Connected:
    """Connect the account that `key` belongs to, or mend what is wrong with the connection.

    `keep` stores a secret by its name as soon as it is known, so that running this again goes on where it was
    broken off. `renews` has events signed with a new secret; the old one stays good until the next time.
    Raises GatewayError where Stripe refuses, NotTaken where this newsroom cannot take gifts through it.
    """
    facts = stripe_gateway(key).facts()
    account = _account_for(facts, by)
    keep("stripe_key", key)
    address = webhook_address(account)
    gateway = stripe_gateway(key, account.endpoint)
    secrets = settings.BROADSHEET.stripe_webhook_secrets
    is_new = gateway.reaches(address) and (
        renews or not secrets or not gateway.endpoint.repair(address)
    )
    if is_new:
        secret = gateway.endpoint.make(address)
        keep("stripe_webhook_secrets", ",".join([secret, *secrets[:1]]))
        ProcessorAccount.objects.filter(pk=account.pk).update(endpoint=gateway.endpoint.ident)
        gateway.endpoint.remove_others(address, account.endpoint)
    connect_account(account=account, webhook_url=address, by=by, gateway=gateway)
    if fees:
        ProcessorAccount.objects.filter(pk=account.pk).update(
            fee_rate_bp=fees.rate_bp, fee_fixed=fees.fixed
        )
    account.refresh_from_db()
    return Connected(account, is_new, gateway.reaches(address))


@transaction.atomic
def _account_for(facts: AccountFacts, by: audit.Actor) -> ProcessorAccount:
    """The row of the account that a key belongs to. Raises NotTaken for one that cannot be this newsroom's."""
    if facts.livemode:
        _leave_rehearsal(by)
    account, is_new = ProcessorAccount.objects.get_or_create(
        slug=ProcessorKind.STRIPE.value,
        defaults={
            "kind": ProcessorKind.STRIPE,
            "ident": facts.ident,
            "livemode": facts.livemode,
        },
    )
    if is_new:
        audit.record("processor.opened", account, by=by, kind=account.kind, ident=facts.ident)
    elif (account.ident, account.livemode) != (facts.ident, facts.livemode):
        if account.attempts.exists():
            raise NotTaken(
                f"This newsroom takes gifts through {_words(account.ident, livemode=account.livemode)}; the key is of "
                f"{_words(facts.ident, livemode=facts.livemode)}. Use a key of the first one."
            )
        account.ident, account.livemode = facts.ident, facts.livemode
        account.endpoint = account.webhook_url = account.last_event = ""
        account.save()
        audit.record("processor.changed", account, by=by, ident=facts.ident)
    return account


def _leave_rehearsal(by: audit.Actor) -> None:
    """Close the sandbox. Raises NotTaken where the books hold money that does not exist."""
    rehearsed = LedgerTransaction.objects.filter(account__livemode=False)
    if rehearsed.exclude(account__kind=ProcessorKind.OFFLINE).exists():
        raise NotTaken(
            "The books hold gifts of a rehearsal, and real money is never booked beside them. "
            "Use this key in a newsroom without them: broadsheet init"
        )
    for account in ProcessorAccount.objects.filter(kind=ProcessorKind.SANDBOX):
        account.state = AccountState.CLOSED
        account.save(update_fields=["state"])
        audit.record("processor.changed", account, by=by, state=account.state)


def _words(ident: str, *, livemode: bool) -> str:
    return f"{ident} ({'real money' if livemode else 'test mode'})"
