"""A story, who signs it and which stories it leads on to."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, TitleFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from broadsheet.kit import clock
from broadsheet.kit.public import language_prefix
from broadsheet.newsroom.blocks import StoryBody
from broadsheet.newsroom.choices import StoryKind
from broadsheet.newsroom.models.pages import SLUG, SUMMARY, PublicPage
from broadsheet.newsroom.models.writing import StoryForm, WholeLine
from broadsheet.newsroom.rules import story_address, title_of


class TopicsPanel(FieldPanel):
    """Offers the topics of the story's own language, and those of another one that it has already."""

    class BoundPanel(FieldPanel.BoundPanel):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            if self.form is None:
                return  # two versions are compared: nothing is offered
            topics = self.form.fields["topics"]
            theirs = models.Q(locale=self.instance.locale_id)
            topics.queryset = topics.queryset.filter(
                theirs | models.Q(pk__in=self.bound_field.value() or [])
            )


class Article(PublicPage):
    """A story. Its headline is the page's title, and may be longer; its address is fixed by the month of its first
    publication."""

    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=StoryKind.choices,
        default=StoryKind.NEWS,
        help_text=_("Opinion and analysis are labelled as such; a feature gets a wide picture."),
    )
    standfirst = models.TextField(_("standfirst"), blank=True, help_text=_("One or two sentences."))
    body = StreamField(StoryBody(required=False), blank=True, verbose_name=_("text"))
    dateline = models.CharField(
        _("dateline"), max_length=80, blank=True, help_text=_("Where it was reported from.")
    )
    picture = models.ForeignKey(
        "newsroom.Picture", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    picture_alt = models.CharField(_("alternative text"), max_length=255, blank=True)
    picture_caption = models.TextField(_("caption"), blank=True)
    topics = ParentalManyToManyField("newsroom.Topic", blank=True, related_name="articles")
    series = models.ForeignKey(
        "newsroom.Series",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="articles",
        verbose_name=_("series"),
    )
    address = models.CharField(max_length=400, null=True, unique=True, editable=False)
    original_html = models.TextField(blank=True, editable=False)
    whole_headline = models.TextField(blank=True, editable=False)

    base_form_class = StoryForm
    parent_page_types: ClassVar[list[str]] = ["newsroom.SectionPage"]
    subpage_types: ClassVar[list[str]] = []
    exclude_fields_in_copy: ClassVar[list[str]] = ["address"]
    content_panels: ClassVar[list[object]] = [
        TitleFieldPanel(
            "title",
            heading=_("Headline"),
            placeholder=_("Headline"),
            help_text=_("What happened."),
        ),
        FieldPanel("standfirst"),
        FieldPanel("kind"),
        InlinePanel("bylines", label=_("Byline"), heading=_("Bylines")),
        MultiFieldPanel(
            [
                FieldPanel("picture"),
                FieldPanel("picture_alt", widget=WholeLine),
                FieldPanel("picture_caption"),
            ],
            heading=_("Lead picture"),
        ),
        FieldPanel("dateline", widget=WholeLine),
        FieldPanel("body"),
        TopicsPanel("topics", widget=CheckboxSelectMultiple),
        FieldPanel("series"),
        InlinePanel(
            "related",
            label=_("Related story"),
            heading=_("Related stories"),
            help_text=_("Left empty, they are chosen by topic when the story is published."),
            max_num=4,
        ),
    ]
    promote_panels: ClassVar[list[object]] = [SLUG, SUMMARY]
    search_fields: ClassVar[list[object]] = [
        *Page.search_fields,
        index.SearchField("standfirst"),
        index.SearchField("body"),
        index.FilterField("kind"),
    ]

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")

    @property
    def headline(self) -> str:
        """The headline as a whole; the title is its beginning where a title cannot hold it."""
        whole = self.whole_headline
        # Whoever sets the title alone (a copy's new title) has written another headline.
        return str(whole if title_of(whole) == self.title else self.title)

    @headline.setter
    def headline(self, words: str) -> None:
        self.title = title_of(words)
        self.whole_headline = "" if self.title == words else words

    def current_address(self) -> str:
        """The address it has, or would get if it were published for the first time now (or when scheduled)."""
        prefix = language_prefix(self.locale.language_code)
        moment = self.first_published_at or self.go_live_at or clock.now()
        return story_address(moment, self.slug, clock.newsroom_zone(), prefix)

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Here and not in an action: Wagtail copies, aliases and publishes stories by saving them, partly unchecked.
        if kwargs.get("update_fields") is None:
            self._take_address()
        super().save(*args, **kwargs)

    def _take_address(self) -> None:
        """Have the address that follows from slug and first publication. A copy whose address is taken gets
        a number; a story that is not public keeps the address it had."""
        if self.live and self.first_published_at is None:
            self.first_published_at: dt.datetime | None = clock.now()
        if self._state.adding:
            self.address = None
            slug, number = str(self.slug), 2
            while self.first_published_at and self._is_taken():
                self.slug: str = f"{slug}-{number}"
                number += 1
        if self.first_published_at and (self.live or not self.address):
            self.address = self.current_address()

    def _is_taken(self) -> bool:
        taken = Article.objects.filter(address=self.current_address())
        return taken.exclude(pk=self.pk).exists()

    def with_content_json(self, content: dict[str, Any]) -> Article:
        """The story as a revision has it; a revision holds no address (an alias is given its source's)."""
        revised: Article = super().with_content_json(content)
        revised.address = self.address
        return revised

    def clean(self) -> None:
        super().clean()
        if self._is_taken():
            raise ValidationError(
                {
                    "slug": _(
                        "Another story of the same month has this address; please choose another slug."
                    )
                }
            )

    def get_url_parts(self, request: Any = None) -> tuple[int, str, str] | None:
        parts = super().get_url_parts(request)
        if parts is None:
            return None
        return parts[0], parts[1], self.address or self.current_address()


class Byline(Orderable):
    """One name over a story, in order: an author with a page of their own, or a guest's name."""

    article = ParentalKey(Article, on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(
        "newsroom.Author", null=True, blank=True, on_delete=models.PROTECT, related_name="bylines"
    )
    guest = models.CharField(
        _("guest author"),
        max_length=255,
        blank=True,
        help_text=_("A name without a page of its own."),
    )

    panels: ClassVar[list[object]] = [FieldPanel("author"), FieldPanel("guest", widget=WholeLine)]

    class Meta(Orderable.Meta):
        constraints = (
            models.CheckConstraint(
                name="newsroom_byline_author_or_guest",
                condition=models.Q(author__isnull=False, guest="")
                | models.Q(author__isnull=True) & ~models.Q(guest=""),
                violation_error_message=_("A byline is either an author or a guest's name."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.author.name if self.author else self.guest


class RelatedStory(Orderable):
    """A story that another one leads on to, chosen by an editor or, once, by its topics."""

    article = ParentalKey(Article, on_delete=models.CASCADE, related_name="related")
    story = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="+", verbose_name=_("story")
    )

    panels: ClassVar[list[object]] = [FieldPanel("story")]

    def __str__(self) -> str:
        return str(self.story)
