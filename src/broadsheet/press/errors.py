"""What can go wrong in the press; every message is safe to show and says how to mend it."""


class PressError(Exception):
    """Base of the errors of this app."""


class UnrecordedRead(PressError):
    """A document read something that the press could not record; only raised where reads are strict (in tests)."""


class PressBusy(PressError):
    """Another process is pressing and did not finish in time."""


class PressBroken(PressError):
    """A process that rendered for us was ended before it was done."""


class NotAnEdition(PressError):
    """A directory holds no edition, or one that this version cannot read."""


class PathTaken(PressError):
    """Two documents claim one address."""

    def __init__(self, path: str, holder: str, claimant: str) -> None:
        super().__init__(
            f"{claimant} and {holder} both claim the address {path}. Give one of them another address."
        )
        self.path, self.holder, self.claimant = path, holder, claimant


class DamagedBlob(PressError):
    """A file of the edition is missing or not what it was; pressing everything anew mends it."""


class UnwritableEdition(PressError):
    """The manifest cannot be written; readers keep the edition they have."""


class NoSuchStep(PressError):
    """A former edition that is not kept."""


class StillPublic(PressError):
    """A document that readers still get cannot be purged."""


class Held(PressError):
    """Readers are kept at a former edition."""


class NotAnExport(PressError):
    """A directory that is not this edition's export; nothing is written into it."""


class ExportBusy(PressError):
    """Another process writes this export."""


class Unexportable(PressError):
    """A document that a tree of files cannot hold beside the others."""


class ReloadFailed(PressError):
    """The command that tells a server of new configuration failed."""


class NotTold(PressError):
    """The content delivery network did not take what it was told."""


class PressElsewhere(PressError):
    """Another machine of this newsroom presses."""


class OfficeLost(PressError):
    """Another machine has begun to press while this one did; what it made is told by nobody."""
