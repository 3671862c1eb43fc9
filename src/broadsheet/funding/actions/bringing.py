"""Bringing supporters and running pledges over from another system: each row a transaction, known again by name."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from broadsheet.funding.actions.keeping import keep_method
from broadsheet.funding.choices import AccountState, BroughtAs, PledgeState, ProcessorKind
from broadsheet.funding.errors import NotTaken
from broadsheet.funding.gateways.protocol import Instrument
from broadsheet.funding.models import Consent, Pledge, ProcessorAccount, Supporter
from broadsheet.funding.rules.bringing import Brought, Promised
from broadsheet.funding.rules.promising import Rhythm
from broadsheet.kit import audit, clock, tokens

IMPORTED = "imported"
"""The version of a consent whose words are another system's."""


@dataclass(frozen=True, slots=True)
class BroughtRow:
    """What became of one row, and why where it is not plain."""

    number: int
    outcome: BroughtAs
    said: str = ""


def bring_supporters(
    *,
    rows: Sequence[Brought],
    account: ProcessorAccount | None,
    by: audit.Actor,
) -> list[BroughtRow]:
    """Make the supporters of rows that are not here, and their pledges; methods are of `account`.

    A supporter who is here stays as they are; a pledge that was brought before too, whatever became of it since. So it
    may be run again after it was broken off. Nothing is charged by it: a pledge is taken on its day from its method, or
    its supporter gets a link. Raises NotTaken for an account that charges nobody.
    """
    if account and (account.kind == ProcessorKind.OFFLINE or account.state == AccountState.CLOSED):
        raise NotTaken(f"Nothing can be charged at {account.slug}.")
    return [_bring(row, account, by) for row in rows]


def _bring(row: Brought, account: ProcessorAccount | None, by: audit.Actor) -> BroughtRow:
    if row.problem:
        return BroughtRow(row.number, BroughtAs.FAILED, row.problem)
    if row.promised and any(row.promised.token) and account is None:
        said = "it has a method, and no processor was named that knows it"
        return BroughtRow(row.number, BroughtAs.FAILED, said)
    if row.promised and _is_erased(row.promised):
        return BroughtRow(row.number, BroughtAs.SKIPPED, "they were erased since")
    with transaction.atomic():
        supporter, is_new = _supporter(row, by)
        is_begun = row.promised is not None and _promise(row, row.promised, supporter, account, by)
    if is_new:
        return BroughtRow(row.number, BroughtAs.CREATED)
    if is_begun:
        return BroughtRow(row.number, BroughtAs.MERGED, "the supporter is here, the pledge was not")
    return BroughtRow(row.number, BroughtAs.SKIPPED, "it is here already")


def _supporter(row: Brought, by: audit.Actor) -> tuple[Supporter, bool]:
    """Who has the row's address, or whom they were found to be, the row held; and whether they are new."""
    fresh = {
        "key": tokens.reference(),
        "name": row.name,
        "language": row.language,
        "created_at": clock.now(),
    }
    rows = Supporter.objects.select_for_update()
    found, is_new = rows.get_or_create(email=row.email, defaults=fresh)
    held = Supporter.objects.select_for_update().get(pk=found.pk)
    while held.merged_into_id is not None:
        held = Supporter.objects.select_for_update().get(pk=held.merged_into_id)
    if is_new:
        audit.record("supporter.brought", held, by=by)
    return held, is_new


def _promise(
    row: Brought,
    promised: Promised,
    supporter: Supporter,
    account: ProcessorAccount | None,
    by: audit.Actor,
) -> bool:
    """Make a row's pledge; false where it was brought before."""
    key = _key_of(promised)
    rhythm = Rhythm(promised.cadence, promised.next_on.day, promised.next_on.month)
    method = None
    # Its own key, too: what this newsroom wrote into a file is read again.
    if Pledge.objects.filter(key__in=(key, promised.reference)).exists():
        return False
    if account and any(promised.token):
        instrument = Instrument(*promised.token, promised.label, promised.expires_on)
        method = keep_method(account, instrument)
    pledge = Pledge.objects.create(
        key=key,
        supporter=supporter,
        method=method,
        state=PledgeState.ACTIVE,
        cadence=promised.cadence,
        anchor_day=rhythm.day,
        anchor_month=rhythm.month,
        next_on=promised.next_on,
        gift_minor=promised.amount.minor,
        currency=promised.amount.currency,
        name=row.name,
        language=row.language,
        receipt_language=row.language,
        created_at=clock.now(),
    )
    Consent.objects.create(
        pledge=pledge,
        version=IMPORTED,
        language=row.language,
        text=promised.consent,
        minor=promised.amount.minor,
        currency=promised.amount.currency,
        cadence=promised.cadence,
        given_at=dt.datetime.combine(promised.consent_on, dt.time(12), clock.newsroom_zone()),
    )
    audit.record("pledge.brought", pledge, by=by)
    return True


def _key_of(promised: Promised) -> str:
    """The key of a pledge that has this reference elsewhere."""
    return "b" + hashlib.sha256(promised.reference.encode()).hexdigest()[:24]


def _is_erased(promised: Promised) -> bool:
    """Whether a pledge was brought before, of somebody who was erased since."""
    rows = Pledge.objects.filter(key__in=(_key_of(promised), promised.reference))
    return rows.filter(supporter__erased_at__isnull=False).exists()
