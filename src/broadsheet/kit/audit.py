"""The audit trail: one line for each thing an action changed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from broadsheet.kit.models import AuditEntry

Actor = AbstractBaseUser | str
"""Who acts: a signed-in user, or the name of a part of the system such as `worker` or `import`."""


def record(action: str, subject: models.Model | str, *, by: Actor, **detail: Any) -> AuditEntry:
    """Write that `by` did `action` to `subject`, in the caller's transaction.

    `detail` must be JSON and hold opaque keys, never a person's name, address or e-mail.
    """
    user = by if isinstance(by, AbstractBaseUser) and by.pk else None
    name = by if isinstance(by, str) else f"user:{by.pk}"
    label = subject if isinstance(subject, str) else f"{subject._meta.label_lower}:{subject.pk}"
    return AuditEntry.objects.create(
        by_id=user.pk if user else None, actor=name, action=action, subject=label, detail=detail
    )


def trail_of(subject: models.Model, *, most: int = 100) -> list[AuditEntry]:
    """What was done to something, the latest first, at most so many lines."""
    label = f"{subject._meta.label_lower}:{subject.pk}"
    return list(AuditEntry.objects.filter(subject=label).order_by("-pk")[:most])
