"""Pictures and documents with what a newsroom must know of them; how they are shown is the theme's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

from django.core.files import File
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.image_operations import FilterOperation
from wagtail.images.models import AbstractImage, AbstractRendition, Filter
from wagtail.images.models import Image as WagtailImage
from wagtail.models import Page

from broadsheet.newsroom.rules import encoding
from broadsheet.newsroom.rules.crediting import Said, in_words
from broadsheet.newsroom.rules.recordings import seconds_of


class _Written(NamedTuple):
    """A file that was made, as Wagtail asks for it."""

    f: IO[bytes]
    format_name: str


class Credited(FilterOperation):
    """`credited` in a filter specification: the file says whose it is, and nothing else of what its source said.

    What is made of another file or with another credit has another key, so no stale one is ever found.
    """

    vary_fields = ("file", "credit", "copyright")

    def construct(self) -> None:
        """It takes no values."""

    def run(self, picture: Any, image: Any, env: dict[str, Any]) -> Any:
        env["words"] = in_words(Said(credit=image.credit, copyright=image.copyright))
        return picture


class _Made(Filter):
    """A filter that works on a picture which is open already, and writes it itself."""

    def __init__(self, spec: str, opened: Any) -> None:
        super().__init__(spec)
        self._opened = opened

    def run(self, image: Any, output: IO[bytes], source: Any = None) -> Any:
        picture = self._opened
        transform = self.get_transform(image, (picture.image.width, picture.image.height))
        picture = picture.crop(transform.get_rect().round()).resize(transform.size)
        env: dict[str, Any] = {"words": b""}
        for operation in self.filter_operations:
            picture = operation.run(picture, image, env) or picture
        format_ = env["output-format"]
        encoding.write(picture.image, format_, env["words"], output)
        return _Written(output, format_)


class Picture(AbstractImage):
    """A picture with its credit. `description` is its alternative text where a story gives none."""

    caption = models.TextField(
        _("caption"), blank=True, help_text=_("Shown where a story gives none.")
    )
    credit = models.CharField(
        _("credit"),
        max_length=255,
        blank=True,
        help_text=_("Shown beside it and kept in its file."),
    )
    copyright = models.CharField(_("copyright"), max_length=255, blank=True)
    source = models.URLField(_("source"), max_length=500, blank=True)

    admin_form_fields = (
        *WagtailImage.admin_form_fields,
        "caption",
        "credit",
        "copyright",
        "source",
    )

    _opened: Any = None

    def take_words(self, said: Said) -> None:
        """Take what the file says of itself into fields that are empty."""
        self.caption = self.caption or said.caption
        self.credit = self.credit or said.credit[:255]
        self.copyright = self.copyright or said.copyright[:255]

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it; what was made of another file, focal point or credit is let go of."""
        before = Picture.objects.filter(pk=self.pk).first() if self.pk else None
        if self.file and not self.file._committed:  # noqa: SLF001 - how Django tells a new file
            self._set_image_file_metadata()
        super().save(*args, **kwargs)
        if before is not None and _shown(before) != _shown(self):
            self.renditions.all().delete()

    def create_renditions(self, *filters: Filter) -> dict[Filter, Any]:
        """Make several at once, one after the other, from one reading of the file."""
        if not filters:
            return {}
        with self._reading_once():
            return {filter_: self.create_rendition(filter_) for filter_ in filters}

    def generate_rendition_file(self, filter: Filter, *, source: Any = None) -> File[bytes]:  # noqa: A002 - Wagtail's
        if any(isinstance(operation, Credited) for operation in filter.operations):
            with self._reading_once():
                return super().generate_rendition_file(_Made(filter.spec, self._opened))
        return super().generate_rendition_file(filter, source=source)

    def made_unsaved(self, specs: Iterable[str]) -> list[PictureRendition]:
        """Make files to specifications, to be saved by whoever asks; they are in memory till then."""
        with self._reading_once():
            return [
                PictureRendition(
                    image=self,
                    filter_spec=spec,
                    focal_point_key=self.key_for(spec),
                    file=self.generate_rendition_file(Filter(spec)),
                )
                for spec in specs
            ]

    def key_for(self, spec: str) -> str:
        """What tells the files of this specification that are made of the picture as it is from others."""
        return str(Filter(spec).get_cache_key(self))

    @contextmanager
    def _reading_once(self) -> Iterator[None]:
        """Have the picture open in the block: upright, and in colours that any format knows."""
        if self._opened is not None:
            yield
            return
        with self.get_willow_image() as picture:
            upright = picture.auto_orient()
            if upright.image.mode == "CMYK":
                upright = upright.transform_colorspace_to_srgb()
            if upright.image.mode not in {"L", "RGB", "RGBA"}:
                mode = "RGBA" if upright.has_alpha() else "RGB"
                upright = type(upright)(upright.image.convert(mode))
            self._opened = upright
        try:
            yield
        finally:
            self._opened = None


def _shown(picture: Picture) -> tuple[object, ...]:
    """What the files that are made of a picture depend on."""
    focus = [getattr(picture, f"focal_point_{name}") for name in ("x", "y", "width", "height")]
    return (picture.file.name, picture.credit, picture.copyright, *focus)


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
    seconds = models.PositiveIntegerField(null=True, editable=False)

    admin_form_fields = (*WagtailDocument.admin_form_fields, "source")

    def _set_document_file_metadata(self) -> None:
        """What Wagtail asks for whenever the file is another one: here, how long it lasts, too."""
        super()._set_document_file_metadata()
        with self.open_file() as file:
            self.seconds = seconds_of(self.filename, file)
            file.seek(0)


class ShareCardFile(models.Model):
    """The card that other sites show beside a link to a page, as last made. What it shows is in its stamp."""

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="+")
    stamp = models.CharField(max_length=16)
    file = models.FileField(upload_to="cards/", max_length=200)

    def __str__(self) -> str:
        return self.stamp
