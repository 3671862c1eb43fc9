"""What the doctor asks of funding: whether the ledger is guarded and right, and whether processors are heard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, F, Max, Q, Sum
from django.db.models.functions import Coalesce

from broadsheet.funding.actions import webhook_address
from broadsheet.funding.choices import (
    WAITING,
    AccountState,
    DonationState,
    EventState,
    LedgerAccount,
    OccurrenceState,
    ProcessorKind,
    ReceiptState,
    RefundState,
)
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.models import (
    CampaignTotal,
    Donation,
    InboxEvent,
    Incident,
    LedgerEntry,
    LedgerHead,
    MatchingFund,
    Occurrence,
    Pledge,
    ProcessorAccount,
    Receipt,
    ReceiptSeries,
    triggers,
)
from broadsheet.funding.models.pledges import RUNNING
from broadsheet.funding.models.statements import STATEMENTS
from broadsheet.funding.queries import chain_breaks, ledger_sum, raised_breaker, taking_account
from broadsheet.kit import clock

Finding = tuple[str, str]
"""What is wrong, and its mend."""

NEWEST = 1000
"""How many transactions of the ledger's chain the doctor looks at; `broadsheet funding verify` does at all."""

LATE = dt.timedelta(minutes=10)
NOTABLE = 5
"""How many events of a day have to be fetched before it is said."""


def problems() -> Iterator[Finding]:
    """Everything that is wrong with money, each with its mend; nothing where all is well."""
    yield from books()
    yield from gifts()
    yield from waiting()
    yield from guarded()
    yield from promises()
    yield from processors()


def books() -> Iterator[Finding]:
    """Whether the ledger's triggers are there, its lines sum to zero and the campaigns' totals are its own."""
    gone = triggers.missing()
    if gone:
        yield f"the ledger is not guarded: {', '.join(gone)} missing", "broadsheet upgrade"
    sums = LedgerEntry.objects.values_list("currency").annotate(total=Sum("minor")).order_by()
    for currency, total in sums:
        if total:
            yield (
                f"the ledger is {total} minor units of {currency} out of balance",
                "Restore a backup and keep this database for whoever looks into it.",
            )
    newest = LedgerHead.objects.get().number
    for problem in chain_breaks(since=max(1, newest - NEWEST)):
        yield problem, "Restore a backup and keep this database for whoever looks into it."
    for kept in CampaignTotal.objects.select_related("campaign"):
        campaign = kept.campaign
        booked = -sum(
            ledger_sum(account, campaign=campaign).get(campaign.currency, 0)
            for account in (LedgerAccount.GIFTS, LedgerAccount.REFUNDS, LedgerAccount.DISPUTES)
        )
        matched = -ledger_sum(LedgerAccount.MATCHED, campaign=campaign).get(campaign.currency, 0)
        if matched != kept.matched_minor:
            yield (
                f"campaign {campaign.slug} shows {kept.matched_minor} of sponsors, the ledger says {matched}",
                "The ledger is right; report this as a bug of Broadsheet.",
            )
        if booked != kept.gifts_minor:
            yield (
                f"campaign {campaign.slug} shows {kept.gifts_minor}, the ledger says {booked}",
                "The ledger is right; report this as a bug of Broadsheet.",
            )
    claimed = Coalesce(Sum("claims__minor"), 0)
    funds = MatchingFund.objects.annotate(claims_minor=claimed)
    for fund in funds.exclude(claimed_minor=F("claims_minor")):
        yield (
            f"the fund of {fund.sponsor} says {fund.claimed_minor}, its claims {fund.claims_minor}",
            "Report this as a bug of Broadsheet.",
        )


