"""Opening our accounts with processors and connecting them to this newsroom."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from broadsheet.funding.choices import AccountState, ProcessorKind
from broadsheet.funding.errors import NotTaken
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Gateway
from broadsheet.funding.models import ProcessorAccount
from broadsheet.funding.queries import taking_account
from broadsheet.kit import audit


def open_account(*, by: audit.Actor) -> ProcessorAccount:
    """The account that new gifts go through, made when the settings name a processor and it has none.

    Raises NotTaken where the settings name none, or where a sandbox would stand beside real money.
    """
    found = taking_account()
    if found is not None:
        return found
    kind = settings.BROADSHEET.processor
    if kind != ProcessorKind.SANDBOX:
        raise NotTaken("Nobody takes payments now. Set processor in settings.toml.")
    with transaction.atomic():
        if ProcessorAccount.objects.filter(livemode=True).exclude(state=AccountState.CLOSED):
            raise NotTaken("The sandbox is not used beside a processor that takes real money.")
        account, is_new = ProcessorAccount.objects.get_or_create(slug=kind, defaults={"kind": kind})
        if not is_new:
            raise NotTaken(f"The account {kind} takes no new gifts: it is {account.state}.")
        audit.record("processor.opened", account, by=by, kind=kind)
    return account


@transaction.atomic
def open_offline_account(*, by: audit.Actor) -> ProcessorAccount:
    """The account of what comes by hand and of the bank, made when it is first needed."""
    account, is_new = ProcessorAccount.objects.get_or_create(
        slug="bank", defaults={"kind": ProcessorKind.OFFLINE}
    )
    if is_new:
        audit.record("processor.opened", account, by=by, kind=account.kind)
    return account


def connect_account(
    *, account: ProcessorAccount, webhook_url: str, by: audit.Actor, gateway: Gateway | None = None
) -> None:
    """Have the processor send its events to `webhook_url` and note its fees. Raises GatewayError."""
    facts = (gateway or gateway_of(account)).connect(webhook_url)
    with transaction.atomic():
        ProcessorAccount.objects.filter(pk=account.pk).update(
            webhook_url=webhook_url,
            fee_rate_bp=facts.fee_rate_bp,
            fee_fixed=facts.fee_fixed,
            livemode=facts.livemode,
        )
        audit.record("processor.connected", account, by=by, webhook_url=webhook_url)
