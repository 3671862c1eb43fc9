"""What follows from news: an event that arrived is processed, a donation that settled gets its receipt."""

from __future__ import annotations

from broadsheet.funding.actions import process_event, send_receipt
from broadsheet.funding.models import InboxEvent, Receipt
from broadsheet.kit.events import subscribe


def register() -> None:
    """Subscribe to the news."""
    subscribe("processor-event.received", on_event_received)
    subscribe("donation.settled", on_donation_settled)
    subscribe("donation.restated", on_donation_settled)


def on_event_received(pk: int) -> None:
    """Process an event at once; should that fail, `tasks.tick` tries it again."""
    process_event(event=InboxEvent.objects.select_related("account").get(pk=pk), by="worker")


def on_donation_settled(reference: str) -> None:
    """Send the receipt at once; should that fail, `tasks.tick` tries it again."""
    for receipt in Receipt.objects.filter(donation__reference=reference):
        send_receipt(receipt=receipt, by="worker")
