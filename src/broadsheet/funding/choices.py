"""The states and kinds that rows of this app can have; what moves them is in rules and actions."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Choice(StrEnum):
    """A text with a label for people. No Django here: rules decide by these too."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        """The member `value`, shown as `label`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def pairs(cls) -> list[tuple[str, str]]:
        """Values with their labels, as a model's field wants them."""
        return [(member.value, member.label) for member in cls]


class Asked(Choice):
    """How somebody asked to be erased."""

    ROOM = "room", "In their room"
    LETTER = "letter", "By letter"
    AGAIN = "again", "Again, after a restore"


class AccountState(Choice):
    """A draining account finishes what was begun and takes nothing new."""

    ACTIVE = "active", "Active"
    DRAINING = "draining", "Draining"
    CLOSED = "closed", "Closed"


class ProcessorKind(Choice):
    SANDBOX = "sandbox", "Sandbox"
    STRIPE = "stripe", "Stripe"
    OFFLINE = "offline", "By hand and bank"


class Method(Choice):
    """How money comes that no processor takes for us."""

    NONE = "", "Through a processor"
    TRANSFER = "transfer", "Bank transfer"
    CHEQUE = "cheque", "Cheque"
    CASH = "cash", "Cash"


class Cadence(Choice):
    """How often somebody gives."""

    ONCE = "", "Once"
    MONTHLY = "monthly", "Every month"
    YEARLY = "yearly", "Every year"


class PledgeOwner(Choice):
    """Who decides when a pledge is charged: we, or the processor it came from. Never both."""

    APP = "app", "This newsroom"
    PROCESSOR = "processor", "The processor"


class PledgeState(Choice):
    PENDING = "pending", "Waits for its first gift"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    PAST_DUE = "past_due", "A gift could not be taken"
    LAPSED = "lapsed", "Lapsed"
    CANCELED = "canceled", "Cancelled"


class OccurrenceState(Choice):
    TAKING = "taking", "Being taken"
    PAID = "paid", "Paid"
    SKIPPED = "skipped", "Skipped"
    MISSED = "missed", "Let go"


class Decline(Choice):
    """Why a charge was refused, as far as it tells what to do."""

    NONE = "", "Not refused"
    AUTHENTICATION = "authentication", "The bank asks the supporter to confirm"
    FUNDS = "funds", "Not enough money for now"
    CARD = "card", "The card is of no use any more"
    FINAL = "final", "Refused for good"
    OTHER = "other", "Refused without a reason"


class PledgeNews(Choice):
    """What a supporter is told about a pledge by e-mail."""

    BEGUN = "begun", "It has begun"
    UPCOMING = "upcoming", "A gift is taken soon"
    LATE = "late", "A gift was taken late"
    DECLINED = "declined", "A gift could not be taken"
    LINK = "link", "A gift waits for the supporter"
    REMINDER = "reminder", "A gift still waits"
    EXPIRING = "expiring", "The card ends"
    CHANGED = "changed", "It was changed"
    LAPSED = "lapsed", "It lapsed"
    CANCELED = "canceled", "It was cancelled"


class Phase(Choice):
    """Where a campaign is in time."""

    UPCOMING = "upcoming", "Upcoming"
    OPEN = "open", "Open"
    ENDED = "ended", "Ended"


class Dedication(Choice):
    """For whose sake somebody gives."""

    NONE = "", "Nobody’s"
    HONOUR = "honour", "In honour of"
    MEMORY = "memory", "In memory of"


class DonationState(Choice):
    PENDING = "pending", "Pending"
    SETTLED = "settled", "Settled"
    LAPSED = "lapsed", "Not completed"


class AttemptState(Choice):
    CREATED = "created", "Created"
    SUBMITTED = "submitted", "At the processor"
    REQUIRES_ACTION = "requires_action", "Waits for the supporter"
    PROCESSING = "processing", "On its way"
    UNKNOWN = "unknown", "Unknown"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


class RefundSource(Choice):
    """Who made a refund: our staff, the processor's dashboard, or we ourselves for a gift paid twice."""

    STAFF = "staff", "Our staff"
    PROCESSOR = "processor", "The processor"
    SYSTEM = "system", "The system"


