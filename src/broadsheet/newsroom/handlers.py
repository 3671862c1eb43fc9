"""Hearing what changes who may see a page; pages themselves are watched by the press."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.models import PageViewRestriction

from broadsheet.kit.changes import mark
from broadsheet.newsroom.queries.memberships import pages_below


def listen() -> None:
    """Connect the receivers."""
    for signal in (post_save, post_delete):
        signal.connect(
            on_restricted,
            sender=PageViewRestriction,
            dispatch_uid=f"newsroom-restricted-{id(signal)}",
            weak=False,
        )


def on_restricted(instance: PageViewRestriction, **_: Any) -> None:
    """A page became private, or public again, and all below it."""
    mark(instance.page, *pages_below(instance.page))
