"""Sending what waits in a row of its own: a crash sends the very same message again, never another one."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F

from broadsheet.funding.choices import TO_SEND, MailState
from broadsheet.funding.models import (
    EntryLetter,
    GiftLink,
    PledgeMail,
    Receipt,
    UpdateMail,
    YearlyStatement,
)
from broadsheet.funding.rules.giving import pause_before_try
from broadsheet.kit import clock
from broadsheet.theme.documents import html_text

logger = logging.getLogger(__name__)

STALE = dt.timedelta(minutes=10)
"""After so long whoever was sending has died."""

Mailed = Receipt | UpdateMail | GiftLink | PledgeMail | YearlyStatement | EntryLetter
"""What is sent has each a row of its own."""


class Message(EmailMultiAlternatives):
    """A message whose bytes follow from its content alone: its boundary too."""

    def message(self, *args: Any, **kwargs: Any) -> Any:
        made = super().message(*args, **kwargs)
        mark = hashlib.sha256(self.extra_headers["Message-ID"].encode()).hexdigest()
        made.set_boundary(f"receipt-{mark[:32]}")
        return made


def compose(
    row: GiftLink | EntryLetter,
    *,
    name: str,
    template: str,
    subject: str,
    context: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> Message:
    """The message of a letter that somebody asked for, as text and HTML from the templates of this name."""
    code = row.language
    message = Message(
        subject=subject,
        body=html_text(f"funding/{template}.txt", code=code, **context),
        to=[row.email],
        headers={
            "Message-ID": message_id(f"{name}.{row.pk}.{int(row.created_at.timestamp())}"),
            "Date": format_datetime(row.created_at),
            "Content-Language": code,
            **(headers or {}),
        },
    )
    html = html_text(f"funding/{template}.html", code=code, **context)
    message.attach_alternative(html, "text/html")
    return message


def claim(row: Mailed) -> bool:
    """Take a row in order to send it; false where somebody else does, it is sent, or it is not due."""
    now = clock.now()
    rows = type(row)._default_manager.filter(pk=row.pk, state__in=TO_SEND, due_at__lte=now)
    return bool(rows.update(state=MailState.SENDING, tries=F("tries") + 1, due_at=now + STALE))


def deliver(row: Mailed, make: Callable[[], Message]) -> bool:
    """Send the message of a row that was claimed and read again since; where it fails it is tried later."""
    try:
        make().send()
    except Exception as error:  # noqa: BLE001 - sockets, TLS, SMTP and files each have their own
        # A mail server's answer names the address: it is kept with the row, and stands in no log.
        kind = type(error).__name__
        logger.warning("%s %s cannot be sent: %s", row._meta.object_name, row.pk, kind)
        kept = type(row)._default_manager.filter(pk=row.pk, state=MailState.SENDING)
        kept.update(
            state=MailState.FAILED,
            error=f"{type(error).__name__}: {error}"[:300],
            due_at=clock.now() + pause_before_try(row.tries),
        )
        return False
    return True


def message_id(name: str) -> str:
    """The identity of a message of ours (RFC 5322, 3.6.4): the same for the same name."""
    host = settings.BROADSHEET.email_from.rpartition("@")[2] or "localhost"
    return f"<{name}@{host.rstrip('>')}>"
