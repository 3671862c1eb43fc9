"""What funding does by the clock: everything that should have happened and has not, a little at a time."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db.models import Q

from broadsheet.funding.actions import (
    charge_occurrence,
    collect_events,
    connect_account,
    end_waiting,
    expire_attempt,
    forget_kept_words,
    forget_marks,
    forget_method,
    open_account,
    plan_renewals,
    process_events,
    resolve_attempt,
    send_entry,
    send_link,
    send_pledge_mail,
    send_receipt,
    send_statement,
    send_update,
    submit_refund,
    tell_time,
    turn_phase,
    wake_pledge,
    watch_breaker,
    webhook_address,
)
from broadsheet.funding.choices import (
    TO_SEND,
    AccountState,
    AttemptState,
    DonationState,
    OccurrenceState,
    Phase,
    PledgeState,
    ProcessorKind,
    RefundState,
)
from broadsheet.funding.errors import GatewayError
from broadsheet.funding.models import (
    Attempt,
    Campaign,
    EntryLetter,
    GiftLink,
    MatchingFund,
    Occurrence,
    PaymentMethod,
    Pledge,
    PledgeMail,
    ProcessorAccount,
    Receipt,
    Refund,
    UpdateMail,
    YearlyStatement,
)
from broadsheet.funding.rules.folding import OPEN
from broadsheet.kit import clock

logger = logging.getLogger(__name__)

BATCH = 200
LISTING = dt.timedelta(minutes=1)
"""How often Stripe is asked for events that never arrived; our own sandbox is asked each time."""

LISTING_CLOSED = dt.timedelta(hours=12)
"""How often an account is asked that is closed: refunds still fail there and disputes are won, if it answers at all."""

TO_MAKE = (RefundState.APPROVED, RefundState.SUBMITTED, RefundState.UNKNOWN)
BY = "worker"


def tick() -> None:
    """Do what is due: accounts, events, attempts, receipts, campaigns. A failure of one stops no other."""
    for job in JOBS:
        try:
            job()
        except Exception:
            logger.exception("Cannot %s.", job.__name__.replace("_", " "))


def look_at_accounts() -> None:
    """Connect accounts whose processor sends its events elsewhere, and fetch events that never arrived."""
    sandbox = ProcessorKind.SANDBOX
    is_wanted = settings.BROADSHEET.processor == sandbox
    if is_wanted and not ProcessorAccount.objects.filter(kind=sandbox).exists():
        _try("open an account", lambda: open_account(by=BY))
    now, is_closed = clock.now(), Q(state=AccountState.CLOSED)
    soon = Q(listed_at__lte=now - LISTING) | ~Q(kind=ProcessorKind.STRIPE)
    due = Q(listed_at=None) | (soon & ~is_closed) | Q(listed_at__lte=now - LISTING_CLOSED)
    for account in ProcessorAccount.objects.filter(due):
        webhook_url = webhook_address(account)
        if account.webhook_url != webhook_url and account.state != AccountState.CLOSED:
            connect = partial(connect_account, account=account, webhook_url=webhook_url, by=BY)
            _try(f"connect {account.slug}", connect)
            account.refresh_from_db()
        ProcessorAccount.objects.filter(pk=account.pk).update(listed_at=clock.now())
        collect = partial(collect_events, account=account, by=BY)
        _try(f"fetch events of {account.slug}", collect)


def drain_inbox() -> None:
    """Process events that wait, and those whose worker died."""
    process_events(by=BY)


def look_at_attempts() -> None:
    """Look up attempts that nobody reported about for a while; give up those that nobody will or should pay.

    A processor that does not answer is left alone until the next time.
    """
    silent: set[int] = set()
    due = Attempt.objects.filter(look_at__lte=clock.now(), state__in=OPEN)
    for attempt in due.select_related("account", "donation__supporter").order_by("look_at")[:BATCH]:
        if attempt.account_id not in silent and not _look_up(attempt):
            silent.add(attempt.account_id)


def _look_up(attempt: Attempt) -> bool:
    """Look one attempt up; false where its processor gave no answer."""
    is_canceled = Pledge.objects.filter(
        state=PledgeState.CANCELED, occurrences__donation=attempt.donation_id
    ).exists()
    is_erased = attempt.donation.supporter.erased_at is not None
    is_needless = attempt.donation.state == DonationState.SETTLED or is_canceled or is_erased
    is_unsent = attempt.state == AttemptState.CREATED
    is_over = is_needless or is_unsent or attempt.stopped_at is not None
    work = expire_attempt if is_over else resolve_attempt
    try:
        work(attempt=attempt, by=BY)
    except GatewayError as error:
        logger.warning("Attempt %s cannot be looked up: %s", attempt.pk, error)
        return error.permanent
    except Exception:
        logger.exception("Attempt %s cannot be looked up.", attempt.pk)
    return True


def look_at_refunds() -> None:
    """Make refunds that were agreed to, and find out about those that nobody reported."""
    due = Refund.objects.filter(look_at__lte=clock.now(), state__in=TO_MAKE)
    for refund in due.select_related("attempt__account", "attempt__donation")[:BATCH]:
        _try("make a refund", partial(submit_refund, refund=refund, by=BY))


def look_at_pledges() -> None:
    """Let pauses end and waiting lapse, and plan what has become due."""
    today = clock.day_of(clock.now())
    paused = Pledge.objects.filter(state=PledgeState.PAUSED, paused_until__lte=today)
    for pledge in paused.order_by("paused_until"):
        wake_pledge(pledge=pledge, by=BY)
    waited = Occurrence.objects.filter(state=OccurrenceState.TAKING, ends_at__lte=clock.now())
    for occurrence in waited[:BATCH]:
        end_waiting(occurrence=occurrence, by=BY)
    while plan_renewals(by=BY):
        pass


def take_gifts() -> None:
    """Take gifts of pledges whose time has come; a processor that does not answer is left alone until later."""
    silent: set[int | None] = set()
    due = Occurrence.objects.filter(state=OccurrenceState.TAKING, try_at__lte=clock.now())
    # Most of the time there are none, and all else is asked for once it is held.
    due = due.select_related("pledge__method").only("donation", "pledge__method__account")
    for occurrence in due.order_by("try_at", "pk")[:BATCH]:
        method = occurrence.pledge.method
        account = method.account_id if method else None
        if account in silent:
            continue
        try:
            charge_occurrence(occurrence=occurrence, by=BY)
        except GatewayError as error:
            logger.warning("Occurrence %s cannot be taken: %s", occurrence.pk, error)
            if not error.permanent:
                silent.add(account)
        except Exception:
            logger.exception("Occurrence %s cannot be taken.", occurrence.pk)


def send_pledge_mails() -> None:
    """Send messages about pledges that wait, and those whose sender died."""
    due = PledgeMail.objects.filter(due_at__lte=clock.now(), state__in=TO_SEND).only("pk")
    for mail in due.order_by("due_at", "pk")[:BATCH]:
        send_pledge_mail(mail=mail)


def send_receipts() -> None:
    """Send receipts that wait, and those whose sender died."""
    due = Receipt.objects.filter(due_at__lte=clock.now(), state__in=TO_SEND).only("pk")
    for receipt in due.order_by("due_at")[:BATCH]:
        send_receipt(receipt=receipt, by=BY)


def send_statements() -> None:
    """Send yearly statements that wait, and those whose sender died."""
    due = YearlyStatement.objects.filter(due_at__lte=clock.now(), state__in=TO_SEND).only("pk")
    for statement in due.order_by("due_at", "pk")[:BATCH]:
        send_statement(statement=statement)


def send_updates() -> None:
    """Send updates of campaigns that wait, and those whose sender died."""
    due = UpdateMail.objects.filter(due_at__lte=clock.now(), state__in=TO_SEND).only("pk")
    for mail in due.order_by("due_at", "pk")[:BATCH]:
        send_update(mail=mail)


def send_links() -> None:
    """Send links to who asked for them, those too whose sender died."""
    due = GiftLink.objects.filter(due_at__lte=clock.now(), state__in=TO_SEND)
    for link in due.order_by("due_at", "pk")[:BATCH]:
        send_link(link=link)


def send_entries() -> None:
    """Send codes to supporters who asked for one, those too whose sender died."""
    due = EntryLetter.objects.filter(due_at__lte=clock.now(), state__in=TO_SEND)
    for letter in due.order_by("due_at", "pk")[:BATCH]:
        send_entry(letter=letter)


def guard() -> None:
    """Raise or release the breaker by the cards that were tried, and forget who asked."""
    watch_breaker(by=BY)
    forget_marks()


def forget() -> None:
    """Have processors forget the methods of who was erased, and forget what was kept of them until its day."""
    for method in PaymentMethod.objects.filter(forget_at__lte=clock.now()).select_related(
        "account"
    )[:BATCH]:
        _try("forget a method", partial(forget_method, method=method, by=BY))
    forget_kept_words()


def turn_campaigns() -> None:
    """Move campaigns and their funds whose first or last instant has come, and what pages say of the time that
    has passed, so that they are pressed again.
    """
    now = clock.now()
    turned = Q(phase=Phase.UPCOMING, starts_at__lte=now) | Q(phase=Phase.OPEN, ends_at__lte=now)
    for campaign in Campaign.objects.filter(turned):
        turn_phase(row=campaign, by=BY)
    for fund in MatchingFund.objects.filter(turned):
        turn_phase(row=fund, by=BY)
    for campaign in Campaign.objects.filter(phase=Phase.OPEN):
        tell_time(campaign=campaign)


def _try(what: str, work: Callable[[], object]) -> None:
    """Do it; a processor that cannot be reached is no reason to leave the rest undone."""
    try:
        work()
    except GatewayError as error:
        logger.warning("Cannot %s: %s", what, error)


JOBS = (
    *(look_at_accounts, drain_inbox, look_at_attempts, look_at_refunds),
    *(look_at_pledges, take_gifts, send_receipts, send_pledge_mails),
    *(send_statements, turn_campaigns, send_updates, send_links, send_entries, guard),
    forget,
)
"""What a tick does, in this order."""
