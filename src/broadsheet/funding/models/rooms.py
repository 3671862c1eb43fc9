"""How supporters come into their own room: letters with a code and a link, and who is in it."""

from __future__ import annotations

from django.db import models

from broadsheet.funding.choices import MailState
from broadsheet.funding.models.donations import Supporter


class EntryLetter(models.Model):
    """A letter with a code and a link, asked for by whoever typed an address; `guesses` counts codes that were tried.

    Neither code nor link is in the row: both follow from its key and the newsroom's secret.
    """

    key = models.CharField(max_length=40, unique=True)
    email = models.EmailField()
    language = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    guesses = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=10, choices=MailState.pairs(), default=MailState.PENDING.value
    )
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)


class RoomSession(models.Model):
    """That a browser is in a supporter's room; `mark` stands for what it keeps. Deleted, it is out."""

    mark = models.CharField(max_length=64, unique=True)
    supporter = models.ForeignKey(Supporter, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
