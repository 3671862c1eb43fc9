"""Hearing that something public was saved or deleted; a `Change` row is all that happens here."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page

from broadsheet.kit.changes import mark
from broadsheet.kit.public import watched
from broadsheet.press.queries import tables_read

DRAFT_FIELDS = frozenset(
    {
        "latest_revision",
        "draft_title",
        "has_unpublished_changes",
        "latest_revision_created_at",
        "locked",
    }
)


def listen() -> None:
    """Connect the receivers. Both signals are sent inside the transaction of `Page.save` and of a deletion."""
    post_save.connect(on_saved, dispatch_uid="press-saved", weak=False)
    post_delete.connect(on_deleted, dispatch_uid="press-deleted", weak=False)


def on_saved(
    sender: type[models.Model],
    instance: models.Model,
    update_fields: frozenset[str] | None = None,
    *,
    created: bool = False,
    **_: Any,
) -> None:
    if update_fields is not None and update_fields <= DRAFT_FIELDS:
        return
    if created and isinstance(instance, Page) and not instance.live:
        return  # a draft that nobody has read yet: the press would look at it while its author publishes
    _on_changed(sender, instance)


def on_deleted(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    _on_changed(sender, instance)


def _on_changed(sender: type[models.Model], instance: models.Model) -> None:
    if sender in watched() or issubclass(sender, Page):
        mark(instance)
    elif sender._meta.db_table in tables_read():
        mark(f"table:{sender._meta.db_table}")
