"""How often each public document was read, by hour and by day: sums that say nothing about who read."""

from __future__ import annotations

from django.db import models


class HourlyReading(models.Model):
    """How often a document was read in one hour. `hour` is its first instant in the newsroom's time zone.

    `document` is the name in the edition, which an address may leave without a count being lost. It is
    empty for the sum of those that were too many to be told apart.
    """

    document = models.CharField(max_length=200)
    hour = models.DateTimeField()
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("hour", "document"), name="reading_of_an_hour"),
        )

    def __str__(self) -> str:
        return f"{self.document} {self.hour:%Y-%m-%d %H:%M}: {self.count}"


class DailyReading(models.Model):
    """How often a document was read on one day of the newsroom's time zone."""

    document = models.CharField(max_length=200)
    day = models.DateField(db_index=True)
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("document", "day"), name="reading_of_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.document} {self.day}: {self.count}"


class ReadingIntake(models.Model):
    """The batch of counts of a machine that was taken in last, so that none is taken in twice."""

    node = models.CharField(max_length=40, unique=True, default="", blank=True)
    batch = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.batch
