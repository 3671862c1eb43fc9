"""The cards that were made for other sites to show, as pages ask for them."""

from __future__ import annotations

from collections.abc import Iterable

from broadsheet.kit.reads import foresee, reader
from broadsheet.newsroom.models import ShareCardFile

Found = tuple[str, str]
"""A card's stamp and the name of its file."""


# No key: a page reads all that a stamp depends on, and wishes for the card that it does not find.
@reader(lambda pk: [])
def share_card(pk: int) -> Found | None:
    """The card that was last made for a page; whether it is still true is said by its stamp."""
    return ShareCardFile.objects.filter(page=pk).values_list("stamp", "file").first()


def foresee_share_cards(ids: Iterable[int]) -> None:
    """Load the cards of many pages at once."""
    rows = ShareCardFile.objects.filter(page__in=ids).values_list("page", "stamp", "file")
    found = {pk: (stamp, file) for pk, stamp, file in rows}
    for pk in ids:
        foresee(share_card, (pk,), found.get(pk), ())
