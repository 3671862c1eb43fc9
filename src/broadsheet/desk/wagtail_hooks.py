"""Where the desk stands in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from broadsheet.desk.panels import home_panels
from broadsheet.desk.queries.rights import chosen_from, may_see
from broadsheet.desk.views import second_factor
from broadsheet.desk.views.lists import DownloadsAPI, PicturesAPI
from broadsheet.desk.views.reading import may_read_report, most_read
from broadsheet.desk.viewsets import StoryViewSet

SECOND_FACTOR = [
    path("", second_factor.ask, name="ask"),
    path("devices/", second_factor.choose, name="choose"),
    path("devices/codes/", second_factor.one_time_codes, name="codes"),
    path("devices/passkey/", second_factor.passkey, name="passkey"),
    path("devices/recovery/", second_factor.recovery_codes, name="recovery"),
    path("devices/<int:number>/remove/", second_factor.remove, name="remove"),
]


@hooks.register("register_admin_urls")
def register_second_factor() -> list[URLPattern | URLResolver]:
    return [path("second-factor/", include((SECOND_FACTOR, "second_factor")))]


@hooks.register("register_account_menu_item")
def offer_second_factor(request: HttpRequest) -> dict[str, str]:
    return {
        "url": reverse("second_factor:choose"),
        "label": _("Second factor"),
        "help_text": _("The devices that prove it is you, and recovery codes."),
    }


class ReadingMenuItem(MenuItem):
    """The way to what is read, for whoever may see it."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_read_report(request.user)


@hooks.register("register_admin_urls")
def register_reading() -> list[URLPattern | URLResolver]:
    return [path("reports/reading/", most_read, name="reading")]


@hooks.register("register_reports_menu_item")
def offer_reading() -> ReadingMenuItem:
    return ReadingMenuItem(_("What is read"), reverse("reading"), icon_name="view", order=100)


@hooks.register("register_admin_viewset")
def register_stories() -> StoryViewSet:
    return StoryViewSet("stories")


@hooks.register("construct_homepage_panels")
def add_home_panels(request: HttpRequest, panels: list[Any]) -> None:
    # Wagtail's "most recent edits" says again, without section and hour, what ours say.
    panels[:] = [panel for panel in panels if getattr(panel, "name", "") != "recent_edits"]
    panels += home_panels()


@hooks.register("insert_global_admin_css")
def desk_style() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("desk/desk.css"))


@hooks.register("construct_page_chooser_queryset")
def choose_from_what_may_be_seen(pages: Any, request: HttpRequest) -> Any:
    return chosen_from(pages, request.user)


@hooks.register("before_serve_document")
def keep_downloads(download: Any, request: HttpRequest) -> None:
    if not may_see(request.user, download):
        raise PermissionDenied


@hooks.register("construct_admin_api", order=1)  # after Wagtail's, which these replace
def keep_lists(router: Any) -> None:
    router.register_endpoint("images", PicturesAPI)
    router.register_endpoint("documents", DownloadsAPI)


@hooks.register("construct_help_menu")
def hide_what_is_wagtails(request: HttpRequest, items: list[Any]) -> None:
    """Its news and its handbook, which lead away from here and speak of other screens."""
    items[:] = [item for item in items if not item.name.startswith(("editor-guide", "whats-new"))]
