"""Questions about money asked more than once; answers are data, and what pages show is read through readers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from broadsheet.funding.choices import (
    AccountState,
    LedgerAccount,
    Phase,
    ProcessorKind,
    RefundState,
)
from broadsheet.funding.models import (
    Attempt,
    BankLine,
    Campaign,
    CampaignText,
    CampaignTotal,
    LedgerEntry,
    LedgerHead,
    LedgerTransaction,
    Payout,
    ProcessorAccount,
    Refund,
)
from broadsheet.funding.rules.chaining import FIRST, Entry, Fact, chain_hash
from broadsheet.funding.rules.giving import percent_reached, suggested_gifts
from broadsheet.funding.rules.matching import Candidate
from broadsheet.kit import clock
from broadsheet.kit.money import Money, parse_money
from broadsheet.kit.public import language_prefix
from broadsheet.kit.reads import reader


def taking_account() -> ProcessorAccount | None:
    """The account that new gifts go through: active and of the processor that the settings name, or None."""
    return (
        ProcessorAccount.objects.filter(
            kind=settings.BROADSHEET.processor, state=AccountState.ACTIVE
        )
        .order_by("pk")
        .first()
    )


def accepted_currencies() -> tuple[str, ...]:
    """The currencies that gifts may be made in, the newsroom's own first."""
    values = settings.BROADSHEET
    return tuple(dict.fromkeys((values.currency, *values.currencies)))


def gifts_to_choose(currency: str) -> list[Money]:
    """Amounts to choose from: those that the newsroom names for a currency, else usual ones; least first."""
    for line in settings.BROADSHEET.suggested_gifts:
        code, *amounts = line.split()
        if code == currency:
            return [parse_money(amount, currency) for amount in amounts]
    return suggested_gifts(currency)


def running_campaign(slug: str) -> Campaign | None:
    """The campaign of this slug if it takes gifts at this instant, else None."""
    if not re.fullmatch(r"[-\w]{1,80}", slug, re.ASCII):
        return None
    now = clock.now()
    return Campaign.objects.filter(slug=slug, starts_at__lte=now, ends_at__gt=now).first()


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign in one language, as pages show it. `languages` are those it has words in."""

    campaign: Campaign
    text: CampaignText
    languages: Sequence[str]

    @property
    def path(self) -> str:
        return campaign_path(self.campaign.slug, self.text.language)

    @property
    def meter_path(self) -> str:
        return f"{self.path}meter.svg"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a campaign has received. `percent` is rounded down."""

    total: Money
    goal: Money
    gifts: int
    percent: int


def campaign_path(slug: str, code: str) -> str:
    """Where a campaign's page is found."""
    return f"{language_prefix(code)}/campaigns/{slug}/"


@reader(lambda pk, code: [f"list:campaign-texts/{pk}"])
def campaign_view(pk: int, code: str) -> CampaignView | None:
    """A campaign in a language, None where it is not or has no words in it."""
    texts = {text.language: text for text in CampaignText.objects.filter(campaign_id=pk)}
    if code not in texts:
        return None
    return CampaignView(Campaign.objects.get(pk=pk), texts[code], sorted(texts))


@reader(lambda code: [f"list:campaigns-open/{code}"], shared=True)
def open_campaigns(code: str) -> list[CampaignView]:
    """Campaigns that run now and have words in a language, the newest first."""
    texts = (
        CampaignText.objects.filter(language=code, campaign__phase=Phase.OPEN)
        .select_related("campaign")
        .order_by("-campaign__starts_at", "campaign_id")
    )
    return [CampaignView(text.campaign, text, [code]) for text in texts]


@reader(lambda campaign: [])
def progress(campaign: Campaign) -> Progress:
    """What a campaign has received so far."""
    total = CampaignTotal.objects.get(campaign=campaign)
    return Progress(
        Money(total.gifts_minor, campaign.currency),
        campaign.goal,
        total.gifts,
        percent_reached(total.gifts_minor, campaign.goal_minor),
    )


