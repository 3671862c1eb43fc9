"""What the newsroom adds to the desk: the registers of authors and topics."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from broadsheet.newsroom.models import Author, Topic


class AuthorViewSet(SnippetViewSet):
    model = Author
    icon = "user"
    menu_label = _("Authors")
    menu_order = 210
    add_to_admin_menu = True
    list_display: ClassVar[list[str]] = ["name", "role", "locale"]
    ordering = ("name",)


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    menu_order = 220
    add_to_admin_menu = True
    list_display: ClassVar[list[str]] = ["name", "locale"]
    ordering = ("name",)


register_snippet(AuthorViewSet)
register_snippet(TopicViewSet)


@hooks.register("construct_main_menu")
def hide_snippets_menu(request: object, menu_items: list[object]) -> None:
    """Authors and topics have entries of their own; the generic one would show them twice."""
    menu_items[:] = [item for item in menu_items if getattr(item, "name", "") != "snippets"]
