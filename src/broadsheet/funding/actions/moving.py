"""Moving live pledges to another processor by a map of tokens: their methods change, what was promised stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from broadsheet.funding.actions.keeping import keep_method
from broadsheet.funding.choices import (
    AccountState,
    AttemptState,
    Decline,
    Moved,
    OccurrenceState,
    PledgeState,
    ProcessorKind,
)
from broadsheet.funding.errors import NotTaken
from broadsheet.funding.gateways.protocol import Instrument
from broadsheet.funding.models import Attempt, Occurrence, PaymentMethod, Pledge, ProcessorAccount
from broadsheet.funding.rules.moving import Mapped
from broadsheet.kit import audit, clock


@dataclass(frozen=True, slots=True)
class MovedRow:
    """What became of one row of a map: how many pledges moved, and why where none did."""

    number: int
    outcome: Moved
    pledges: int = 0
    said: str = ""


def move_methods(
    *,
    rows: Sequence[Mapped],
    source: ProcessorAccount,
    target: ProcessorAccount,
    by: audit.Actor,
    dry_run: bool = False,
) -> list[MovedRow]:
    """Let pledges that are taken at `source` be taken at `target`, from what the map says; each row one transaction.

    A charge that was sent stays where it was sent: its outcome is found out there, and the next one is taken at the
    target. One that was not sent is begun anew there. A gift that waits because its method was of no use is tried
    again. Whose method is not in the map stays. Run again, it changes nothing. Raises NotTaken for accounts that
    nothing can be moved between.
    """
    _need_a_way(source, target)
    return [_move(row, source, target, by, dry_run=dry_run) for row in rows]


def left_behind(source: ProcessorAccount) -> int:
    """How many pledges that go on are still taken at an account."""
    return Pledge.objects.filter(method__account=source).exclude(state=PledgeState.CANCELED).count()


def _need_a_way(source: ProcessorAccount, target: ProcessorAccount) -> None:
    if source.pk == target.pk:
        raise NotTaken(f"{source.slug} cannot be moved to itself.")
    if ProcessorKind.OFFLINE in (source.kind, target.kind):
        raise NotTaken("What comes by hand is charged by nobody: no pledge is taken there.")
    if target.state == AccountState.CLOSED:
        raise NotTaken(f"{target.slug} is closed. Let it take gifts first.")
    if source.livemode != target.livemode:
        raise NotTaken("Real money and rehearsals are not moved into each other.")


def _move(
    row: Mapped,
    source: ProcessorAccount,
    target: ProcessorAccount,
    by: audit.Actor,
    *,
    dry_run: bool,
) -> MovedRow:
    if row.problem:
        return MovedRow(row.number, Moved.FAILED, said=row.problem)
    customer, method = row.old
    old = PaymentMethod.objects.filter(account=source, customer=customer, method=method).first()
    if old is None:
        return MovedRow(row.number, Moved.SKIPPED, said=f"{source.slug} keeps no such method here")
    with transaction.atomic():
        living = Pledge.objects.exclude(state=PledgeState.CANCELED).filter(method=old)
        pledges = list(living.select_for_update(of=("self",)).order_by("pk"))
        if not pledges:
            return MovedRow(row.number, Moved.SKIPPED, said=_why_nobody(row, target))
        if not dry_run:
            label, expires_on = row.label or old.label, row.expires_on or old.expires_on
            new = keep_method(target, Instrument(*row.new, label, expires_on))
            for pledge in pledges:
                _switch(pledge, new, by)
    return MovedRow(row.number, Moved.MOVED, len(pledges))


def _why_nobody(row: Mapped, target: ProcessorAccount) -> str:
    customer, method = row.new
    there = Pledge.objects.filter(
        method__account=target, method__customer=customer, method__method=method
    )
    return "moved already" if there.exists() else "no pledge is taken from it"


def _switch(pledge: Pledge, new: PaymentMethod, by: audit.Actor) -> None:
    """Let a pledge whose row is held be taken from another method."""
    Pledge.objects.filter(pk=pledge.pk).update(method=new)
    unsent = Attempt.objects.select_for_update(of=("self",)).filter(
        donation__occurrence__pledge=pledge, charges__isnull=False, state=AttemptState.CREATED
    )
    for attempt in unsent:
        Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.CANCELED)
    waiting = Occurrence.objects.filter(pledge=pledge, state=OccurrenceState.TAKING)
    waiting.filter(decline=Decline.CARD, ends_at__isnull=False).update(
        try_at=clock.now(), ends_at=None
    )
    audit.record("pledge.moved", pledge, by=by, account=new.account.slug)
