"""Taking rendered documents in: their bodies and pictures go to the store, what they will be goes into a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from broadsheet.press.edition.blobs import Blobs, Incoming
from broadsheet.press.edition.compression import compress, is_compressible
from broadsheet.press.edition.entry import Form, Picture, Pressed
from broadsheet.press.edition.stepping import Draft, Version
from broadsheet.press.errors import PathTaken


class Intake:
    """The documents of one step on their way in. `forms_of` returns the known compressed forms of a digest."""

    def __init__(self, blobs: Blobs, forms_of: Callable[[str], list[str]]) -> None:
        self.draft = Draft()
        self._blobs = blobs
        self._forms_of = forms_of
        self._incoming = Incoming(blobs)
        self._sources: dict[str, tuple[Path, str]] = {}

    def take_all(self, documents: Iterable[Pressed]) -> None:
        """Take documents in and settle what they bring; the last of one resource counts.

        Raises OSError where a file cannot be read or written, PathTaken where two documents show
        different pictures at one address; then nothing has come into the store.
        """
        try:
            for pressed in documents:
                self._take(pressed)
            self._incoming.settle()
        finally:
            self._incoming.discard()

    def _take(self, pressed: Pressed) -> None:
        digest, size = self._incoming.take(pressed.body), len(pressed.body)
        self.draft.documents[pressed.resource] = Version(
            resource=pressed.resource,
            path=pressed.path,
            status=pressed.status,
            content_type=pressed.content_type,
            headers=pressed.headers,
            digest=digest,
            size=size,
        )
        self.draft.reads[pressed.resource] = pressed.reads
        self.draft.shows[pressed.resource] = frozenset(shown.path for shown in pressed.pictures)
        if is_compressible(pressed.content_type, size):
            self._compress(digest, lambda: pressed.body)
        for picture in pressed.pictures:
            self._take_picture(picture, pressed.resource)

    def _take_picture(self, picture: Picture, resource: str) -> None:
        source, shower = self._sources.get(picture.path, (None, ""))
        if source == picture.file:
            return
        digest, size = self._incoming.take_file(picture.file)
        if source is not None and self.draft.pictures[picture.path].digest != digest:
            raise PathTaken(picture.path, shower, resource)
        self._sources[picture.path] = (picture.file, resource)
        self.draft.pictures[picture.path] = Version(
            resource=picture.path,
            path=picture.path,
            status=200,
            content_type=picture.content_type,
            headers=(),
            digest=digest,
            size=size,
            is_picture=True,
        )
        if is_compressible(picture.content_type, size):
            self._compress(digest, picture.file.read_bytes)

    def _compress(self, digest: str, body: Callable[[], bytes]) -> None:
        """Bring the compressed forms of a body, unless the store has them whole."""
        known = self._forms_of(digest)
        if digest in self.draft.forms or (known and all(map(self._blobs.is_whole, known))):
            return
        self.draft.forms[digest] = {
            coding: Form(self._incoming.take(form), len(form))
            for coding, form in compress(body()).items()
        }
