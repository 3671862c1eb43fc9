"""The desk's own files: its styles and scripts for everybody, its pictures for those signed in."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.utils._os import safe_join
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from wagtail.admin.auth import require_admin_access

PRIVATE = {
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
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
    file = Path(safe_join(str(settings.MEDIA_ROOT), path))
    if not file.is_file():
        raise Http404(path)
    content_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return HttpResponse(file.read_bytes(), content_type, headers=PRIVATE)
