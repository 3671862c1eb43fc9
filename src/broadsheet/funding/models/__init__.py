"""What funding keeps: supporters, donations, campaigns, processors' events, the ledger, receipts, bank lines."""

from broadsheet.funding.models.accounts import InboxEvent, ProcessorAccount, ProcessorObject
from broadsheet.funding.models.banking import BankLine, BankMatch, BankStatement
from broadsheet.funding.models.books import (
    LedgerEntry,
    LedgerHead,
    LedgerPeriod,
    LedgerTransaction,
    Payout,
)
from broadsheet.funding.models.campaigns import Campaign, CampaignText, CampaignTotal
from broadsheet.funding.models.donations import (
    Attempt,
    Donation,
    Supporter,
    SupporterMerge,
    SupporterNote,
)
from broadsheet.funding.models.erasing import KeptWords
from broadsheet.funding.models.guarding import (
    Breaker,
    Footprint,
    GiftLink,
    Pace,
    SpentProof,
    TriedCard,
)
from broadsheet.funding.models.methods import PaymentMethod
from broadsheet.funding.models.pledges import (
    Consent,
    Incident,
    Occurrence,
    Pledge,
    PledgeMail,
)
from broadsheet.funding.models.receipts import Receipt, ReceiptSeries
from broadsheet.funding.models.returns import Dispute, Refund
from broadsheet.funding.models.rooms import EntryLetter, RoomSession
from broadsheet.funding.models.sponsors import MatchingClaim, MatchingFund
from broadsheet.funding.models.statements import YearlyStatement
from broadsheet.funding.models.updates import CampaignUpdate, UpdateMail

__all__ = [
    "Attempt",
    "BankLine",
    "BankMatch",
    "BankStatement",
    "Breaker",
    "Campaign",
    "CampaignText",
    "CampaignTotal",
    "CampaignUpdate",
    "Consent",
    "Dispute",
    "Donation",
    "EntryLetter",
    "Footprint",
    "GiftLink",
    "InboxEvent",
    "Incident",
    "KeptWords",
    "LedgerEntry",
    "LedgerHead",
    "LedgerPeriod",
    "LedgerTransaction",
    "MatchingClaim",
    "MatchingFund",
    "Occurrence",
    "Pace",
    "PaymentMethod",
    "Payout",
    "Pledge",
    "PledgeMail",
    "ProcessorAccount",
    "ProcessorObject",
    "Receipt",
    "ReceiptSeries",
    "Refund",
    "RoomSession",
    "SpentProof",
    "Supporter",
    "SupporterMerge",
    "SupporterNote",
    "TriedCard",
    "UpdateMail",
    "YearlyStatement",
]