def gifts() -> Iterator[Finding]:
    """Whether every gift that settled is in the ledger and has its receipt, numbered without gaps."""
    settled = Donation.objects.filter(state=DonationState.SETTLED)
    mend = "Report this as a bug of Broadsheet, with the gifts' references."
    if count := settled.exclude(bookings__kind="gift").count():
        yield f"{count} settled gifts have no booking", mend
    if count := settled.filter(receipts=None).count():
        yield f"{count} settled gifts have no receipt", mend
    for rows in ("receipts", "statements"):
        numbered = Count(f"{rows}__number", distinct=True)
        named = Q(name__startswith=STATEMENTS)
        found = ReceiptSeries.objects.filter(named if rows == "statements" else ~named)
        for series in found.annotate(given=numbered, highest=Max(f"{rows}__number")):
            if not series.given == (series.highest or 0) == series.last:
                yield f"the {rows} of {series.name} are numbered with gaps", mend


def waiting() -> Iterator[Finding]:
    """Whether events or receipts wait too long."""
    late = clock.now() - LATE
    events = InboxEvent.objects
    if count := events.filter(state__in=WAITING, received_at__lt=late).count():
        yield f"{count} processor events wait for more than ten minutes", "Is the worker alive?"
    if count := events.filter(state=EventState.DEAD).count():
        yield f"{count} processor events could not be processed", "Look at them at the desk."
    failed = Receipt.objects.filter(state=ReceiptState.FAILED)
    if count := failed.count():
        error = failed.latest("due_at").error
        yield f"{count} receipts could not be sent yet ({error})", "Correct the e-mail settings."


def guarded() -> Iterator[Finding]:
    """Whether every gift has to be proven."""
    if raised := raised_breaker():
        since = raised.raised_at.astimezone(clock.newsroom_zone())
        yield (
            f"every gift has to be proven since {since:%Y-%m-%d %H:%M} ({raised.get_why_display()})",
            "It ends by itself. The desk shows more: Support, Guard.",
        )


def promises() -> Iterator[Finding]:
    """Whether gifts of pledges are planned and taken, and whether money came for what was cancelled."""
    now = clock.now()
    late = Q(next_on__lt=clock.day_of(now) - dt.timedelta(days=1), state__in=RUNNING, held_at=None)
    if count := Pledge.objects.filter(late).count():
        yield f"{count} monthly or yearly gifts are due and not planned", "Is the worker alive?"
    waiting = Occurrence.objects.filter(state=OccurrenceState.TAKING)
    if count := waiting.filter(try_at__lt=now - dt.timedelta(days=1)).count():
        yield f"{count} monthly or yearly gifts wait to be taken", "Is the worker alive?"
    if count := Incident.objects.filter(refund__state=RefundState.PROPOSED).count():
        yield (
            f"money came {count} times for what was cancelled, and its refund waits",
            "Decide at the desk: Support, Monthly and yearly.",
        )


def processors() -> Iterator[Finding]:
    """Whether each processor can be reached."""
    kind = settings.BROADSHEET.processor
    if kind == "none":
        return
    taking = taking_account()
    if kind == ProcessorKind.STRIPE and taking is None:
        yield (
            "Stripe takes no gifts: it is not connected, or draining",
            "broadsheet funding processors",
        )
    for account in ProcessorAccount.objects.exclude(state=AccountState.CLOSED):
        try:
            for problem, mend in gateway_of(account).problems(webhook_address(account)):
                yield f"{account.slug}: {problem}", mend
        except GatewayError as error:
            yield f"{account.slug}: {error}", "broadsheet funding connect stripe"
    yield from unheard()


def unheard() -> Iterator[Finding]:
    """Whether Stripe's events come by themselves, where they can: those that had to be fetched are counted."""
    since = clock.now() - dt.timedelta(days=1)
    events = InboxEvent.objects.filter(account__kind=ProcessorKind.STRIPE, received_at__gt=since)
    fetched = events.filter(headers__listed="by us").count()
    if fetched >= NOTABLE and fetched == events.count():
        yield (
            f"stripe: none of the last {fetched} events came by itself; all had to be fetched",
            "Start web and worker again, so that they know the secret; else: broadsheet funding connect stripe",
        )
