"""What the staff's screens ask: lists that begin below a row, and what is known of one supporter or event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Count, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from broadsheet.funding.choices import AttemptState, OccurrenceState, PledgeState, RefundState
from broadsheet.funding.models import (
    Attempt,
    Dispute,
    Donation,
    InboxEvent,
    Incident,
    Occurrence,
    Pledge,
    ProcessorAccount,
    ProcessorObject,
    Receipt,
    Refund,
    Supporter,
)
from broadsheet.kit.audit import trail_of
from broadsheet.kit.models import AuditEntry
from broadsheet.kit.money import Money

M = TypeVar("M", bound=Model)

HELD = "held"
"""Asked for like a state: pledges that are held for a dispute, whatever their state is."""

FEW = 400
"""So many people or gifts are named one by one in a question to the database."""


def found_supporters(asked: str, before: int | None, count: int) -> list[Supporter]:
    """Supporters whose address or key begins so or whose name holds it, or an alias's; the newest first.

    Who was erased is found by their key alone.
    """
    rows = Supporter.objects.filter(merged_into=None)
    rows = rows.filter(Q(erased_at=None) | Q(key=asked.lower()))
    if asked:
        alias = Supporter.objects.filter(merged_into__isnull=False).filter(_called(asked))
        rows = rows.filter(_called(asked) | Q(pk__in=alias.values("merged_into")))
    return _below(rows, before, count)


def _called(asked: str) -> Q:
    return Q(email__startswith=asked.lower()) | Q(key=asked.lower()) | Q(name__icontains=asked)


def found_gifts(asked: str, state: str, before: int | None, count: int) -> list[Donation]:
    """Gifts by reference or the processor's number of the payment; else by whose they are, the newest first."""
    rows = Donation.objects.select_related("supporter", "campaign")
    if state:
        rows = rows.filter(state=state)
    if asked:
        rows = rows.filter(_numbered(asked) or _given_by(asked))
    return _below(rows, before, count)


def _numbered(asked: str) -> Q | None:
    """The gifts with exactly this reference or payment, None where there is none. Looked for by indexes alone."""
    accounts = list(ProcessorAccount.objects.values_list("pk", flat=True))
    paid = ProcessorObject.objects.filter(account__in=accounts, type="payment", ident=asked)
    found = list(paid.values_list("attempt__donation", flat=True))
    found += Donation.objects.filter(reference=asked.lower()).values_list("pk", flat=True)
    return Q(pk__in=found) if found else None


def _given_by(asked: str) -> Q:
    """The gifts of people whose address begins so or whose name holds it, and of such organisations.

    Where those are few they are named, so that a million gifts of others are not looked through; where they are
    many, the newest gifts are soon among theirs.
    """
    people = Supporter.objects.filter(_named(asked)).order_by()
    known = list(people.values_list(Coalesce("merged_into", "pk"), flat=True)[: FEW + 1])
    aliases = people.filter(merged_into__isnull=False).values("merged_into")
    whose = Q(supporter__in=known)
    if len(known) > FEW:
        whose = _named(asked, "supporter__") | Q(supporter__in=aliases)
    of_one = Donation.objects.exclude(organisation="").filter(organisation__icontains=asked)
    named = list(of_one.order_by().values_list("pk", flat=True)[: FEW + 1])
    return whose | (Q(organisation__icontains=asked) if len(named) > FEW else Q(pk__in=named))


def _named(asked: str, at: str = "") -> Q:
    begins = {f"{at}email__startswith": asked.lower()}
    return Q(**begins) | Q(**{f"{at}name__icontains": asked})


def found_events(asked: str, state: str, before: int | None, count: int) -> list[InboxEvent]:
    """Processors' events by their number or that of what they are about, the newest first."""
    rows = InboxEvent.objects.defer("body", "headers")
    if state:
        rows = rows.filter(state=state)
    if asked:
        rows = rows.filter(Q(event_id=asked) | Q(object_id=asked))
    return _below(rows, before, count)


def found_pledges(asked: str, state: str, before: int | None, count: int) -> list[Pledge]:
    """Pledges by their key or whose they are, the newest first, each with the last refusal (`declined`), if any."""
    refused = Occurrence.objects.filter(pledge=OuterRef("pk"), state=OccurrenceState.TAKING)
    rows = Pledge.objects.select_related("supporter", "method").annotate(
        declined=Subquery(refused.exclude(decline="").values("decline")[:1])
    )
    if state == HELD:
        rows = rows.filter(held_at__isnull=False)
    elif state:
        rows = rows.filter(state=state)
    if asked:
        of = Supporter.objects.filter(_called(asked))
        whose = of.values_list(Coalesce("merged_into", "pk"))
        rows = rows.filter(Q(key=asked.lower()) | Q(supporter__in=whose))
    return _below(rows, before, count)


