"""Authors, topics and series: by whom, about what and in which row stories are, one row per language."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.models import TranslatableMixin
from wagtail.search import index

from broadsheet.newsroom.models.writing import ShortSlug, WholeLine


class Register(TranslatableMixin, index.Indexed, models.Model):
    """A name with an address of its own, one row per language."""

    name = models.CharField(_("name"), max_length=255)
    slug = models.SlugField(_("slug"), max_length=120, allow_unicode=True)

    name_panels: ClassVar[list[object]] = [
        TitleFieldPanel("name", placeholder=_("Name"), targets=["slug"], widget=WholeLine),
        FieldPanel("slug", widget=ShortSlug("name", 110)),
    ]
    search_fields: ClassVar[list[object]] = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("locale"),
    ]

    class Meta(TranslatableMixin.Meta):
        abstract = True
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("locale", "slug"), name="%(app_label)s_%(class)s_slug_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Author(Register):
    """Who writes. A guest author has no account; an account is never needed to have a byline."""

    role = models.CharField(
        _("role or beat"), max_length=255, blank=True, help_text=_("For example: City reporter.")
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
        *Register.name_panels,
        FieldPanel("role", widget=WholeLine),
        FieldPanel("biography"),
        FieldPanel("portrait"),
        MultiFieldPanel(
            [FieldPanel("email"), FieldPanel("account")], heading=_("Contact and account")
        ),
    ]


class Topic(Register):
    """What a story is about, across sections."""

    description = models.TextField(_("description"), blank=True)

    panels: ClassVar[list[object]] = [*Register.name_panels, FieldPanel("description")]


class Series(Register):
    """Stories that belong together and are read in their order."""

    description = models.TextField(_("description"), blank=True)

    panels: ClassVar[list[object]] = [*Register.name_panels, FieldPanel("description")]

    class Meta(Register.Meta):
        verbose_name_plural = _("series")
