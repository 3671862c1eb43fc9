"""Pictures and documents with what a newsroom must know of them; how they are shown is the theme's."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage


class Picture(AbstractImage):
    """A picture with its credit. `description` is its alternative text where a story gives none."""

    credit = models.CharField(_("credit"), max_length=255, blank=True)
    source = models.URLField(_("source"), max_length=500, blank=True)

    admin_form_fields = (*WagtailImage.admin_form_fields, "credit", "source")


class PictureRendition(AbstractRendition):
    """A picture made to a size and format that our templates ask for."""

    image = models.ForeignKey(Picture, related_name="renditions", on_delete=models.CASCADE)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("image", "filter_spec", "focal_point_key"), name="newsroom_rendition_once"
            ),
        )


class Download(AbstractDocument):
    """A file that readers may download."""

    source = models.URLField(_("source"), max_length=500, blank=True)

    admin_form_fields = (*WagtailDocument.admin_form_fields, "source")
