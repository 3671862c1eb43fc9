"""Authors and topics: what stories are signed by and what they are about, one row per language."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.admin.widgets import SlugInput
from wagtail.models import TranslatableMixin
from wagtail.search import index


class Author(TranslatableMixin, index.Indexed, models.Model):
    """Who writes. A guest author has no account; an account is never needed to have a byline."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"), max_length=120, allow_unicode=True)
    role = models.CharField(
        _("role or beat"), max_length=120, blank=True, help_text=_("For example: City reporter.")
    )
    biography = models.TextField(_("biography"), blank=True)
    portrait = models.ForeignKey(
        "newsroom.Picture", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    email = models.EmailField(_("public e-mail address"), blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="bylines",
    )

    panels: ClassVar[list[object]] = [
        TitleFieldPanel("name", targets=["slug"]),
        FieldPanel("slug", widget=SlugInput),
        FieldPanel("role"),
        FieldPanel("biography"),
        FieldPanel("portrait"),
        MultiFieldPanel(
            [FieldPanel("email"), FieldPanel("account")], heading=_("Contact and account")
        ),
    ]
    search_fields: ClassVar[list[object]] = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("locale"),
    ]

    class Meta(TranslatableMixin.Meta):
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("locale", "slug"), name="newsroom_author_slug_once"),
        )

    def __str__(self) -> str:
        return self.name


class Topic(TranslatableMixin, index.Indexed, models.Model):
    """What a story is about, across sections."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"), max_length=120, allow_unicode=True)
    description = models.TextField(_("description"), blank=True)

    panels: ClassVar[list[object]] = [
        TitleFieldPanel("name", targets=["slug"]),
        FieldPanel("slug", widget=SlugInput),
        FieldPanel("description"),
    ]
    search_fields: ClassVar[list[object]] = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("locale"),
    ]

    class Meta(TranslatableMixin.Meta):
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("locale", "slug"), name="newsroom_topic_slug_once"),
        )

    def __str__(self) -> str:
        return self.name
