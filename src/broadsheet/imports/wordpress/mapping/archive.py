"""What the mapping of a text asks about the rest of the archive; `queries` answers from the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the archive: its id here (None while it was not fetched), its old address, what it shows."""

    pk: int | None
    url: str
    alt: str = ""
    caption: str = ""


class Archive(Protocol):
    """What has been brought over so far."""

    def link(self, url: str) -> str | None:
        """The attributes of a link to what an old address of the archive became here; None if nothing did (yet)."""

    def picture(self, ident: str, url: str) -> Shown | None:
        """The picture with an attachment's id or else an old address; None for one the archive does not know."""

    def pictures_of(self, ident: str) -> list[Shown]:
        """The pictures that were uploaded to an item, in the order of their names."""

    def reusable(self, ident: str) -> str:
        """The content of a reusable block (a synced pattern), empty when unknown."""
