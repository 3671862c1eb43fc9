"""What can go wrong with accounts; every message is safe to show."""


class ReadersError(Exception):
    """Base of the errors of this app."""


class AccountExists(ReadersError):
    """There is an account with this address already."""


class UnknownRole(ReadersError):
    """The role is none of those we have."""


class NoSuchAccount(ReadersError):
    """There is no account with this address."""


class TooManyCodes(ReadersError):
    """Somebody was wrong too often."""
