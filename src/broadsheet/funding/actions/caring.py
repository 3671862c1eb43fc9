"""Caring for supporters: notes about them, and receipts that are sent again."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from broadsheet.funding.choices import ReceiptState
from broadsheet.funding.errors import CareRefused
from broadsheet.funding.models import Donation, Receipt, Supporter, SupporterNote
from broadsheet.kit import audit, clock
from broadsheet.kit.events import announce


@transaction.atomic
def add_note(*, supporter: Supporter, text: str, by: AbstractBaseUser) -> SupporterNote:
    """Keep what somebody wants others to know of a supporter. Raises CareRefused for nothing."""
    if supporter.erased_at is not None:
        raise CareRefused("They were erased: there is nobody to write about.")
    text = text.strip()
    if not 0 < len(text) <= 2000:
        raise CareRefused("A note has from 1 to 2000 characters.")
    note = SupporterNote.objects.create(supporter=supporter, text=text, by_id=by.pk, at=clock.now())
    audit.record("supporter.noted", supporter, by=by, note=note.pk)
    return note


@transaction.atomic
def send_receipt_again(*, donation: Donation, by: audit.Actor) -> Receipt:
    """Have the newest receipt of a gift sent once more, the very same message.

    Raises CareRefused where there is none yet, it is just being sent, or there is no address.
    """
    receipt = donation.receipts.order_by("-version").first()
    if receipt is None:
        raise CareRefused("This gift has no receipt yet: it has not arrived.")
    if not donation.supporter.email:
        raise CareRefused("There is no address to send it to.")
    rows = Receipt.objects.filter(pk=receipt.pk, state=ReceiptState.SENT)
    if not rows.update(state=ReceiptState.PENDING, due_at=clock.now()):
        raise CareRefused(f"This receipt cannot be sent again now: {receipt.get_state_display()}.")
    audit.record("receipt.sent_again", donation, by=by, receipt=receipt.pk)
    announce("donation.restated", reference=donation.reference)
    return receipt
