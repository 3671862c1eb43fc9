"""Bank lines, and what they could be."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from broadsheet.funding.choices import ProcessorKind, RefundState
from broadsheet.funding.models import Attempt, BankLine, MatchingFund, Payout, Refund
from broadsheet.funding.rules.matching import Candidate
from broadsheet.kit import clock
from broadsheet.kit.money import Money


def unexplained_lines() -> QuerySet[BankLine]:
    """Bank lines that nothing explains yet, or not wholly, the oldest first."""
    matched = Coalesce(Sum("matches__minor"), 0)
    rows = BankLine.objects.filter(set_aside="").annotate(matched=matched)
    return rows.exclude(matched=F("minor")).order_by("booked_on", "pk")


def candidates_for(
    currency: str, *, came: bool
) -> Iterator[tuple[Candidate, Attempt | Payout | Refund | MatchingFund]]:
    """What a line of a currency could be: payouts, sponsors' payments, and where money came expected gifts, else
    refunds made by hand. What a sponsor owes is no sum that a line has to have: it is never matched by itself.
    """
    for payout in payouts_on_their_way().filter(currency=currency):
        amount = Money(payout.minor, payout.currency)
        yield Candidate(payout.pk, amount, sent_on=clock.day_of(payout.made_at)), payout
    for fund in MatchingFund.objects.filter(campaign__currency=currency).select_related("campaign"):
        yield Candidate(fund.pk, fund.claimed - fund.paid), fund
    if came:
        for attempt in expected_attempts().filter(donation__currency=currency):
            donation = attempt.donation
            yield Candidate(attempt.pk, donation.gross, reference=donation.reference), attempt
    else:
        for refund in refunds_by_hand().filter(attempt__donation__currency=currency):
            amount = Money(-refund.minor, currency)
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
