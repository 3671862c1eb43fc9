"""Links by e-mail for those who want to give and whose browser cannot solve the challenge."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from broadsheet.funding.actions.guarding import Asker, hold_pace
from broadsheet.funding.actions.mailing import Message, claim, compose, deliver
from broadsheet.funding.choices import MailState
from broadsheet.funding.errors import TooMany
from broadsheet.funding.models import GiftLink
from broadsheet.funding.rules.guarding import Answer, limits
from broadsheet.kit import audit, clock, tokens
from broadsheet.kit.events import announce
from broadsheet.theme.filters import absolute

LIFE = dt.timedelta(hours=2)


@transaction.atomic
def ask_for_link(
    *, email: str, said: dict[str, str], language: str, asker: Asker, by: audit.Actor
) -> GiftLink:
    """Have a link sent to an address, by which its owner goes on with what they typed.

    Raises TooMany where several were sent there, or for somebody on the same line: nobody's mailbox is filled by us.
    """
    pace_letters(asker, email)
    now = clock.now()
    link = GiftLink.objects.create(
        key=tokens.reference(40),
        email=email.strip().lower(),
        said=said,
        language=language,
        created_at=now,
        expires_at=now + LIFE,
        due_at=now,
    )
    audit.record("gift-link.asked", link, by=by)
    announce("gift-link.asked", pk=link.pk)
    return link


def pace_letters(asker: Asker, email: str) -> None:
    """Count a letter to an address, in the caller's transaction.

    Raises TooMany where several were sent there, or for somebody on the same line.
    """
    limit = limits(settings.BROADSHEET.challenge_after)["letter"]
    marks = asker.marks(email)
    # Two counts of one kind: taken in one order, whoever asks.
    for mark in sorted(marks[kind] for kind in ("email", "line") if kind in marks):
        pace = hold_pace("letter", mark)
        now = clock.now()  # once it is held
        if limit.answer(pace.free_at, now) != Answer.WELCOME:
            raise TooMany(
                "Several links were sent already. Look at your e-mail, or try in an hour."
            )
        pace.free_at = limit.after(pace.free_at, now, 1)
        pace.save(update_fields=["free_at"])


def send_link(*, link: GiftLink) -> bool:
    """Send a link; false where somebody else does, it is sent or over, or it fails for now."""
    if link.expires_at <= clock.now() or not claim(link):
        return False
    link.refresh_from_db()
    if not deliver(link, lambda: message_of(link)):
        return False
    rows = GiftLink.objects.filter(pk=link.pk, state=MailState.SENDING)
    rows.update(state=MailState.SENT, error="")
    return True


def message_of(link: GiftLink) -> Message:
    """The e-mail with a link. Nothing that was typed is in it: it may be that a stranger typed it."""
    with translation.override(link.language):
        page = reverse("funding:gift-confirm")
        subject = translation.gettext("Go on with your gift")
    context = {"page": f"{absolute(page)}?{urlencode({'link': link.key})}"}
    return compose(link, name="link", template="link", subject=subject, context=context)