class RefundState(Choice):
    PROPOSED = "proposed", "Waits for a second person"
    APPROVED = "approved", "To be made"
    SUBMITTED = "submitted", "At the processor"
    UNKNOWN = "unknown", "Unknown"
    PENDING = "pending", "On its way"
    SUCCEEDED = "succeeded", "Given back"
    FAILED = "failed", "Failed"
    DECLINED = "declined", "Declined"


class DisputeState(Choice):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    WITHDRAWN = "withdrawn", "Withdrawn"


class EventState(Choice):
    RECEIVED = "received", "Received"
    PROCESSING = "processing", "In work"
    DONE = "done", "Done"
    FAILED = "failed", "Failed, tried again"
    DEAD = "dead", "Failed for good"


WAITING = (EventState.RECEIVED, EventState.FAILED, EventState.PROCESSING)
"""States of an event about which something is to be done."""


class Verdict(Choice):
    """What an event turned out to be."""

    NONE = "", "Not looked at"
    BOOKED = "booked", "Booked"
    NOTED = "noted", "Noted"
    UNCHANGED = "unchanged", "Nothing new"
    FOREIGN = "foreign", "Of something that is not ours"
    UNHANDLED = "unhandled", "Of a kind we do not use"
    WRONG_MODE = "wrong_mode", "Of the other mode (test or live)"
    LYING = "lying", "Says other than the processor"


class LedgerAccount(Choice):
    """Debits are positive: what the processor owes us and fees; credits negative: gifts, cover, what we owe."""

    PROCESSOR = "processor", "Balance at the processor"
    FEES = "fees", "Processing fees"
    GIFTS = "gifts", "Gifts"
    COVER = "cover", "Fees covered by supporters"
    TO_RETURN = "to_return", "Money to give back"
    REFUNDS = "refunds", "Gifts given back"
    DISPUTES = "disputes", "Gifts taken back in disputes"
    PAYOUTS = "payouts", "Paid out, on its way to the bank"
    BANK = "bank", "At the bank"
    LOSSES = "losses", "Taken beyond what was paid"
    MATCHED = "matched", "Added to gifts by sponsors"
    MATCH_DUE = "match_due", "Owed by sponsors of matching gifts"
    EXCHANGE = "exchange", "Exchanged by the processor into another currency"


class Alarm(Choice):
    """Why every gift has to be proven."""

    DECLINES = "declines", "Unusually many cards are declined"
    CARD = "card", "One card is tried under many addresses"
    STAFF = "staff", "Raised by hand"


class ReceiptState(Choice):
    PENDING = "pending", "To be sent"
    BY_HAND = "by_hand", "To be given by hand: no e-mail address"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed, tried again"


class MailState(Choice):
    """Where an update to one supporter is; dropped where they want no more of them."""

    PENDING = "pending", "To be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed, tried again"
    DROPPED = "dropped", "Not wanted any more"


TO_SEND = (MailState.PENDING, MailState.FAILED, MailState.SENDING)
"""The states from which something is sent; those of a receipt have the same names."""


class Moved(Choice):
    """What became of a row of a map of tokens."""

    MOVED = "moved", "moved"
    SKIPPED = "skipped", "skipped"
    FAILED = "failed", "failed"


class BroughtAs(Choice):
    """What became of a row of another system's supporters."""

    CREATED = "created", "created"
    MERGED = "merged", "merged"
    SKIPPED = "skipped", "skipped"
    FAILED = "failed", "failed"


class RowVerdict(Choice):
    """What a row of a bank's statement turned out to be."""

    NEW = "new", "new"
    KNOWN = "known", "known already"
    ALTERED = "altered", "other than before"
    DUPLICATE = "duplicate", "twice in this file"
    EMPTY = "empty", "empty"
    BAD = "bad", "not understood"


class StatementForm(Choice):
    """The law that the words of a yearly statement follow."""

    GENERAL = "general", "General: no tax receipt"
    US = "us", "United States: 501(c)(3) acknowledgement"
    DE = "de", "Germany: Sammelbestätigung"
    FR = "fr", "France: reçu fiscal"
    GB = "gb", "United Kingdom: Gift Aid"
