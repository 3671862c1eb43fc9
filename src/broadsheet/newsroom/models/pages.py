"""Front pages, sections and static pages: the tree that stories hang in, one tree per language."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from broadsheet.kit.slots import slot
from broadsheet.newsroom.blocks import FrontBody, StoryBody
from broadsheet.newsroom.rules import is_reserved


class PublicPage(Page):
    """What all our pages share: they are pressed, never served by Django; a preview is the same document."""

    class Meta:
        abstract = True

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        return HttpResponse(slot("page.preview", page=self))

    def _check_top_level_slug(self) -> None:
        languages = frozenset(code for code, _name in settings.LANGUAGES)
        if self.depth == 3 and is_reserved(self.slug, languages):
            raise ValidationError(
                {"slug": _("This address is needed by the site itself; please choose another.")}
            )


class FrontPage(PublicPage):
    """The front page of one language's edition, and how that edition calls itself."""

    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    statement = models.TextField(
        _("funding statement"),
        blank=True,
        help_text=_("Shown on every page, for example: Reader-funded, open to all."),
    )
    contact_email = models.EmailField(_("public e-mail address"), blank=True)
    body = StreamField(FrontBody(required=False), blank=True, verbose_name=_("arrangement"))

    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["newsroom.SectionPage", "newsroom.StaticPage"]
    content_panels: ClassVar[list[object]] = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("tagline"), FieldPanel("statement"), FieldPanel("contact_email")],
            heading=_("Name plate"),
        ),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("front page")


class SectionPage(PublicPage):
    """A section of the paper. Its stories are its children; moving one changes its section, not its address."""

    introduction = models.TextField(_("introduction"), blank=True)

    parent_page_types: ClassVar[list[str]] = ["newsroom.FrontPage", "newsroom.SectionPage"]
    subpage_types: ClassVar[list[str]] = ["newsroom.Article", "newsroom.SectionPage"]
    content_panels: ClassVar[list[object]] = [*Page.content_panels, FieldPanel("introduction")]

    class Meta:
        verbose_name = _("section")

    def clean(self) -> None:
        super().clean()
        self._check_top_level_slug()


class StaticPage(PublicPage):
    """A page that is no news: about us, policies, contact."""

    body = StreamField(StoryBody(required=False), blank=True, verbose_name=_("text"))
    original_html = models.TextField(blank=True, editable=False)

    parent_page_types: ClassVar[list[str]] = ["newsroom.FrontPage", "newsroom.StaticPage"]
    subpage_types: ClassVar[list[str]] = ["newsroom.StaticPage"]
    content_panels: ClassVar[list[object]] = [*Page.content_panels, FieldPanel("body")]

    class Meta:
        verbose_name = _("static page")

    def clean(self) -> None:
        super().clean()
        self._check_top_level_slug()
