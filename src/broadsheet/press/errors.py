"""What can go wrong in the press; every message is safe to show and says how to mend it."""


class PressError(Exception):
    """Base of the errors of this app."""


class UnrecordedRead(PressError):
    """A document read something that the press could not record; only raised where reads are strict (in tests)."""


class PressBusy(PressError):
    """Another process is pressing and did not finish in time."""
