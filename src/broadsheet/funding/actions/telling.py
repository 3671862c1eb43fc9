"""Telling supporters about their pledges: each message a row of its own, made with what it is about, sent once."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from broadsheet.funding.actions.mailing import Message, claim, deliver, message_id
from broadsheet.funding.actions.wording import paragraph_of, subject_of
from broadsheet.funding.choices import MailState, PledgeNews
from broadsheet.funding.models import Pledge, PledgeMail
from broadsheet.funding.queries import to_announce, to_remind, whose_card_ends
from broadsheet.kit import clock, tokens
from broadsheet.theme.documents import html_text
from broadsheet.theme.filters import absolute, day


def tell(pledge: Pledge, news: PledgeNews, name: str, **facts: str) -> None:
    """Have something told once under this name, in the caller's transaction; `facts` are what is true now."""
    now = clock.now()
    known = {"amount": pledge.gross.format(pledge.receipt_language), **facts}
    PledgeMail.objects.get_or_create(
        pledge=pledge,
        name=name,
        defaults={"news": news, "facts": known, "made_at": now, "due_at": now},
    )


def tell_what_comes() -> None:
    """Announce gifts that are not taken often, remind of those that wait, say which cards end before their gift.

    One transaction for each; whoever was told is not asked about again.
    """
    now = clock.now()
    for pledge in to_announce(now):
        said = {"next_on": str(pledge.next_on)}
        with transaction.atomic():
            tell(pledge, PledgeNews.UPCOMING, f"upcoming.{pledge.next_on}", **said)
    for occurrence in to_remind(now):
        with transaction.atomic():
            name = f"reminder.{occurrence.pk}"
            tell(occurrence.pledge, PledgeNews.REMINDER, name, kind=occurrence.decline)
    for pledge in whose_card_ends(now):
        said = {"ends_on": str(pledge.method.expires_on), "next_on": str(pledge.next_on)}  # type: ignore[union-attr]
        with transaction.atomic():
            tell(pledge, PledgeNews.EXPIRING, f"expiring.{pledge.method_id}", **said)


def send_pledge_mail(*, mail: PledgeMail) -> bool:
    """Send a message that waits; false where somebody else does, it is sent, or it fails for now.

    Sent twice only where a crash hides that it was sent; then both are the same message to the last byte.
    """
    if not claim(mail):
        return False
    mail = PledgeMail.objects.select_related("pledge__supporter", "pledge__method").get(pk=mail.pk)
    if not deliver(mail, lambda: message_of(mail)):
        return False
    PledgeMail.objects.filter(pk=mail.pk, state=MailState.SENDING).update(
        state=MailState.SENT, error=""
    )
    return True


def pledge_path(pledge: Pledge) -> str:
    """Where a supporter looks after a pledge without signing in, by a link that nobody else can make."""
    return reverse(
        "funding:pledge", kwargs={"key": pledge.key, "signature": signature_of(pledge.key)}
    )


def signature_of(key: str) -> str:
    """What proves that a link to a pledge was sent to its supporter."""
    return tokens.sign(f"pledge {key}".encode(), settings.SECRET_KEY)[:40]


def message_of(mail: PledgeMail) -> Message:
    """A message as an e-mail, text and HTML, in the supporter's language."""
    pledge, code = mail.pledge, mail.pledge.receipt_language
    with translation.override(code):
        facts = {name: _shown(name, said) for name, said in mail.facts.items()}
        link, subject = absolute(pledge_path(pledge)), subject_of(mail.news, facts)
        said = paragraph_of(mail.news, facts)
    context = {"subject": subject, "said": said, "link": link}
    message = Message(
        subject=subject,
        body=html_text("funding/pledge_mail.txt", code=code, **context),
        to=[pledge.supporter.email],
        headers={
            "Message-ID": message_id(f"pledge.{pledge.key}.{mail.name}"),
            "Date": format_datetime(mail.made_at),
            "Content-Language": code,
            "Auto-Submitted": "auto-generated",
        },
    )
    html = html_text("funding/pledge_mail.html", code=code, **context)
    message.attach_alternative(html, "text/html")
    return message


def _shown(name: str, said: str) -> str:
    """A fact as the active language writes it; names of days end in `_on`."""
    if not name.endswith("_on"):
        return said
    return day(dt.date.fromisoformat(said))
