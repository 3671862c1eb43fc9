"""Guarding giving: who begins much has to prove that they are no machine, cards that are tried are counted."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from broadsheet.funding.choices import Alarm
from broadsheet.funding.errors import ProofNeeded, TooMany
from broadsheet.funding.gateways.protocol import CardTry
from broadsheet.funding.models import (
    Attempt,
    Breaker,
    EntryLetter,
    Footprint,
    GiftLink,
    Pace,
    RoomSession,
    SpentProof,
    TriedCard,
)
from broadsheet.funding.queries.guarding import (
    declined_tries,
    holders_of,
    raised_breaker,
    tried_cards,
)
from broadsheet.funding.rules.folding import OPEN
from broadsheet.funding.rules.guarding import (
    HOLD,
    LEAST,
    MOST_DECLINES,
    MOST_HOLDERS,
    STAFF_HOLD,
    WATCHED,
    Answer,
    is_alarming,
    is_calm,
    limits,
)
from broadsheet.kit import audit, clock, tokens
from broadsheet.kit.events import announce

logger = logging.getLogger(__name__)

YOUNG = dt.timedelta(days=2)
"""How long after its beginning the cards of an attempt are noted: a checkout is open for a day."""

KEPT = dt.timedelta(days=3)
"""How long they are kept: longer than they are noted, so that none is noted twice."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody has done that machines do not do for long: known by `mark`, good once, until `expires_at`.

    Where it is that they read a mailbox, `email` is whose.
    """

    mark: str
    expires_at: dt.datetime
    email: str = ""


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who wants to begin a gift: the line and the network they come from, empty where unknown."""

    line: str = ""
    network: str = ""
    proof: Proof | None = None

    def marks(self, email: str) -> dict[str, str]:
        """What they are counted by, in the order in which the counts are taken."""
        # What stands behind a plus is the same mailbox.
        known = {"email": re.sub(r"\+.*(?=@)", "", email.strip().lower())}
        known |= {"line": self.line, "network": self.network}
        return {kind: mark_of(kind, text) for kind, text in known.items() if text}


def mark_of(kind: str, text: str) -> str:
    """What stands for something in our rows; nobody without our key finds out for what."""
    return tokens.sign(f"{kind} {text}".encode(), settings.SECRET_KEY)


def admit(asker: Asker, email: str) -> dict[str, str]:
    """Let somebody begin one more, and count it; return their marks. In the caller's transaction, as its last locks.

    Raises TooMany, and ProofNeeded where they have to prove something and have not, or used it before.
    """
    marks = asker.marks(email)
    rules = limits(settings.BROADSHEET.challenge_after)
    paces = [hold_pace(kind, mark) for kind, mark in marks.items()]
    # Once they are held: whoever waited for them is later than those they waited for.
    now = clock.now()
    answer = max(rules[pace.kind].answer(pace.free_at, now) for pace in paces)
    if answer == Answer.WAIT:
        raise TooMany("Too much was begun from here. Try again in an hour.")
    is_due = answer == Answer.PROVE or raised_breaker() is not None
    if is_due and not _spend(asker.proof, email, now):
        raise ProofNeeded("It has to be proven first that this is no machine.")
    for pace in paces:
        pace.free_at = rules[pace.kind].after(pace.free_at, now, 1)
        pace.save(update_fields=["free_at"])
    return marks


def leave_footprint(attempt: Attempt, marks: dict[str, str]) -> None:
    """Note where an attempt was begun from, in the caller's transaction."""
    Footprint.objects.create(attempt=attempt, at=attempt.created_at, **marks)


def hold_pace(kind: str, mark: str) -> Pace:
    """The row of a count, made if there is none, held until the end of the transaction."""
    rows = Pace.objects.select_for_update()
    return rows.get_or_create(kind=kind, mark=mark, defaults={"free_at": clock.now()})[0]


def _spend(proof: Proof | None, email: str, now: dt.datetime) -> bool:
    if proof is None or proof.expires_at <= now or proof.email not in ("", email.strip().lower()):
        return False
    kept = {"expires_at": proof.expires_at}
    return SpentProof.objects.get_or_create(mark=proof.mark, defaults=kept)[1]


