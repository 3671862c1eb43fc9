"""What can go wrong with an import as a whole; what goes wrong with one item is in the report."""


class ImportingError(Exception):
    """Base of these errors; every message is safe to show and says how to mend it."""

    exit_status = 2


class Unreadable(ImportingError):
    """The file is no WordPress export, or nothing of it can be read."""


class UnknownLanguage(ImportingError):
    """The newsroom has no edition in this language."""


class NotFetched(ImportingError):
    """A file could not be fetched; the message says why. `is_silent`: its host did not answer at all."""

    def __init__(self, message: str, *, is_silent: bool = False) -> None:
        super().__init__(message)
        self.is_silent = is_silent
