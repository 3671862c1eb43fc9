"""Saying that something public has changed; the press takes it from there."""

from __future__ import annotations

from django.db import models

from broadsheet.kit.models import Change
from broadsheet.kit.public import key_of


def mark(*changed: models.Model | str) -> None:
    """Write a `Change` row for each instance or key, in the caller's transaction.

    Saving or deleting a watched model marks it by itself. Call this after what emits no signal:
    `queryset.update`, raw SQL, or an instant (a campaign's end) that has come.
    """
    keys = (item if isinstance(item, str) else key_of(item) for item in changed)
    Change.objects.bulk_create([Change(key=key) for key in dict.fromkeys(keys)])
