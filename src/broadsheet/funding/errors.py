"""What can go wrong with money; every message is safe to show and says how to mend it."""

from __future__ import annotations


class FundingError(Exception):
    """Base of the errors of this app."""


class GatewayError(FundingError):
    """A processor did not do what it was asked.

    `permanent`: it refused, and will refuse again. `ambiguous`: nobody knows whether it did it; only a
    look-up can tell. Neither: it was not reached, nothing was done.
    """

    def __init__(self, message: str, *, permanent: bool = False, ambiguous: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.ambiguous = ambiguous


class GatewayInTransaction(FundingError):
    """A processor was about to be called inside a database transaction."""


class BadAmount(FundingError):
    """The amount cannot be taken."""


class NotTaken(FundingError):
    """A gift cannot be taken now: nobody takes payments, or the campaign is not open."""


class BadCampaign(FundingError):
    """A campaign cannot be as it is described."""


class BadFund(FundingError):
    """A sponsor's fund cannot be as it is described."""


class PledgeRefused(FundingError):
    """A pledge cannot be changed as it was asked for."""


class RefundRefused(FundingError):
    """Money cannot be given back as it was asked for."""


class BadMap(FundingError):
    """A file that says which token became which cannot be read at all."""


class BadStatement(FundingError):
    """A bank's statement cannot be read at all."""


class MatchRefused(FundingError):
    """A bank line cannot be explained as it was asked for."""


class CareRefused(FundingError):
    """Something for a supporter cannot be done as it was asked for."""


class PeriodRefused(FundingError):
    """The books cannot be closed as it was asked for."""


class Unbalanced(FundingError):
    """Lines for the ledger do not sum to zero."""


class BadWebhook(FundingError):
    """Bytes that are not an event of the processor they claim to come from."""


class ProofNeeded(FundingError):
    """Whoever wants to begin a gift has to prove first that they are no machine."""


class TooMany(FundingError):
    """So much was begun from one place that nothing more is for a while."""


class NonceSpent(FundingError):
    """A confirm page was used for one gift already and comes again with another."""


class StatementRefused(FundingError):
    """Yearly statements cannot be written as it was asked for."""
