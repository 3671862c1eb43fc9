"""Sending receipts, each from its own row: a crash sends the very same message again, never another one."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from broadsheet.funding.actions.mailing import Message, claim, deliver, message_id
from broadsheet.funding.choices import Dedication, ReceiptState
from broadsheet.funding.models import (
    CampaignText,
    Donation,
    Receipt,
    ReceiptSeries,
    Supporter,
)
from broadsheet.kit import audit, clock
from broadsheet.kit.money import Money
from broadsheet.theme.documents import html_text


def issue_correction(*, donation: Donation, returned_minor: int, at: dt.datetime) -> Receipt:
    """The next version of a donation's receipt, under its number, in the caller's transaction."""
    last = donation.receipts.latest("version")
    return Receipt.objects.create(
        series_id=last.series_id,
        number=last.number,
        version=last.version + 1,
        donation=donation,
        returned_minor=returned_minor,
        issued_at=at,
        due_at=clock.now(),
        state=first_state(donation.supporter),
    )


def first_state(supporter: Supporter) -> ReceiptState:
    """How a receipt or a statement begins: who has no address gets it by hand."""
    return ReceiptState.PENDING if supporter.email else ReceiptState.BY_HAND


def next_number(name: str) -> tuple[ReceiptSeries, int]:
    """The next number of a series, which is the caller's until its transaction ends: a rollback gives it back."""
    series, _is_new = ReceiptSeries.objects.select_for_update().get_or_create(name=name)
    series.last += 1
    series.save(update_fields=["last"])
    return series, series.last


def send_receipt(*, receipt: Receipt, by: audit.Actor) -> bool:
    """Send a receipt that waits; false where somebody else sends it, it is sent, or it fails for now.

    Sent twice only where a crash hides that it was sent; then both are the same message to the last byte.
    """
    if not claim(receipt):
        return False
    receipt = Receipt.objects.select_related("series", "donation__supporter").get(pk=receipt.pk)
    if not deliver(receipt, lambda: message_of(receipt)):
        return False
    Receipt.objects.filter(pk=receipt.pk).update(
        state=ReceiptState.SENT, sent_at=clock.now(), error=""
    )
    return True


def message_of(receipt: Receipt) -> Message:
    """A receipt as an e-mail, text and HTML, in the supporter's language."""
    donation = receipt.donation
    code = donation.receipt_language
    words = _campaign_words(donation)
    returned = Money(receipt.returned_minor, donation.currency)
    context = {
        "receipt": receipt,
        "donation": donation,
        "gift": donation.gift.format(code),
        "cover": donation.gross - donation.gift,
        "gross": donation.gross.format(code),
        "cover_text": (donation.gross - donation.gift).format(code),
        "returned": returned.format(code) if returned.minor else "",
        "remains": (donation.gross - returned).format(code),
        "campaign": words.title if words else "",
        "giver": donation.organisation or donation.name,
        "dedication": _dedication(donation),
    }
    with translation.override(code):
        subject = _("Your receipt %(number)s from %(newsroom)s") % {
            "number": receipt.label,
            "newsroom": settings.BROADSHEET.name,
        }
    message = Message(
        subject=" ".join(subject.split()),
        body=html_text("funding/receipt.txt", code=code, **context),
        to=[donation.supporter.email],
        headers={
            "Message-ID": _message_id(receipt),
            "Date": format_datetime(receipt.issued_at),
            "Content-Language": code,
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(html_text("funding/receipt.html", code=code, **context), "text/html")
    return message


def _campaign_words(donation: Donation) -> CampaignText | None:
    """What the campaign is called in the receipt's language, or in any other that it has words in."""
    if donation.campaign_id is None:
        return None
    rows = CampaignText.objects.filter(campaign=donation.campaign_id)
    texts = {text.language: text for text in rows}
    return texts.get(donation.receipt_language) or next(iter(texts.values()), None)


def _dedication(donation: Donation) -> str:
    """In whose honour or memory the gift is, in the receipt's language; empty for nobody's."""
    with translation.override(donation.receipt_language):
        said = {
            Dedication.HONOUR.value: _("In honour of %(name)s"),
            Dedication.MEMORY.value: _("In memory of %(name)s"),
        }.get(donation.dedication, "")
        return said % {"name": donation.dedicated_to} if said else ""


def _message_id(receipt: Receipt) -> str:
    """The same for the same version of a receipt, whoever sends it and when."""
    return message_id(f"receipt.{receipt.donation.reference}.{receipt.version}")
