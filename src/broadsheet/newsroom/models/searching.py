"""What the search keeps of public stories, and what it has still to look at; the words are in `fulltext`."""

from __future__ import annotations

import datetime as dt

from django.db import models

_PK_BITS = 30
_SECONDS = range(-(2**33), 2**33)
"""Seconds that have places: the years 1698 to 2242."""


class SearchEntry(models.Model):
    """A public story as the search knows it. Rows are made from stories and can be made anew at any time.

    The key is the story's place in time, so that every list of keys can be had newest first. `marks` are
    what it can be narrowed down by: `p12` its section, `a5` an author, `t9` a topic.
    """

    place = models.BigIntegerField(primary_key=True)
    story = models.BigIntegerField(unique=True)
    language = models.CharField(max_length=20)
    marks = models.TextField()
    version = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.story} ({self.language})"


class SearchMark(models.Model):
    """Something changed that the search has not looked at yet. Written in the change's own transaction.

    Until then a story (`story`) is found by nobody: better missing for a moment than wrong. Other
    objects (`key`, as in `kit.changes`) stand for the stories that show their names.
    """

    story = models.BigIntegerField(null=True, db_index=True)
    key = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key or f"page:{self.story}"


class SearchWord(models.Model):
    """A word of some story, for completing what is half typed and mending what is mistyped."""

    language = models.CharField(max_length=20)
    word = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("language", "word"), name="newsroom_searchword_once"),
        )

    def __str__(self) -> str:
        return self.word


def place_of(moment: dt.datetime, pk: int) -> int:
    """A story's place: by the second of its first publication, then by its id."""
    second = min(max(int(moment.timestamp() // 1), _SECONDS[0]), _SECONDS[-1])
    return (second << _PK_BITS) | (pk & ((1 << _PK_BITS) - 1))


def place_from(moment: dt.datetime) -> int:
    """The first place of an instant."""
    return place_of(moment, 0)


def second_of(place: int) -> int:
    """The second (since 1970, UTC) of a place."""
    return place >> _PK_BITS
