"""Redirects as public documents ask for them."""

from __future__ import annotations

from collections.abc import Mapping

from wagtail.contrib.redirects.models import Redirect

from broadsheet.kit.reads import reader
from broadsheet.newsroom.queries import stories

Led = tuple[str, str, bool]
"""A redirect's old path, its target and whether it is permanent."""


@reader(lambda pk: [f"wagtailredirects.redirect:{pk}"])
def redirect(pk: int) -> Led | None:
    """A redirect's old path, its target and whether it is permanent; None when it leads nowhere now.

    A redirect that leads to a page that is not live leads nowhere.
    """
    row = Redirect.objects.filter(pk=pk).first()
    if row is None:
        return None
    page = row.redirect_page_id
    return led(row, stories.page_addresses([page]) if page else {})


def led(row: Redirect, addresses: Mapping[int, str]) -> Led | None:
    """What a redirect's row says, given the addresses of the pages that are public."""
    page = row.redirect_page_id
    target = addresses.get(page) if page else row.redirect_link or None
    return (row.old_path, target, row.is_permanent) if target else None