@dataclass(frozen=True, slots=True)
class Health:
    """How pledges are: how many in each state (by its name), cards that end before their next gift, how many are held
    for a dispute, open incidents."""

    states: list[tuple[str, int]]
    cards: int
    held: int
    incidents: list[Incident]


def health_of_pledges() -> Health:
    """How all pledges are now."""
    counts = dict(Pledge.objects.order_by().values_list("state").annotate(Count("pk")))
    named = [(label, counts[value]) for value, label in PledgeState.pairs() if value in counts]
    going_on = Pledge.objects.filter(next_on__isnull=False)
    ends = going_on.filter(method__expires_on__lt=F("next_on")).count()
    open_ = Incident.objects.filter(refund__state=RefundState.PROPOSED)
    held = Pledge.objects.filter(held_at__isnull=False).exclude(state=PledgeState.CANCELED).count()
    return Health(
        named, ends, held, list(open_.select_related("pledge", "donation", "refund")[:20])
    )


def _below(rows: QuerySet[M], before: int | None, count: int) -> list[M]:
    return list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[:count])


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened with a supporter; `amount` is None where it is about none."""

    at: dt.datetime
    what: str
    reference: str = ""
    amount: Money | None = None
    said: str = ""


def timeline(supporter: Supporter) -> list[Happening]:
    """Everything that is known to have happened, the latest first.

    Processors tell seconds: within one, what follows from something stands after it.
    """
    rows = enumerate(_happenings(supporter))
    ordered = sorted(rows, key=lambda row: (row[1].at.replace(microsecond=0), row[0]), reverse=True)
    return [happening for _place, happening in ordered]


def _happenings(supporter: Supporter) -> Iterator[Happening]:
    for gift in supporter.donations.all():
        amount = gift.gross
        yield Happening(gift.created_at, "Began a gift", gift.reference, amount, gift.message)
        if gift.settled_at:
            yield Happening(gift.settled_at, "The gift arrived", gift.reference, amount)
    ended = Attempt.objects.filter(
        donation__supporter=supporter, state__in=[AttemptState.FAILED, AttemptState.CANCELED]
    )
    for attempt in ended.select_related("donation"):
        gift = attempt.donation
        what = f"An attempt to pay: {attempt.get_state_display()}"
        yield Happening(attempt.created_at, what, gift.reference, gift.gross, attempt.error)
    receipts = Receipt.objects.filter(donation__supporter=supporter, sent_at__isnull=False)
    for receipt in receipts.select_related("donation", "series"):
        reference = receipt.donation.reference
        yield Happening(receipt.sent_at, "A receipt was sent", reference, None, receipt.label)  # type: ignore[arg-type]
    for refund in Refund.objects.filter(attempt__donation__supporter=supporter).select_related(
        "attempt__donation"
    ):
        gift, amount = refund.attempt.donation, refund.amount
        what = f"A refund: {refund.get_state_display()}"
        yield Happening(refund.created_at, what, gift.reference, amount, refund.reason)
    for dispute in Dispute.objects.filter(attempt__donation__supporter=supporter).select_related(
        "attempt__donation"
    ):
        gift = dispute.attempt.donation
        what = f"The bank disputes the payment: {dispute.get_state_display()}"
        yield Happening(dispute.opened_at, what, gift.reference, gift.gross, dispute.reason)


def effects_of(event: InboxEvent) -> tuple[Donation | None, list[AuditEntry]]:
    """The gift that an event is about and what was done with it, the latest first; None for none of ours."""
    attempt = _attempt_of(event)
    if attempt is None:
        return None, []
    done = [each for each in trail_of(attempt.donation) if not each.action.endswith(".seen")]
    return attempt.donation, done


def _attempt_of(event: InboxEvent) -> Attempt | None:
    about = ProcessorObject.objects.filter(
        account=event.account, type=event.object_type, ident=event.object_id
    ).first()
    if about is not None:
        return about.attempt
    ours = Attempt.objects.filter(account=event.account)
    found = ours.filter(refunds__ident=event.object_id) | ours.filter(
        disputes__ident=event.object_id
    )
    return found.distinct().first()
