"""Hearing who may see a page, that one was put elsewhere, that a story came out (its related ones are fixed then),
and of every change that the search has to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, post_page_move

from broadsheet.kit.changes import follow, mark
from broadsheet.newsroom.actions.stories import choose_related
from broadsheet.newsroom.models import Article, Author, SearchMark, ShareCardFile, Topic
from broadsheet.newsroom.queries.memberships import pages_below

NAMES = tuple(f"{model._meta.label_lower}:" for model in (Author, Topic))


def listen() -> None:
    """Connect the receivers. Pages themselves are watched by the press."""
    follow(on_changed)
    for signal in (post_save, post_delete):
        signal.connect(
            on_restricted,
            sender=PageViewRestriction,
            dispatch_uid=f"newsroom-restricted-{id(signal)}",
            weak=False,
        )
    post_page_move.connect(on_moved, dispatch_uid="newsroom-moved", weak=False)
    post_delete.connect(
        on_card_deleted, sender=ShareCardFile, dispatch_uid="newsroom-card-deleted", weak=False
    )
    page_published.connect(on_published, dispatch_uid="newsroom-published", weak=False)


def on_card_deleted(instance: ShareCardFile, **_: Any) -> None:
    """Its file goes with it, and not before it is gone."""
    storage, name = instance.file.storage, str(instance.file.name)
    transaction.on_commit(lambda: storage.delete(name))


def on_restricted(instance: PageViewRestriction, **_: Any) -> None:
    """A page became private, or public again, and all below it."""
    mark(instance.page, *pages_below(instance.page))


def on_moved(sender: type[Page], instance: Page, **_: Any) -> None:
    """A page was put elsewhere: what stands in menus beside it has another place there, without being saved."""
    mark(*instance.get_siblings(inclusive=False).not_type(Article))


def on_published(sender: type[Page], instance: Page, **_: Any) -> None:
    if isinstance(instance, Article):
        choose_related(story=instance, by="newsroom")


def on_changed(keys: Sequence[str]) -> None:
    """Something public changed: whatever the search keeps of it waits to be looked at."""
    pages = [SearchMark(story=int(key[5:])) for key in keys if key.startswith("page:")]
    names = [SearchMark(key=key) for key in keys if key.startswith(NAMES)]
    SearchMark.objects.bulk_create([*pages, *names])
