"""Hearing who may see a page, which the press must know, and that a story came out: its related ones are fixed then."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published

from broadsheet.kit.changes import mark
from broadsheet.newsroom.actions.stories import choose_related
from broadsheet.newsroom.models import Article
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
    page_published.connect(on_published, dispatch_uid="newsroom-published", weak=False)


def on_restricted(instance: PageViewRestriction, **_: Any) -> None:
    """A page became private, or public again, and all below it."""
    mark(instance.page, *pages_below(instance.page))


def on_published(sender: type[Page], instance: Page, **_: Any) -> None:
    if isinstance(instance, Article):
        choose_related(story=instance, by="newsroom")
