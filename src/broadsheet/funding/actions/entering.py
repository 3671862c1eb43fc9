"""Coming into one's own room: a letter to the address that was typed, with a code and a link, of which one is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare

from broadsheet.funding.actions.guarding import Asker, mark_of
from broadsheet.funding.actions.linking import pace_letters
from broadsheet.funding.actions.mailing import Message, claim, compose, deliver
from broadsheet.funding.choices import MailState
from broadsheet.funding.models import EntryLetter, RoomSession, Supporter
from broadsheet.funding.queries import supporter_at
from broadsheet.kit import audit, clock, tokens
from broadsheet.kit.events import announce
from broadsheet.theme.filters import absolute

LIFE = dt.timedelta(minutes=30)
"""How long a code and its link are good."""

STAY = dt.timedelta(hours=12)
"""How long somebody stays in their room at most."""

MOST_GUESSES = 5
DIGITS = 8


@transaction.atomic
def ask_to_enter(*, email: str, language: str, asker: Asker, by: audit.Actor) -> EntryLetter:
    """Have a code sent to an address. Nobody learns here whether it is a supporter's: that is asked when it is sent.

    Raises TooMany where several letters were sent there, or for somebody on the same line.
    """
    pace_letters(asker, email)
    now = clock.now()
    letter = EntryLetter.objects.create(
        key=tokens.reference(40),
        email=email.strip().lower(),
        language=language,
        created_at=now,
        expires_at=now + LIFE,
        due_at=now,
    )
    audit.record("entry-letter.asked", letter, by=by)
    announce("entry-letter.asked", pk=letter.pk)
    return letter


def send_entry(*, letter: EntryLetter) -> bool:
    """Send a letter; false where somebody else does, it is over, fails for now, or nobody has that address."""
    if letter.expires_at <= clock.now() or not claim(letter):
        return False
    letter.refresh_from_db()
    rows = EntryLetter.objects.filter(pk=letter.pk, state=MailState.SENDING)
    if supporter_at(letter.email) is None:
        rows.update(state=MailState.DROPPED)
        return False
    if not deliver(letter, lambda: message_of(letter)):
        return False
    rows.update(state=MailState.SENT, error="")
    return True


def enter_by_code(*, key: str, code: str, by: audit.Actor) -> str:
    """What a browser keeps to be in the room, empty where the code is not that of the letter with this key.

    A code is good once, for LIFE, and its letter for MOST_GUESSES tries, right or wrong.
    """
    return _enter(key, lambda letter: _is_code(letter, code), by)


def enter_by_link(*, key: str, by: audit.Actor) -> str:
    """The same for the link of a letter, whose signature the caller has checked."""
    return _enter(key, lambda _letter: True, by)


@transaction.atomic
def prove_again(*, supporter: Supporter, key: str, code: str) -> bool:
    """Whether somebody in their room reads their mailbox now: by the code of a letter, good once, as for entering."""
    return _use(key, lambda letter: _is_code(letter, code)) == supporter


@transaction.atomic
def leave_room(*, session: RoomSession, by: audit.Actor) -> None:
    """Let whoever has what this session stands for be out."""
    audit.record("room.left", session.supporter, by=by)
    session.delete()


def code_of(key: str) -> str:
    """The digits in the letter with this key."""
    number = int(tokens.sign(f"room code {key}".encode(), settings.SECRET_KEY), 16)
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def signature_of(key: str) -> str:
    """What proves that a link into a room was sent in the letter with this key."""
    return tokens.sign(f"room link {key}".encode(), settings.SECRET_KEY)[:40]


def session_mark(kept: str) -> str:
    """What stands in our rows for what a browser keeps."""
    return mark_of("room", kept)


def message_of(letter: EntryLetter) -> Message:
    """The e-mail with a code and a link."""
    digits = code_of(letter.key)
    with translation.override(letter.language):
        link = absolute(
            reverse("funding:account-link", args=[letter.key, signature_of(letter.key)])
        )
        subject = translation.gettext("Your code to sign in")
    shown = f"{digits[: DIGITS // 2]} {digits[DIGITS // 2 :]}"
    return compose(
        letter,
        name="entry",
        template="entry_mail",
        subject=subject,
        context={"digits": shown, "link": link, "subject": subject},
        headers={"Auto-Submitted": "auto-generated"},
    )


def _is_code(letter: EntryLetter, code: str) -> bool:
    return constant_time_compare(code, code_of(letter.key))


@transaction.atomic
def _enter(key: str, proves: Callable[[EntryLetter], bool], by: audit.Actor) -> str:
    supporter = _use(key, proves)
    return _begin_session(supporter, by) if supporter else ""


def _use(key: str, proves: Callable[[EntryLetter], bool]) -> Supporter | None:
    """Whose letter this is, which is used up by it; None where it proves nothing. In the caller's transaction."""
    now = clock.now()
    rows = EntryLetter.objects.select_for_update()
    letter = rows.filter(key=key, used_at=None, expires_at__gt=now).first()
    if letter is None or letter.guesses >= MOST_GUESSES:
        return None
    letter.guesses += 1
    supporter = supporter_at(letter.email) if proves(letter) else None
    letter.used_at = now if supporter else None
    letter.save(update_fields=["guesses", "used_at"])
    return supporter


def _begin_session(supporter: Supporter, by: audit.Actor) -> str:
    now, kept = clock.now(), tokens.reference(40)
    RoomSession.objects.create(
        mark=session_mark(kept), supporter=supporter, created_at=now, expires_at=now + STAY
    )
    audit.record("room.entered", supporter, by=by)
    return kept
