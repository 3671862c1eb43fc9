"""All that is kept of a supporter, as data that a program can read: amounts in minor units, instants in UTC."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet

from broadsheet.funding.models import (
    Attempt,
    BankMatch,
    Consent,
    Dispute,
    Donation,
    EntryLetter,
    Footprint,
    GiftLink,
    Incident,
    KeptWords,
    LedgerEntry,
    LedgerTransaction,
    MatchingClaim,
    Occurrence,
    PaymentMethod,
    Pledge,
    PledgeMail,
    ProcessorObject,
    Receipt,
    Refund,
    RoomSession,
    Supporter,
    SupporterMerge,
    SupporterNote,
    TriedCard,
    UpdateMail,
    YearlyStatement,
)
from broadsheet.kit import clock

SECRET = {"idempotency_key", "mark", "checkout_url", "nonce"}
"""What opens something, or is a key of ours and says nothing of anybody."""


def data_of(supporter: Supporter) -> dict[str, Any]:
    """Everything of a supporter and of those who were found to be the same one, and when that was."""
    rows = rows_of(supporter)
    told = {name: [_told(row) for row in found.order_by("pk")] for name, found in rows.items()}
    return {"written_at": clock.now(), **told}


def rows_of(supporter: Supporter) -> dict[str, QuerySet[Any]]:
    """The rows that are a supporter's, by what they are."""
    people = Supporter.objects.filter(Q(pk=supporter.pk) | Q(merged_into=supporter))
    emails = people.values("email")
    gifts = Donation.objects.filter(supporter__in=people)
    attempts = Attempt.objects.filter(donation__in=gifts)
    pledges = Pledge.objects.filter(supporter__in=people)
    return {
        "supporters": people,
        "merges": SupporterMerge.objects.filter(Q(kept__in=people) | Q(duplicate__in=people)),
        "donations": gifts,
        "attempts": attempts,
        "methods": PaymentMethod.objects.filter(
            Q(pk__in=pledges.values("method")) | Q(pk__in=attempts.values("charges"))
        ),
        "receipts": Receipt.objects.filter(donation__in=gifts),
        "refunds": Refund.objects.filter(attempt__donation__in=gifts),
        "disputes": Dispute.objects.filter(attempt__donation__in=gifts),
        "objects": ProcessorObject.objects.filter(attempt__in=attempts),
        "matches": BankMatch.objects.filter(
            Q(attempt__in=attempts) | Q(refund__attempt__in=attempts)
        ),
        "claims": MatchingClaim.objects.filter(donation__in=gifts),
        "bookings": LedgerTransaction.objects.filter(donation__in=gifts),
        "entries": LedgerEntry.objects.filter(transaction__donation__in=gifts),
        "pledges": pledges,
        "occurrences": Occurrence.objects.filter(pledge__in=pledges),
        "incidents": Incident.objects.filter(pledge__in=pledges),
        "consents": Consent.objects.filter(pledge__in=pledges),
        "messages": PledgeMail.objects.filter(pledge__in=pledges),
        "updates": UpdateMail.objects.filter(supporter__in=people),
        "statements": YearlyStatement.objects.filter(supporter__in=people),
        "kept": KeptWords.objects.filter(supporter__in=people),
        "notes": SupporterNote.objects.filter(supporter__in=people),
        "footprints": Footprint.objects.filter(attempt__in=attempts),
        "cards": TriedCard.objects.filter(attempt__in=attempts),
        "links": GiftLink.objects.filter(email__in=emails),
        "letters": EntryLetter.objects.filter(email__in=emails),
        "sessions": RoomSession.objects.filter(supporter__in=people),
    }


def _told(row: Model) -> dict[str, Any]:
    """The fields of a row by their names."""
    fields = [field for field in row._meta.concrete_fields if field.name not in SECRET]
    return {field.name: field.value_from_object(row) for field in fields}
