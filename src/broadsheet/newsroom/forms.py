"""What the desk refuses of an uploaded file, in a sentence that says what to do."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from broadsheet.newsroom.rules.crediting import Said
from broadsheet.newsroom.rules.picture_files import MOST_PIXELS, Fault, look_at
from broadsheet.newsroom.rules.recordings import HEAD, LARGEST, ending, is_what_it_says


class DownloadForm(BaseDocumentForm):
    """A file for readers. What the desk says here, it also says when several are uploaded at once."""

    def clean_file(self) -> File[bytes]:
        """Raises ValidationError for a file that is too large or is not what its name says."""
        file: File[bytes] = self.cleaned_data["file"]
        if not isinstance(file, UploadedFile):
            return file  # the one that is here already
        if (file.size or 0) > LARGEST:
            raise ValidationError(
                _(
                    "“%(name)s” has %(size)d MB; a file may have %(most)d. Save a sound as MP3 with 64 kbit/s in "
                    "mono, a film smaller or shorter."
                )
                % {
                    "name": file.name,
                    "size": -(-(file.size or 0) // 2**20),
                    "most": LARGEST // 2**20,
                }
            )
        head = file.read(HEAD)
        file.seek(0)
        if not is_what_it_says(str(file.name), head):
            raise ValidationError(
                _(
                    "“%(name)s” is named .%(ending)s, but what is in it is something else. Save it as .%(ending)s "
                    "with the program that made it; to change its name is not enough."
                )
                % {"name": file.name, "ending": ending(str(file.name))}
            )
        return file


FAULTS = {
    Fault.NO_PICTURE: gettext_lazy(
        "“%(name)s” cannot be read as a picture. Save it as JPEG, PNG or WebP with the program that made it."
    ),
    Fault.CUT_OFF: gettext_lazy(
        "“%(name)s” is cut off: the picture ends before its end. Copy it again from where it comes from."
    ),
    Fault.TOO_LARGE: gettext_lazy(
        "“%(name)s” has more than %(most)d million pixels. Make it smaller first; 4000 by 3000 are plenty."
    ),
}


class PictureField(WagtailImageField):
    """A picture's file: whole, and not too large to be worked on."""

    said = Said()

    def to_python(self, data: Any) -> Any:
        """Raises ValidationError for a file that is no picture, is cut off or has too many pixels."""
        if isinstance(data, UploadedFile) and data.file is not None:
            found = look_at(data.file)
            data.seek(0)
            if isinstance(found, Fault):
                about = {"name": data.name, "most": MOST_PIXELS // 1_000_000}
                raise ValidationError(FAULTS[found] % about)
            self.said = found
        return super().to_python(data)


class PictureForm(BaseImageForm):
    """A picture for the library. What its file says of who made it fills the fields that are left empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = self.fields.get("file")
        if usual is not None:
            self.fields["file"] = PictureField(
                label=usual.label, required=usual.required, widget=usual.widget
            )

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's
        if "file" in self.fields:
            self.instance.take_words(self.fields["file"].said)
        return super().save(commit=commit)
