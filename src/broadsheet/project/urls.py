"""All addresses that Django answers: the desk, giving, webhooks; the public site is the edition's."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from broadsheet.project import views
from broadsheet.theme.views import styleguide

handler500 = "broadsheet.project.views.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/static/<str:release>/<path:path>", views.static_file, name="static-file"),
    path("desk/media/<path:path>", views.media_file, name="media-file"),
    path("desk/styleguide/", styleguide, name="styleguide"),
    # Who is signed in is known under /desk/ only.
    path("styleguide/", RedirectView.as_view(pattern_name="styleguide", query_string=True)),
    path(
        "desk/documents/",
        include(decorate_urlpatterns(wagtaildocs_urls.urlpatterns, require_admin_access)),
    ),
    path("desk/", include(wagtailadmin_urls)),
]
urlpatterns += i18n_patterns(
    path("", include("broadsheet.funding.urls")),
    path("", include("broadsheet.newsroom.urls")),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
