"""The kit's own rows: public changes that wait for the press, and the audit trail."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Change(models.Model):
    """Something public changed and the press has not seen it yet. Written in the change's own transaction."""

    key = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key


class AuditEntry(models.Model):
    """Who did what to what, when. Written by actions in their own transaction, never changed."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor = models.CharField(max_length=100)
    action = models.CharField(max_length=100)
    subject = models.CharField(max_length=200, db_index=True)
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