def note_cards(attempt: Attempt, tries: Sequence[CardTry], by: audit.Actor) -> None:
    """Count cards that were tried in an attempt whose row is held, each once; stop it where they are too many.

    In the caller's transaction, as its last locks.
    """
    now = clock.now()
    if not tries or now - attempt.created_at > YOUNG:
        return
    known = list(attempt.cards.all())
    idents = {each.ident for each in known}
    fresh = [each for each in tries if each.ident not in idents]
    if not fresh:
        return
    known += TriedCard.objects.bulk_create(
        TriedCard(
            account_id=attempt.account_id,
            ident=each.ident,
            attempt=attempt,
            card=mark_of("card", f"{attempt.account_id} {each.card}"),
            is_declined=each.is_declined,
            at=now,
        )
        for each in fresh
    )
    _count_cards(attempt, fresh, now)
    goes_round = any(
        holders_of(card, now - WATCHED) > MOST_HOLDERS for card in {each.card for each in known}
    )
    if goes_round:
        raise_breaker(why=Alarm.CARD, by=by)
    if goes_round or sum(each.is_declined for each in known) >= MOST_DECLINES:
        _stop(attempt, now, by)


def _count_cards(attempt: Attempt, fresh: Sequence[CardTry], now: dt.datetime) -> None:
    """A declined card counts as one more that was begun; one that pays takes its own beginning back."""
    footprint = Footprint.objects.filter(attempt=attempt).first()
    if footprint is None:
        return
    count = sum(1 if each.is_declined else -1 for each in fresh)
    rules = limits(settings.BROADSHEET.challenge_after)
    for kind in ("email", "line", "network"):
        if mark := getattr(footprint, kind):
            pace = hold_pace(kind, mark)
            pace.free_at = rules[kind].after(pace.free_at, now, count)
            pace.save(update_fields=["free_at"])


def _stop(attempt: Attempt, now: dt.datetime, by: audit.Actor) -> None:
    """Have the attempt's checkout closed, by the worker: a processor is called outside any transaction."""
    rows = Attempt.objects.filter(pk=attempt.pk, state__in=OPEN, stopped_at=None)
    if rows.update(stopped_at=now, look_at=now):
        audit.record("attempt.stopped", attempt.donation, by=by, attempt=attempt.pk)
        announce("attempt.stopped", pk=attempt.pk)


# The breaker ----------------------------------------------------------------------------------


@transaction.atomic
def raise_breaker(*, why: Alarm, by: audit.Actor, cards: int = 0, declined: int = 0) -> Breaker:
    """Have every gift proven from now on, until it is released; the one that is raised already stays as it is."""
    now = clock.now()
    breaker, is_new = Breaker.objects.get_or_create(
        is_raised=True,
        defaults={
            "why": why,
            "cards": cards,
            "declined": declined,
            "raised_at": now,
            "raised_by": _name_of(by),
            "holds_until": now + (STAFF_HOLD if why == Alarm.STAFF else HOLD),
        },
    )
    if is_new:
        logger.warning("Gifts have to be proven from now on: %s.", why.label.lower())
        audit.record("breaker.raised", breaker, by=by, why=why, cards=cards, declined=declined)
    return breaker


@transaction.atomic
def release_breaker(*, breaker: Breaker, by: audit.Actor) -> None:
    """Have gifts proven no more, but those of who begins much. Cards that were declined before count no more."""
    rows = Breaker.objects.filter(pk=breaker.pk, is_raised=True)
    if rows.update(is_raised=False, released_at=clock.now(), released_by=_name_of(by)):
        audit.record("breaker.released", breaker, by=by)


def watch_breaker(*, by: audit.Actor) -> None:
    """Raise the breaker where too many cards are declined; release it once few are, after its time."""
    now, percent = clock.now(), settings.BROADSHEET.decline_alarm
    raised = raised_breaker()
    if raised is None:
        tries = declined_tries(now - WATCHED)
        for window, least in LEAST:
            if tries < least:
                continue
            cards, declined = tried_cards(now - window)
            if is_alarming(cards, declined, least, percent):
                raise_breaker(why=Alarm.DECLINES, by=by, cards=cards, declined=declined)
    elif raised.holds_until <= now:
        if is_calm(*tried_cards(now - HOLD), percent):
            release_breaker(breaker=raised, by=by)
        else:
            Breaker.objects.filter(pk=raised.pk).update(holds_until=now + HOLD)


@transaction.atomic
def forget_marks() -> None:
    """Take away what counts no more: nobody is known here for longer than the counting takes."""
    now = clock.now()
    Pace.objects.filter(free_at__lt=now - HOLD).delete()
    Footprint.objects.filter(at__lt=now - KEPT).delete()
    TriedCard.objects.filter(at__lt=now - KEPT).delete()
    for model in (SpentProof, GiftLink, EntryLetter, RoomSession):
        model.objects.filter(expires_at__lt=now).delete()


def _name_of(by: audit.Actor) -> str:
    return by if isinstance(by, str) else f"user:{by.pk}"
