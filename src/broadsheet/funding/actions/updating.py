"""Updates of a campaign: written once, shown on its page, sent to each who gave and wants to hear of it."""

from __future__ import annotations

from email.utils import format_datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from broadsheet.funding.actions.mailing import Message, claim, deliver, message_id
from broadsheet.funding.choices import MailState
from broadsheet.funding.errors import BadCampaign
from broadsheet.funding.models import (
    Campaign,
    CampaignText,
    CampaignUpdate,
    Supporter,
    UpdateMail,
)
from broadsheet.funding.queries import campaign_path, told_of
from broadsheet.kit import audit, clock, tokens
from broadsheet.theme.documents import html_text
from broadsheet.theme.filters import absolute

BATCH = 500


@transaction.atomic
def publish_update(
    *,
    campaign: Campaign,
    language: str,
    title: str,
    body: str,
    is_mailed: bool,
    by: AbstractBaseUser,
) -> CampaignUpdate:
    """Put an update on a campaign's page in a language; with `is_mailed` the worker sends it to those who gave.

    `body` is plain text, empty lines part its paragraphs. Raises BadCampaign where the campaign has no words in
    that language, or nothing is said.
    """
    title, body = " ".join(title.split()), body.strip()
    if not CampaignText.objects.filter(campaign=campaign, language=language).exists():
        raise BadCampaign("The campaign has no page in this language.")
    if not 0 < len(title) <= 120 or not body:
        raise BadCampaign("An update has a title of at most 120 characters and a text.")
    now = clock.now()
    update = CampaignUpdate.objects.create(
        campaign=campaign,
        language=language,
        title=title,
        body=body,
        published_at=now,
        by_id=by.pk,
    )
    mails = [
        UpdateMail(update=update, supporter_id=pk, due_at=now)
        for pk in (told_of(campaign, language).values_list("pk", flat=True) if is_mailed else ())
    ]
    UpdateMail.objects.bulk_create(mails, batch_size=BATCH)
    audit.record("update.published", update, by=by, campaign=campaign.pk, mails=len(mails))
    return update


def send_update(*, mail: UpdateMail) -> bool:
    """Send an update to one supporter; false where somebody else does, it is sent, or it fails for now.

    Nothing is sent to who wants no more of them by now. Sent twice only where a crash hides that it was sent; then
    both are the same message to the last byte.
    """
    if not claim(mail):
        return False
    mail = UpdateMail.objects.select_related("update__campaign", "supporter").get(pk=mail.pk)
    kept = UpdateMail.objects.filter(pk=mail.pk, state=MailState.SENDING)
    if mail.supporter.stopped_updates_at or mail.supporter.merged_into_id:
        kept.update(state=MailState.DROPPED)
        return False
    if not deliver(mail, lambda: message_of(mail)):
        return False
    kept.update(state=MailState.SENT, error="")
    return True


@transaction.atomic
def stop_updates(*, supporter: Supporter, by: audit.Actor) -> None:
    """Send this supporter no updates any more, of no campaign; receipts are sent as ever."""
    rows = Supporter.objects.filter(pk=supporter.pk, stopped_updates_at=None)
    if rows.update(stopped_updates_at=clock.now()):
        audit.record("supporter.stopped_updates", supporter, by=by)


def stopping_path(supporter: Supporter) -> str:
    """Where a supporter stops updates without signing in, by a link that nobody else can make."""
    said = {"key": supporter.key, "signature": signature_of(supporter.key)}
    return reverse("funding:updates-stop", kwargs=said)


def signature_of(key: str) -> str:
    """What proves that a link to stop updates was sent to the supporter with this key."""
    return tokens.sign(f"stop updates {key}".encode(), settings.SECRET_KEY)[:40]


def message_of(mail: UpdateMail) -> Message:
    """An update as an e-mail, text and HTML, with one step to stop them (RFC 8058)."""
    update, code = mail.update, mail.update.language
    words = CampaignText.objects.get(campaign=update.campaign, language=code)
    with translation.override(code):
        stop = absolute(stopping_path(mail.supporter))
    context = {
        "update": update,
        "campaign": words.title,
        "page": absolute(campaign_path(update.campaign.slug, code)),
        "stop": stop,
    }
    message = Message(
        subject=update.title,
        body=html_text("funding/update.txt", code=code, **context),
        to=[mail.supporter.email],
        headers={
            "Message-ID": message_id(f"update.{update.pk}.{mail.supporter.key}"),
            "Date": format_datetime(update.published_at),
            "Content-Language": code,
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(html_text("funding/update.html", code=code, **context), "text/html")
    return message
