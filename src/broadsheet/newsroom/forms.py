"""What the desk refuses of an uploaded file, in a sentence that says what to do."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from wagtail.documents.forms import BaseDocumentForm

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
