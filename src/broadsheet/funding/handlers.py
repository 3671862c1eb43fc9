"""What follows from news: an event that arrived is processed, a donation that settled gets its receipt."""

from __future__ import annotations

from broadsheet.funding.actions import (
    expire_attempt,
    process_events,
    send_entry,
    send_link,
    send_receipt,
)
from broadsheet.funding.choices import EventState
from broadsheet.funding.models import Attempt, EntryLetter, GiftLink, InboxEvent, Receipt
from broadsheet.kit.events import subscribe


def register() -> None:
    """Subscribe to the news."""
    subscribe("processor-event.received", on_event_received)
    subscribe("donation.settled", on_donation_settled)
    subscribe("donation.restated", on_donation_settled)
    subscribe("attempt.stopped", on_attempt_stopped)
    subscribe("gift-link.asked", on_link_asked)
    subscribe("entry-letter.asked", on_entry_asked)


def on_event_received(pk: int) -> None:
    """Process an event at once, with what waits besides; should that fail, `tasks.tick` tries it again."""
    if InboxEvent.objects.filter(pk=pk, state=EventState.RECEIVED).exists():
        process_events(by="worker")


def on_donation_settled(reference: str) -> None:
    """Send the receipt at once; should that fail, `tasks.tick` tries it again."""
    for receipt in Receipt.objects.filter(donation__reference=reference):
        send_receipt(receipt=receipt, by="worker")


def on_attempt_stopped(pk: int) -> None:
    """Close the checkout at once; should that fail, `tasks.tick` tries it again."""
    expire_attempt(attempt=Attempt.objects.select_related("account").get(pk=pk), by="worker")


def on_link_asked(pk: int) -> None:
    """Send the link at once; should that fail, `tasks.tick` tries it again."""
    for link in GiftLink.objects.filter(pk=pk):
        send_link(link=link)


def on_entry_asked(pk: int) -> None:
    """Send the code at once; should that fail, `tasks.tick` tries it again."""
    for letter in EntryLetter.objects.filter(pk=pk):
        send_entry(letter=letter)
