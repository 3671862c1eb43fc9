"""The desk's screens for the registers of authors, topics and series."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet

from broadsheet.newsroom.models import Author, Series, Topic
from broadsheet.newsroom.renderers.cards import register_address


class LeadsToItsPage:
    """After saving, the desk offers the page that readers see, as it does for stories."""

    object: Author | Series | Topic
    request: HttpRequest

    def get_success_buttons(self) -> list[Any]:
        path = register_address(self.object, self.object.locale.language_code)
        live = messages.button(path, _("View live"), new_window=False)
        return [live, *super().get_success_buttons()]  # type: ignore[misc]


class RegisterCreateView(LeadsToItsPage, CreateView):
    pass


class RegisterEditView(LeadsToItsPage, EditView):
    pass


class RegisterViewSet(SnippetViewSet):
    add_view_class = RegisterCreateView
    edit_view_class = RegisterEditView
    add_to_admin_menu = True
    ordering = ("name",)


class AuthorViewSet(RegisterViewSet):
    model = Author
    icon = "user"
    menu_label = _("Authors")
    menu_order = 210
    list_display: ClassVar[list[str]] = ["name", "role", "locale"]


class TopicViewSet(RegisterViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    menu_order = 220
    list_display: ClassVar[list[str]] = ["name", "locale"]


class SeriesViewSet(RegisterViewSet):
    model = Series
    icon = "list-ol"
    menu_label = _("Series")
    menu_order = 230
    list_display: ClassVar[list[str]] = ["name", "locale"]
