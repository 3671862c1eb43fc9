"""The inbox: events are stored before anything is done about them, and done about exactly once."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import F

from broadsheet.funding.actions.payouts import record_payout
from broadsheet.funding.actions.settling import settle_donation
from broadsheet.funding.choices import WAITING, EventState, Verdict
from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Checkout, Gateway, Notice
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

Looked = dict[tuple[int, str], Checkout]
"""What was fetched and settled, by account and the processor's names: events that were there before say nothing new."""


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

    Each payment is asked for once: several events tell of it, all of them before it is fetched.
    """
    looked: Looked = {}
    waiting = InboxEvent.objects.filter(due_at__lte=clock.now(), state__in=WAITING)
    for event in list(waiting.select_related("account").order_by("due_at", "pk")[:BATCH]):
        process_event(event=event, by=by, looked=looked)


def process_event(
    *,
    event: InboxEvent,
    by: audit.Actor,
    gateway: Gateway | None = None,
    looked: Looked | None = None,
) -> bool:
    """Do about a stored event what is to be done; false where somebody else has it or it is done.

    An error keeps the event for a later try; after MOST_TRIES it is dead until a person replays it. `looked` is
    what was fetched since the event was read from its table; it grows.
    """
    if not _claim(event):
        return False
    try:
        seen = {} if looked is None else looked
        verdict = _examine(event, gateway or gateway_of(event.account), by, seen)
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
    emptied = {"body": b"", "headers": {}} if _is_of_erased(event, seen) else {}
    InboxEvent.objects.filter(pk=event.pk, state=EventState.PROCESSING).update(
        state=EventState.DONE, verdict=verdict, error="", **emptied
    )
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


def _examine(event: InboxEvent, gateway: Gateway, by: audit.Actor, looked: Looked) -> Verdict:
    """Fetch what the event is about and settle it; the event's own words are only compared."""
    if event.livemode != event.account.livemode:
        return Verdict.WRONG_MODE
    if event.object_type == "payout":
        paid_out = gateway.fetch_payout(event.object_id)
        found = paid_out and record_payout(account=event.account, paid_out=paid_out, by=by)
        return found or Verdict.FOREIGN
    if event.object_type not in HANDLED:
        return Verdict.UNHANDLED
    known = looked.get((event.account_id, event.object_id))
    if known and not _claims_otherwise(event, known):
        return Verdict.UNCHANGED
    return _examine_payment(event, gateway, by, looked)


def _examine_payment(
    event: InboxEvent, gateway: Gateway, by: audit.Actor, looked: Looked
) -> Verdict:
    checkout = gateway.fetch(event.object_type, event.object_id)
    attempt = checkout and _attempt_of(event.account, checkout)
    if not checkout or not attempt:
        return Verdict.FOREIGN
    if _claims_otherwise(event, checkout):
        logger.error("Event %s says another amount than the processor.", event.pk)
        audit.record("processor-event.lies", event, by=by, attempt=attempt.pk)
        return Verdict.LYING
    verdict = settle_donation(attempt=attempt, checkout=checkout, by=by)
    if verdict != Verdict.LYING:
        looked |= {(event.account_id, ident): checkout for ident in checkout.idents}
    return verdict


def _is_of_erased(event: InboxEvent, looked: Looked) -> bool:
    """Whether the payment that was looked at is of somebody who was erased: what the event says of them is not kept."""
    checkout = looked.get((event.account_id, event.object_id))
    rows = Attempt.objects.filter(donation__supporter__erased_at__isnull=False)
    return checkout is not None and rows.filter(idempotency_key=checkout.reference).exists()


def _attempt_of(account: ProcessorAccount, checkout: Checkout) -> Attempt | None:
    """The attempt that a checkout belongs to, by our own key: it was written before the processor was asked."""
    rows = Attempt.objects.filter(account=account, idempotency_key=checkout.reference)
    try:
        attempt = rows.select_related("donation").get()
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
