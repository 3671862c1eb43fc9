"""The inbox: events are stored before anything is done about them, and done about exactly once."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from broadsheet.funding.actions.payouts import record_payout
from broadsheet.funding.actions.settling import settle_donation
from broadsheet.funding.choices import WAITING, EventState, Verdict
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Checkout, Gateway, Notice, PaidOut
from broadsheet.funding.models import Attempt, InboxEvent, ProcessorAccount
from broadsheet.funding.rules.giving import pause_before_try
from broadsheet.kit import audit, clock
from broadsheet.kit.events import announce

logger = logging.getLogger(__name__)

MOST_TRIES = 12
STALE = dt.timedelta(minutes=5)
"""After so long a worker that took an event has died."""

BATCH = 200
"""How many events are listed at once."""

KEPT_HEADERS = ("Content-Type", "User-Agent", "Sandbox-Signature", "Stripe-Signature")
HANDLED = ("checkout_session", "payment", "refund", "dispute")

SETTLED = (Verdict.BOOKED, Verdict.NOTED, Verdict.UNCHANGED)
"""What was fetched is in our rows: events that were there before it was say nothing new."""


def receive_event(
    *, account: ProcessorAccount, raw: bytes, headers: Mapping[str, str]
) -> list[InboxEvent]:
    """Store the events of a webhook that is truly the processor's; those that we have are left alone.

    Returns the new ones. Raises BadWebhook, and then nothing is stored. Looks at nothing else: what an
    event says is believed by nobody. Events of a closed account are stored too: money may still go back.
    """
    now = clock.now()
    notices = gateway_of(account).parse_webhook(raw, headers, int(now.timestamp()))
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    return _store(account, notices, kept)


def collect_events(
    *, account: ProcessorAccount, by: audit.Actor, gateway: Gateway | None = None
) -> int:
    """Ask the processor for events since the last time and store those that never arrived; return how many.

    Raises GatewayError; what was stored before stays.
    """
    gateway = gateway or gateway_of(account)
    last, more, stored = account.last_event, True, 0
    while more:
        notices, more = gateway.events_after(last)
        if not notices:
            break
        stored += len(_store(account, notices, {"listed": "by us"}))
        last = notices[-1].event_id
        ProcessorAccount.objects.filter(pk=account.pk).update(last_event=last)
    if stored:
        logger.info("%s: %d events had not arrived and were fetched.", account.slug, stored)
    return stored


def _unknown(account: ProcessorAccount, notices: Sequence[Notice]) -> list[Notice]:
    """Those that we have not: all are asked for at once."""
    listed = [notice.event_id for notice in notices]
    rows = InboxEvent.objects.filter(account=account, event_id__in=listed)
    known = set(rows.values_list("event_id", flat=True))
    return [notice for notice in notices if notice.event_id not in known]


def _store(
    account: ProcessorAccount, notices: Sequence[Notice], headers: Mapping[str, str]
) -> list[InboxEvent]:
    fresh = []
    for notice in _unknown(account, notices):
        try:
            fresh.append(_store_one(account, notice, headers))
        except IntegrityError:
            # Somebody has stored it meanwhile; where nobody has, this says so.
            InboxEvent.objects.get(account=account, event_id=notice.event_id)
    return fresh


@transaction.atomic
def _store_one(account: ProcessorAccount, notice: Notice, headers: Mapping[str, str]) -> InboxEvent:
    now = clock.now()
    event = InboxEvent.objects.create(
        account=account,
        event_id=notice.event_id,
        type=notice.type,
        object_type=notice.object_type,
        object_id=notice.object_id,
        claimed_minor=notice.amount.minor if notice.amount else None,
        claimed_currency=notice.amount.currency if notice.amount else "",
        livemode=notice.livemode,
        body=notice.raw,
        headers=dict(headers),
        received_at=now,
        due_at=now,
    )
    announce("processor-event.received", pk=event.pk)
    return event


def process_events(*, by: audit.Actor) -> None:
    """Process events that wait, oldest first, and those whose worker died; at most BATCH of them.

    Several events tell of one payment: it is asked for once, and all that waited then are done with it.
    """
    rows = InboxEvent.objects.filter(due_at__lte=clock.now(), state__in=WAITING)
    waiting = list(rows.select_related("account").order_by("due_at", "pk")[:BATCH])
    for event in waiting:
        if event.state != EventState.DONE:
            process_event(event=event, by=by, beside=waiting)


def process_event(
    *,
    event: InboxEvent,
    by: audit.Actor,
    gateway: Gateway | None = None,
    beside: Sequence[InboxEvent] = (),
) -> bool:
    """Do about a stored event what is to be done; false where somebody else has it or it is done.

    That it is done is written in the transaction that does it; of the events `beside` it those are done too, and say
    so, that waited when the payment was fetched and tell of it. An error keeps the event for a later try; after
    MOST_TRIES it is dead until a person replays it.
    """
    if not _claim(event):
        return False
    try:
        found = _fetch(event, gateway or gateway_of(event.account))
        with transaction.atomic():
            attempt = _attempt_of(event.account, found)
            verdict = _believe(event, found, attempt, by)
            told = list(_told(event, found, beside)) if verdict in SETTLED else []
            _finish(event, verdict, told, attempt)
    except Exception as error:  # whatever it is, the event must not be lost
        logger.exception("Event %s cannot be processed.", event.pk)
        event.refresh_from_db(fields=["attempts"])
        dead = event.attempts >= MOST_TRIES
        InboxEvent.objects.filter(pk=event.pk, state=EventState.PROCESSING).update(
            state=EventState.DEAD if dead else EventState.FAILED,
            error=f"{type(error).__name__}: {error}",
            due_at=clock.now() + pause_before_try(event.attempts),
        )
        return False
    for one in (event, *told):
        one.state = EventState.DONE
    return True


@transaction.atomic
def replay_event(*, event: InboxEvent, by: audit.Actor) -> None:
    """Have an event processed once more. What was booked is not booked again."""
    rows = InboxEvent.objects.filter(pk=event.pk).exclude(state=EventState.PROCESSING)
    if rows.update(state=EventState.RECEIVED, attempts=0, due_at=clock.now()):
        audit.record("processor-event.replayed", event, by=by)
        announce("processor-event.received", pk=event.pk)


def _claim(event: InboxEvent) -> bool:
    """Take an event for this worker by a conditional update; one that a dead worker took is taken over."""
    now = clock.now()
    rows = InboxEvent.objects.filter(pk=event.pk, state__in=WAITING, due_at__lte=now)
    return bool(
        rows.update(state=EventState.PROCESSING, attempts=F("attempts") + 1, due_at=now + STALE)
    )


def _fetch(event: InboxEvent, gateway: Gateway) -> Checkout | PaidOut | None:
    """What an event is about as its processor has it now; nothing of what we do nothing about."""
    if event.livemode != event.account.livemode:
        return None
    if event.object_type == "payout":
        return gateway.fetch_payout(event.object_id)
    is_ours = event.object_type in HANDLED
    return gateway.fetch(event.object_type, event.object_id) if is_ours else None


def _believe(
    event: InboxEvent, found: Checkout | PaidOut | None, attempt: Attempt | None, by: audit.Actor
) -> Verdict:
    """Settle what was fetched, in the caller's transaction; the event's own words are only compared."""
    if event.livemode != event.account.livemode:
        return Verdict.WRONG_MODE
    if event.object_type not in (*HANDLED, "payout"):
        return Verdict.UNHANDLED
    if isinstance(found, PaidOut):
        return record_payout(account=event.account, paid_out=found, by=by)
    if not found or not attempt:
        return Verdict.FOREIGN
    if _claims_otherwise(event, found):
        logger.error("Event %s says another amount than the processor.", event.pk)
        audit.record("processor-event.lies", event, by=by, attempt=attempt.pk)
        return Verdict.LYING
    return settle_donation(attempt=attempt, checkout=found, by=by)


def _told(
    event: InboxEvent, found: Checkout | PaidOut | None, beside: Sequence[InboxEvent]
) -> Iterator[InboxEvent]:
    """Those of the events that tell of a payment that was fetched, and claim nothing else of it."""
    if not isinstance(found, Checkout):
        return
    named = set(found.idents)
    for one in beside:
        is_of_it = one.object_type in HANDLED and one.object_id in named
        is_alike = one.account_id == event.account_id and one.livemode == event.livemode
        if one is not event and is_of_it and is_alike and not _claims_otherwise(one, found):
            yield one


def _finish(
    event: InboxEvent, verdict: Verdict, told: Sequence[InboxEvent], attempt: Attempt | None
) -> None:
    """Write that an event is done, and others that wait and tell of the same; of who was erased no words are kept."""
    done: dict[str, Any] = {"state": EventState.DONE, "error": ""}
    if attempt and attempt.donation.supporter.erased_at:
        done |= {"body": b"", "headers": {}}
    rows = InboxEvent.objects.filter(pk=event.pk, state=EventState.PROCESSING)
    rows.update(verdict=verdict, **done)
    if told:
        rows = InboxEvent.objects.filter(pk__in=[one.pk for one in told], state__in=WAITING)
        rows.update(verdict=Verdict.UNCHANGED, attempts=F("attempts") + 1, **done)


def _attempt_of(account: ProcessorAccount, found: Checkout | PaidOut | None) -> Attempt | None:
    """The attempt that a checkout belongs to, by our own key: it was written before the processor was asked."""
    if not isinstance(found, Checkout):
        return None
    rows = Attempt.objects.filter(account=account, idempotency_key=found.reference)
    try:
        attempt = rows.select_related("donation__supporter").get()
    except Attempt.DoesNotExist:
        return None
    attempt.account = account
    return attempt


def _claims_otherwise(event: InboxEvent, checkout: Checkout) -> bool:
    claimed, amount = (
        (event.claimed_minor, event.claimed_currency),
        checkout.amount_of(event.object_id),
    )
    return claimed not in ((None, ""), (amount.minor, amount.currency))
