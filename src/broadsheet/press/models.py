"""What the press keeps in the main database: where documents used to be, what could not be rendered or made."""

from __future__ import annotations

from django.db import models


class Forwarding(models.Model):
    """An address where a document was once found. It leads to wherever that document is now."""

    path = models.CharField(max_length=700, unique=True)
    resource = models.CharField(max_length=200, db_index=True)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.path} → {self.resource}"


class NetworkNews(models.Model):
    """Up to which step of the edition the content delivery network was told what changed. One row."""

    told = models.BigIntegerField()
    error = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    tried = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.told} {self.error}".strip()


class Failure(models.Model):
    """A document that could not be rendered: readers keep its last good version, the press tries again."""

    resource = models.CharField(max_length=200, unique=True)
    error = models.TextField()
    since = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.resource}: {self.error}"


class Unmade(models.Model):
    """Something that documents wish for and that could not be made: they do without, it is tried again."""

    wish = models.CharField(max_length=200, unique=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    again_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.wish}: {self.error}"
