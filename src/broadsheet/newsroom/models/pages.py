"""Front pages, sections and static pages: the tree that stories hang in, one tree per language."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    CommentPanel,
    FieldPanel,
    MultiFieldPanel,
    PublishingPanel,
    TitleFieldPanel,
)
from wagtail.fields import StreamField
from wagtail.models import Page, PagePermissionTester

from broadsheet.kit.slots import slot
from broadsheet.newsroom.blocks import FrontBody, StoryBody
from broadsheet.newsroom.models.writing import ShortSlug, WholeLine
from broadsheet.newsroom.rules import is_reserved

TITLE = TitleFieldPanel("title", widget=WholeLine)
SLUG = FieldPanel(
    "slug",
    widget=ShortSlug("title", 200),
    help_text=_(
        "The last part of the address. Readers who have the old address are led to the new one."
    ),
)
SUMMARY = FieldPanel(
    "search_description",
    heading=_("Summary for search engines"),
    help_text=_("Left empty, the first sentences are used."),
)
"""The desk asks only for what readers or machines get to see."""


class PublicPageRights(PagePermissionTester):
    """What somebody may do to any of our pages: nothing is made private, what was (an import) may be made public."""

    def can_set_view_restrictions(self) -> bool:
        return super().can_set_view_restrictions() and self.page.view_restrictions.exists()


class PublicPage(Page):
    """What all our pages share: they are pressed, never served by Django; a preview is the same document.

    The desk does not offer to make them private: readers have no account that could let them in.
    """

    private_page_options: ClassVar[list[str]] = []

    promote_panels: ClassVar[list[object]] = [SLUG]
    settings_panels: ClassVar[list[object]] = [
        PublishingPanel(
            help_text=format_lazy(
                "{} {}.", _("In the newsroom’s time:"), settings.TIME_ZONE.replace("_", " ")
            )
        ),
        CommentPanel(),
    ]

    class Meta:
        abstract = True

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        return HttpResponse(slot("page.preview", page=self))

    def permissions_for_user(self, user: Any) -> PublicPageRights:
        return PublicPageRights(user, self)

    def _check_slug(self) -> None:
        languages = frozenset(code for code, _name in settings.LANGUAGES)
        # A number below a section is where the section's archive lies.
        is_year = isinstance(self, SectionPage) and self.slug.isdigit()
        if is_year or (self.depth == 3 and is_reserved(self.slug, languages)):
            raise ValidationError(
                {"slug": _("This address is needed by the site itself; please choose another.")}
            )


class FrontPageRights(PublicPageRights):
    """What somebody may do to a front page: all stories of its language hang below, so only an
    administrator takes it away, and nobody makes a second one."""

    def can_copy(self) -> bool:
        return False

    def can_copy_to(self, destination: Page, recursive: bool = False) -> bool:  # noqa: FBT001, FBT002
        return False

    def can_delete(self, *, ignore_bulk: bool = False) -> bool:
        return self.user.is_superuser and super().can_delete(ignore_bulk=ignore_bulk)

    def can_unpublish(self) -> bool:
        return self.user.is_superuser and super().can_unpublish()

    def can_move(self) -> bool:
        return self.user.is_superuser and super().can_move()


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

    is_creatable: ClassVar[bool] = False  # each language has its one, made with the newsroom
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["newsroom.SectionPage", "newsroom.StaticPage"]
    content_panels: ClassVar[list[object]] = [
        TITLE,
        MultiFieldPanel(
            [FieldPanel("tagline"), FieldPanel("statement"), FieldPanel("contact_email")],
            heading=_("Name plate"),
        ),
        FieldPanel("body"),
    ]
    promote_panels: ClassVar[list[object]] = []

    class Meta:
        verbose_name = _("front page")

    def clean(self) -> None:
        super().clean()
        if FrontPage.objects.filter(locale=self.locale_id).exclude(pk=self.pk).exists():
            raise ValidationError(_("This language has its front page already."))

    def permissions_for_user(self, user: Any) -> FrontPageRights:
        return FrontPageRights(user, self)


class SectionPage(PublicPage):
    """A section of the paper. Its stories are its children; moving one changes its section, not its address."""

    introduction = models.TextField(_("introduction"), blank=True)

    parent_page_types: ClassVar[list[str]] = ["newsroom.FrontPage", "newsroom.SectionPage"]
    subpage_types: ClassVar[list[str]] = ["newsroom.Article", "newsroom.SectionPage"]
    content_panels: ClassVar[list[object]] = [TITLE, FieldPanel("introduction")]

    class Meta:
        verbose_name = _("section")

    def clean(self) -> None:
        super().clean()
        self._check_slug()


class StaticPage(PublicPage):
    """A page that is no news: about us, policies, contact."""

    body = StreamField(StoryBody(required=False), blank=True, verbose_name=_("text"))
    original_html = models.TextField(blank=True, editable=False)

    parent_page_types: ClassVar[list[str]] = ["newsroom.FrontPage", "newsroom.StaticPage"]
    subpage_types: ClassVar[list[str]] = ["newsroom.StaticPage"]
    content_panels: ClassVar[list[object]] = [TITLE, FieldPanel("body")]
    promote_panels: ClassVar[list[object]] = [
        SLUG,
        SUMMARY,
        FieldPanel("show_in_menus", heading=_("List it at the foot of every page")),
    ]

    class Meta:
        verbose_name = _("static page")

    def clean(self) -> None:
        super().clean()
        self._check_slug()
