"""Lists of pictures and downloads for programs at the desk, as far as whoever asks has a right to them."""

from __future__ import annotations

from typing import Any

from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet

from broadsheet.desk.queries.rights import seen_by
from broadsheet.newsroom.models import Download, Picture


class PicturesAPI(ImagesAdminAPIViewSet):
    def get_queryset(self) -> Any:
        return seen_by(self.request.user, Picture).order_by("pk")


class DownloadsAPI(DocumentsAdminAPIViewSet):
    def get_queryset(self) -> Any:
        return seen_by(self.request.user, Download).order_by("pk")
