"""Nobody meets at the desk what they have no right to, whichever of its screens is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from wagtail.admin.auth import permission_denied
from wagtail.models import Page

from broadsheet.desk.queries.proofs import is_asked
from broadsheet.desk.queries.rights import Thing, may_see
from broadsheet.newsroom.models import Download, Picture

NAMED: dict[str, type[Thing]] = {
    "page_id": Page,
    "page_to_move_id": Page,
    "image_id": Picture,
    "document_id": Download,
    "doc_id": Download,
}
"""How the desk's addresses call the page, picture or download that they are about."""

MANY: dict[str, type[Thing]] = {"page": Page, "picture": Picture, "download": Download}
"""The models of which several are chosen at once, in the query of the address."""

WHOLE = ("wagtailadmin_reports:page_types_usage", "wagtailadmin_reports:page_types_usage_results")
"""Reports that show pages of the whole tree whoever asks."""


DESK = "/desk/"

WITHOUT = tuple(
    DESK + path for path in ("second-factor/", "login/", "logout/", "static/", "jsi18n/", "sprite/")
)
"""What the questions before the desk need themselves."""


class SecondFactor:
    """Lets nobody farther into the desk than to their second factor who has not given it.

    Whatever is below `/desk/` is behind it, the API and files too, whether there is such an address or not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if not path.startswith(DESK) or path.startswith(WITHOUT):
            return self.get_response(request)
        if not request.user.is_authenticated or not is_asked(request):
            return self.get_response(request)
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            raise PermissionDenied
        back = request.get_full_path() if request.method == "GET" else DESK
        question = reverse("second_factor:ask")
        return HttpResponseRedirect(f"{question}?{urlencode({'next': back})}")


ANY_SIZE = "wagtailimages:preview"
"""Makes a picture to whatever size somebody asks for; ours are made to those that templates ask for."""


class DeskRights:
    """Refuses an address that is about something to which whoever asks has no right at all.

    Wagtail's own screens check what is done; some of them show before they check.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is None or not match.route.startswith("desk/"):
            return None
        if not request.user.has_perm("wagtailadmin.access_admin"):
            return None  # the sign-in's to refuse
        if match.view_name == ANY_SIZE:
            return permission_denied(request)
        things = _things(request, match.view_name, kwargs)
        if all(may_see(request.user, thing) for thing in things):
            return None
        answer: HttpResponseBase = permission_denied(request)
        return answer


def _things(request: HttpRequest, view: str, kwargs: Mapping[str, Any]) -> Iterator[Thing]:
    """What the address is about, as far as it exists."""
    for name, model in NAMED.items():
        if name in kwargs:
            yield from model._default_manager.filter(pk=kwargs[name])
    if view in WHOLE:
        yield Page.get_first_root_node()
    many = MANY.get(kwargs["model_name"]) if view == "wagtail_bulk_action" else None
    if many is not None:
        chosen = request.GET.getlist("id")
        if "all" not in chosen:
            yield from many._default_manager.filter(pk__in=filter(str.isdecimal, chosen))
        elif many is Page:  # of pictures and downloads Wagtail takes those that may be changed
            above = request.GET.get("childOf", "")
            root = Page.get_first_root_node()
            yield Page.objects.filter(pk=above).first() or root if above.isdecimal() else root
