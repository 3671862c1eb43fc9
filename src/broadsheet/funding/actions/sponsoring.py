"""Matching gifts: a sponsor's fund, what it adds to a gift that arrives, what it takes back when the gift goes back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F

from broadsheet.funding import ledger
from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.errors import BadFund
from broadsheet.funding.models import (
    Campaign,
    CampaignTotal,
    Donation,
    MatchingClaim,
    MatchingFund,
)
from broadsheet.funding.rules.giving import phase_of
from broadsheet.funding.rules.sponsoring import Terms, added_to
from broadsheet.kit import audit, changes, clock
from broadsheet.kit.money import Money


@transaction.atomic
def open_fund(
    *,
    campaign: Campaign,
    sponsor: str,
    cap: Money,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    by: audit.Actor,
    ratio: tuple[int, int] = (1, 1),
    most: Money | None = None,
) -> MatchingFund:
    """A sponsor's fund for gifts to a campaign that are begun from `starts_at` until just before `ends_at`.

    It adds `ratio[0]` for every `ratio[1]` given, at most `most` a gift, until `cap` is used up. Gifts that arrived
    before are not matched. Raises BadFund where it cannot be so.
    """
    sponsor = " ".join(sponsor.split())
    if not 0 < len(sponsor) <= 120:
        raise BadFund("Say who matches the gifts, as it shall be shown.")
    limits = [cap, *([most] if most else [])]
    if any(limit.currency != campaign.currency or limit.minor <= 0 for limit in limits):
        raise BadFund(f"The most it adds is an amount above zero in {campaign.currency}.")
    if not all(0 < part <= 100 for part in ratio):
        raise BadFund("It adds from 1 to 100 for every 1 to 100 given.")
    if ends_at <= starts_at:
        raise BadFund("It ends after it starts.")
    fund = MatchingFund.objects.create(
        campaign=campaign,
        sponsor=sponsor,
        cap_minor=cap.minor,
        adds=ratio[0],
        per=ratio[1],
        most_minor=most.minor if most else None,
        starts_at=starts_at,
        ends_at=ends_at,
        phase=phase_of(clock.now(), starts_at, ends_at),
    )
    audit.record("fund.opened", fund, by=by, campaign=campaign.pk, cap=cap.minor)
    return fund


@transaction.atomic
def close_fund(*, fund: MatchingFund, by: audit.Actor) -> None:
    """Let a fund match no gift that begins from now on. Raises BadFund where it ended already."""
    now = clock.now()
    rows = MatchingFund.objects.filter(pk=fund.pk, ends_at__gt=now)
    starts_at = min(fund.starts_at, now)
    if not rows.update(starts_at=starts_at, ends_at=now, phase=phase_of(now, starts_at, now)):
        raise BadFund("It ended already.")
    changes.mark(fund)
    audit.record("fund.closed", fund, by=by)


def claim_match(donation: Donation) -> list[ledger.Line]:
    """What sponsors add to a gift that just arrived, as lines of its booking, in the caller's transaction.

    From here on nobody else books: the last of a fund goes to one gift.
    """
    if donation.campaign_id is None:
        return []
    funds = MatchingFund.objects.filter(
        campaign_id=donation.campaign_id,
        starts_at__lte=donation.created_at,
        ends_at__gt=donation.created_at,
    ).order_by("pk")
    if not funds.exists():
        return []
    ledger.hold()
    held = list(funds.select_for_update())
    added = added_to(donation.gift_minor, [_terms(fund, fund.left.minor) for fund in held])
    claims = [
        MatchingClaim(fund=fund, donation=donation, minor=minor, promised_minor=minor)
        for fund, minor in zip(held, added, strict=True)
        if minor
    ]
    MatchingClaim.objects.bulk_create(claims)
    return _moved(donation, [(claim, claim.minor) for claim in claims])


def restate_match(donation: Donation, gift_left: int) -> list[ledger.Line]:
    """What sponsors take back, or add again, now that so much of a gift is left, as lines of that booking.

    What they take back is free for gifts that arrive later. Never more is added again than was added at first, nor
    than the fund has left.
    """
    if not donation.claims.exists():
        return []
    ledger.hold()
    list(MatchingFund.objects.filter(claims__donation=donation).order_by("pk").select_for_update())
    claims = list(donation.claims.select_related("fund__campaign").order_by("fund_id"))
    terms = [
        _terms(each.fund, min(each.promised_minor, each.fund.left.minor + each.minor))
        for each in claims
    ]
    moves = []
    for claim, minor in zip(claims, added_to(gift_left, terms), strict=True):
        moves.append((claim, minor - claim.minor))
        MatchingClaim.objects.filter(pk=claim.pk).update(minor=minor)
    return _moved(donation, moves)


def _terms(fund: MatchingFund, room: int) -> Terms:
    return Terms(fund.adds, fund.per, fund.most_minor, room)


def _moved(donation: Donation, moves: list[tuple[MatchingClaim, int]]) -> list[ledger.Line]:
    """Move funds and the campaign's total by what claims moved by, and say so in lines for the ledger."""
    moved = sum(minor for _claim, minor in moves)
    for claim, minor in moves:
        funds = MatchingFund.objects.filter(pk=claim.fund_id)
        funds.update(claimed_minor=F("claimed_minor") + minor)
        changes.mark(claim.fund)
    total = CampaignTotal.objects.get(campaign=donation.campaign)
    CampaignTotal.objects.filter(pk=total.pk).update(matched_minor=F("matched_minor") + moved)
    changes.mark(total)
    amount = Money(moved, donation.currency)
    return [
        ledger.Line(LedgerAccount.MATCH_DUE, amount),
        ledger.Line(LedgerAccount.MATCHED, Money(-moved, donation.currency), donation.campaign_id),
    ]
