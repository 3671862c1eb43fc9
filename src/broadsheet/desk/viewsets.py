"""All stories in one list, whatever section they stand in."""

from __future__ import annotations

from typing import Any

from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from django_filters.filters import ModelMultipleChoiceFilter
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.pages.listing import IndexView, PageFilterSet, SiteFilter
from wagtail.admin.viewsets.pages import PageListingViewSet

from broadsheet.newsroom.models import Article, Author, SectionPage, Topic
from broadsheet.newsroom.queries.reading import with_readings


class SectionFilter(SiteFilter):
    """A section and those under it."""

    def get_filter_predicate(self, v: Any) -> dict[str, Any]:
        return {"path__startswith": v.path}


class StoryFilterSet(PageFilterSet):
    section = SectionFilter(
        label=_("Section"),
        queryset=SectionPage.objects.order_by("path"),
        widget=CheckboxSelectMultiple,
    )
    author = ModelMultipleChoiceFilter(
        label=_("Byline"),
        field_name="bylines__author",
        queryset=Author.objects.all(),
        widget=CheckboxSelectMultiple,
    )
    topics = ModelMultipleChoiceFilter(
        label=_("Topic"), queryset=Topic.objects.all(), widget=CheckboxSelectMultiple
    )
    site = None
    has_child_pages = None

    class Meta(PageFilterSet.Meta):
        model = Article
        fields: tuple[str, ...] = ()


DAYS = 7
"""Over how many days, with today, the list says how often a story was read."""


class StoryIndexView(IndexView):
    base_filterset_class = StoryFilterSet

    base_columns = (
        *IndexView.base_columns,
        Column("read", label=_("Read in 7 days"), accessor="read", width="10%"),
    )

    def annotate_queryset(self, pages: Any) -> Any:
        return with_readings(super().annotate_queryset(pages), DAYS)


class StoryViewSet(PageListingViewSet):
    model = Article
    index_view_class = StoryIndexView
    filterset_class = StoryFilterSet
    icon = "doc-full"
    menu_label = _("Stories")
    menu_order = 50
    add_to_admin_menu = True
    name = "stories"
