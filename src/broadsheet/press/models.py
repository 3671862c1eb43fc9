"""What the press keeps in the main database: where documents used to be, what could not be rendered or made."""

from __future__ import annotations

import uuid

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


class Register(models.Model):
    """What the machines of a newsroom know of its edition: who presses, and how far was told. One row at most."""

    epoch = models.UUIDField(default=uuid.uuid4)
    """Drawn with the row: numbers of an older register, as a backup has it, mean nothing in this one."""
    term = models.PositiveBigIntegerField(default=1)
    """Grows whenever another edition becomes the one that is pressed; what was begun in an older term is not told."""
    manifest = models.CharField(max_length=100)
    """Which machine's edition is pressed: its node, and what tells it from others."""
    step = models.BigIntegerField(null=True)
    """The step of that edition which was told last; None: it has not taken over yet what was told before."""
    held = models.BigIntegerField(null=True)
    number = models.BigIntegerField(default=0)
    """Grows with whatever is told."""
    purges = models.PositiveBigIntegerField(default=0)
    tables = models.JSONField(default=list)
    """Tables that some document depends on as a whole."""

    def __str__(self) -> str:
        return f"{self.number} by {self.manifest}"


class Registered(models.Model):
    """What readers get of one resource of the edition, as it was last told; without a path: nothing any more."""

    resource = models.TextField(unique=True)
    number = models.BigIntegerField(db_index=True)
    """The register's number with which it became so."""
    path = models.TextField(null=True)
    status = models.IntegerField(default=0)
    content_type = models.TextField(blank=True)
    headers = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True, db_index=True)
    size = models.BigIntegerField(default=0)
    forms = models.JSONField(default=dict)
    """By content coding: digest and size of the compressed form."""

    def __str__(self) -> str:
        return f"{self.resource} at {self.path}"


class Node(models.Model):
    """A machine of this newsroom: how far it has followed, and when it last said so."""

    name = models.CharField(max_length=40, unique=True)
    number = models.BigIntegerField(default=0)
    purges = models.PositiveBigIntegerField(default=0)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.number}"


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
