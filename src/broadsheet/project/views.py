"""The desk's own files, its pictures for those signed in, and the answer when something fails."""

from __future__ import annotations

import mimetypes
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from wagtail.admin.auth import require_admin_access

from broadsheet.desk.queries.rights import may_see_file
from broadsheet.kit.bucket import BucketAway

PRIVATE = {
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
AWAY = (
    "The newsroom's database cannot be reached just now. Please go back and try again in a minute."
)
NO_BUCKET = (
    "What keeps the newsroom's pictures cannot be reached just now, and nothing was saved. "
    "Please go back and try again in a minute."
)
FAILED = "Something went wrong; those who run this site find what in its log. Please go back and try again."
FOREVER = "public, max-age=31536000, immutable"


@require_safe
@gzip_page
def static_file(request: HttpRequest, release: str, path: str) -> HttpResponse:
    """A file of the desk's interface, straight from its package: `release` changes with it, so it may be kept."""
    found = finders.find(path)
    if not isinstance(found, str):
        raise Http404(path)
    content_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return HttpResponse(Path(found).read_bytes(), content_type, headers={"Cache-Control": FOREVER})


@require_safe
@require_admin_access
def media_file(request: HttpRequest, path: str) -> HttpResponse:
    file = Path(default_storage.path(path))
    if not file.is_file():
        raise Http404(path)
    if not may_see_file(
        request.user, file.relative_to(Path(settings.MEDIA_ROOT).absolute()).as_posix()
    ):
        raise PermissionDenied(path)
    content_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return HttpResponse(file.read_bytes(), content_type, headers=PRIVATE)


def failed(request: HttpRequest) -> HttpResponse:
    """What is answered in place of an error: a sentence, which needs neither database nor template."""
    error = sys.exc_info()[1]
    is_away = isinstance(error, OperationalError | BucketAway)
    said = NO_BUCKET if isinstance(error, BucketAway) else AWAY
    return HttpResponse(
        f"{said if is_away else FAILED}\n",
        "text/plain; charset=utf-8",
        status=503 if is_away else 500,
        headers={"Cache-Control": "no-store", **({"Retry-After": "30"} if is_away else {})},
    )
