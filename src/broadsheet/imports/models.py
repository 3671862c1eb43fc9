"""Where something that was brought over came from, so that bringing it again finds it and changes nothing."""

from __future__ import annotations

from django.db import models


class Origin(models.Model):
    """One thing of another system's archive: an item, a category, a tag, an author; and what it became here.

    What it became may have been deleted since: the row stays, and the thing is not brought again.
    """

    source = models.CharField(max_length=255)
    """The archive's site: host and path, without scheme and `www.`."""
    kind = models.CharField(max_length=40)
    ident = models.CharField(max_length=255)
    address = models.CharField(max_length=700, blank=True)
    """Its address there: path and query for what is read, host and path for files."""
    digest = models.CharField(max_length=64, blank=True)
    """A digest of what was brought, to see whether a newer export holds anything new."""
    parent = models.CharField(max_length=255, blank=True)
    about = models.JSONField(default=dict)
    """What is known of a file that may not have been fetched: its address, alternative text, caption, credit."""
    page = models.ForeignKey(
        "wagtailcore.Page", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    author = models.ForeignKey(
        "newsroom.Author", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    topic = models.ForeignKey(
        "newsroom.Topic", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    picture = models.ForeignKey(
        "newsroom.Picture", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    download = models.ForeignKey(
        "newsroom.Download", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    revision = models.BigIntegerField(null=True)
    """The page's latest revision as the import left it; a later one means that somebody worked on it here."""
    state = models.CharField(max_length=20, blank=True)
    """How the import left the page: live, scheduled or draft."""
    lacks_links = models.BooleanField(default=False)
    lacks_pictures = models.BooleanField(default=False)
    brought_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True  # the desk's “used in” is about what readers see

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("source", "kind", "ident"), name="imports_origin_once"),
        )
        indexes = (
            models.Index(fields=("source", "address"), name="imports_origin_address"),
            models.Index(fields=("source", "parent"), name="imports_origin_parent"),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.ident}"