def ledger_sum(account: LedgerAccount, *, campaign: Campaign | None = None) -> dict[str, int]:
    """The sum of an account's lines by currency, in minor units, of one campaign or of all."""
    lines = LedgerEntry.objects.filter(account=account)
    if campaign is not None:
        lines = lines.filter(campaign=campaign)
    return dict(lines.values_list("currency").annotate(total=Sum("minor")).order_by())


def unexplained_lines() -> list[BankLine]:
    """Bank lines that nothing explains yet, or not wholly, the oldest first."""
    matched = Coalesce(Sum("matches__minor"), 0)
    rows = BankLine.objects.filter(set_aside="").annotate(matched=matched)
    return list(rows.exclude(matched=F("minor")).order_by("booked_on", "pk"))


def candidates_for(line: BankLine) -> Iterator[tuple[Candidate, Attempt | Payout | Refund]]:
    """What a line could be, by its direction and currency: expected gifts, payouts, refunds made by hand."""
    for payout in payouts_on_their_way().filter(currency=line.currency):
        amount = Money(payout.minor, payout.currency)
        yield Candidate(payout.pk, amount, sent_on=_day(payout.made_at)), payout
    if line.minor > 0:
        for attempt in expected_attempts().filter(donation__currency=line.currency):
            donation = attempt.donation
            yield Candidate(attempt.pk, donation.gross, reference=donation.reference), attempt
    else:
        for refund in refunds_by_hand().filter(attempt__donation__currency=line.currency):
            amount = Money(-refund.minor, line.currency)
            reference = refund.attempt.donation.reference
            yield Candidate(refund.pk, amount, reference=reference), refund


def expected_attempts() -> QuerySet[Attempt]:
    """Gifts that shall come by hand and have not, those that were given up too, the latest first."""
    rows = Attempt.objects.filter(account__kind=ProcessorKind.OFFLINE, bank_match=None)
    return rows.filter(submitted_at__isnull=False).select_related("donation__supporter")


def payouts_on_their_way() -> QuerySet[Payout]:
    """Payouts that were booked, did not fail, and are in no bank line that we know."""
    return Payout.objects.filter(bank_matches=None, failed=False).select_related("account")


def refunds_by_hand() -> QuerySet[Refund]:
    """Refunds that a person has to transfer, and that are in no bank line that we know."""
    rows = Refund.objects.filter(
        attempt__account__kind=ProcessorKind.OFFLINE, state=RefundState.SUCCEEDED, bank_match=None
    )
    return rows.select_related("attempt__donation")


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(clock.newsroom_zone()).date()


def chain_breaks(*, since: int = 1) -> Iterator[str]:
    """Where the ledger's chain does not hold from a transaction's number on, in words; nothing where it does."""
    before = LedgerTransaction.objects.filter(number=since - 1).first()
    number, previous = since - 1, before.hash if before else FIRST
    rows = LedgerTransaction.objects.filter(number__gte=since).order_by("number")
    rows = rows.select_related("account", "donation").prefetch_related("entries")
    for row in rows.iterator(500):
        number += 1
        if row.number != number:
            yield f"transaction {number} of the ledger is not there"
            number = row.number
        elif chain_hash(previous, _fact(row), map(_entry, row.entries.all())) != row.hash:
            yield f"transaction {number} of the ledger was altered"
        previous = row.hash
    head = LedgerHead.objects.get()
    if (head.number, head.hash) != (number, previous):
        yield f"the ledger ends at transaction {number}, and should at {head.number}"


def _fact(row: LedgerTransaction) -> Fact:
    return Fact(
        row.number, str(row.pk), row.kind, row.account.slug, row.processor_ref,
        row.donation.reference if row.donation else "", row.occurred_at.astimezone(dt.UTC).isoformat(),
    )  # fmt: skip


def _entry(entry: LedgerEntry) -> Entry:
    return Entry(entry.account, entry.minor, entry.currency, entry.campaign_id or 0)
