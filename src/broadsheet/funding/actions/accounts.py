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
from broadsheet.funding.rules.folding import OPEN
from broadsheet.funding.rules.methods import METHODS
from broadsheet.kit import audit


def open_account(*, by: audit.Actor) -> ProcessorAccount:
    """The account that new gifts go through, made when the settings name a processor and it has none.

    Raises NotTaken where the settings name none, or where a sandbox would stand beside real money.
    """
    found = taking_account()
    if found is not None:
        return found
    kind = settings.BROADSHEET.processor
    if kind == ProcessorKind.STRIPE:
        raise NotTaken("Stripe takes no new gifts. Connect it: broadsheet funding connect stripe")
    if kind != ProcessorKind.SANDBOX:
        raise NotTaken("Nobody takes payments now. Set processor in settings.toml.")
    with transaction.atomic():
        need_no_real_money()
        account, is_new = ProcessorAccount.objects.get_or_create(slug=kind, defaults={"kind": kind})
        if not is_new:
            raise NotTaken(f"The account {kind} takes no new gifts: it is {account.state}.")
        audit.record("processor.opened", account, by=by, kind=kind)
    return account


@transaction.atomic
def open_sandbox_account(*, slug: str, by: audit.Actor) -> ProcessorAccount:
    """One more account with the sandbox, to rehearse a move to it; the one of this name where there is one.

    New gifts go through the oldest account that is active. Raises NotTaken for a name that another processor's
    account has, or where a sandbox would stand beside real money.
    """
    need_no_real_money()
    account, is_new = ProcessorAccount.objects.get_or_create(
        slug=slug, defaults={"kind": ProcessorKind.SANDBOX}
    )
    if account.kind != ProcessorKind.SANDBOX:
        raise NotTaken(f"The account {slug} is not one of the sandbox.")
    if is_new:
        audit.record("processor.opened", account, by=by, kind=account.kind)
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


@transaction.atomic
def change_account(*, account: ProcessorAccount, state: AccountState, by: audit.Actor) -> None:
    """Let an account take gifts, finish what was begun and take nothing new (draining), or be closed.

    A closed account is asked for nothing of its own accord; what it sends is stored all the same. Raises
    NotTaken where gifts are still open there, or where a sandbox would stand beside real money.
    """
    if state == AccountState.CLOSED and account.attempts.filter(state__in=OPEN).exists():
        raise NotTaken(f"Gifts are still open at {account.slug}. Let it drain first.")
    if state != AccountState.CLOSED and account.kind == ProcessorKind.SANDBOX:
        need_no_real_money()
    rows = ProcessorAccount.objects.filter(pk=account.pk).exclude(state=state)
    if rows.update(state=state):
        audit.record("processor.changed", account, by=by, state=state)


@transaction.atomic
def switch_method(*, account: ProcessorAccount, method: str, is_on: bool, by: audit.Actor) -> None:
    """Offer a way to pay, or offer it no more; checkouts that are open already keep it.

    Raises NotTaken for one that the processor does not have.
    """
    known = METHODS[ProcessorKind(account.kind)]  # type: ignore[call-arg]
    if method not in known:
        raise NotTaken(f"{account.slug} has no way to pay “{method}”. It has: {', '.join(known)}.")
    held = ProcessorAccount.objects.select_for_update().get(pk=account.pk)
    held.methods_off = sorted({*held.methods_off} - {method} | (set() if is_on else {method}))
    held.save(update_fields=["methods_off"])
    audit.record("processor.method", account, by=by, method=method, is_on=is_on)


def need_no_real_money() -> None:
    """Raise NotTaken where a processor that takes real money is at work: a sandbox does not stand beside it."""
    if ProcessorAccount.objects.filter(livemode=True).exclude(state=AccountState.CLOSED):
        raise NotTaken("The sandbox is not used beside a processor that takes real money.")


def webhook_address(account: ProcessorAccount) -> str:
    """Where an account's processor has to send its events."""
    return f"{settings.BROADSHEET.url.rstrip('/')}/processors/{account.slug}/events/"


def connect_account(
    *, account: ProcessorAccount, webhook_url: str, by: audit.Actor, gateway: Gateway | None = None
) -> None:
    """Have the processor send its events to `webhook_url` and note its fees. Raises GatewayError."""
    facts = (gateway or gateway_of(account)).connect(webhook_url)
    told: dict[str, object] = {"webhook_url": webhook_url, "livemode": facts.livemode}
    if facts.fees:
        told |= {"fee_rate_bp": facts.fees.rate_bp, "fee_fixed": facts.fees.fixed}
    with transaction.atomic():
        rows = ProcessorAccount.objects.filter(pk=account.pk)
        rows.update(**told)
        rows.filter(last_event="").update(last_event=facts.newest_event)
        audit.record("processor.connected", account, by=by, webhook_url=webhook_url)
