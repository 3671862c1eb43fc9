"""Where uploaded files lie when several machines share them: in a bucket, and as a copy on each machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from django.apps import apps
from django.core.files.storage import FileSystemStorage, default_storage
from django.db.models import FileField

from broadsheet.kit.bucket import bucket

PREFIX = "media/"

COMING = ".coming-"
"""The beginning of folders in which files are until they are whole."""

FRESH = 3600
"""Seconds for which a file may be here before any row of the database names it."""


class MirroredStorage(FileSystemStorage):
    """Files of the bucket with a copy in the media folder, fetched when it is first wanted.

    A file that is saved is in the bucket before anybody hears of it. All raise BucketAway.
    """

    def path(self, name: str) -> str:
        """Where the copy lies; what only the bucket has is fetched first."""
        place = Path(super().path(name))
        if not place.exists():
            with suppress(
                FileNotFoundError
            ):  # it is about to be written, or whoever opens it hears
                self._fetch(name, place)
        return str(place)

    def _fetch(self, name: str, place: Path) -> None:
        pieces = bucket().get(PREFIX + name)
        first = next(pieces, b"")
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.location, prefix=COMING) as folder:
            coming = Path(folder) / "file"
            with coming.open("wb") as out:
                out.write(first)
                out.writelines(pieces)
            coming.chmod(self.file_permissions_mode or 0o640)
            coming.replace(place)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """A name that no machine has given or will give: only one drawn by lot needs nobody to be asked."""
        file = PurePosixPath(name)
        drawn = self.get_alternative_name(file.stem, file.suffix)
        return super().get_available_name(str(file.with_name(drawn)), max_length)

    def _save(self, name: str, content: Any) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]  # not in the stubs
        place = Path(super().path(saved))
        try:
            bucket().put(PREFIX + saved, place)
        except BaseException:
            place.unlink()
            raise
        return saved

    def delete(self, name: str) -> None:
        """Remove the file from the bucket, then the copy. Copies on other machines go with `mirror`."""
        bucket().delete([PREFIX + name])
        super().delete(name)


def mirror() -> None:
    """Have the media folder, the bucket and the database agree; does nothing without a bucket.

    What rows name is put into the bucket where only we have it (a newsroom that has just begun to use one), and
    fetched where only the bucket has it. A copy that no row names any more was deleted on another machine, and goes.
    """
    storage = default_storage
    if not isinstance(storage, MirroredStorage):
        return
    shared = {name for name, _at in bucket().under(PREFIX)}
    named = set(_named())
    here = {path.relative_to(storage.location).as_posix(): path for path in _files(storage)}
    for name in sorted(named & here.keys() - shared):
        bucket().put(PREFIX + name, here[name])
    for name in sorted(named & shared - here.keys()):
        storage.path(name)
    for name in here.keys() - named:
        if here[name].stat().st_mtime < time.time() - FRESH:
            here[name].unlink(missing_ok=True)


def _files(storage: MirroredStorage) -> list[Path]:
    found = Path(storage.location).rglob("*")
    return [path for path in found if path.is_file() and COMING not in str(path)]


def _named() -> Iterator[str]:
    """The names of all files that rows of the database have."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, FileField):
                rows = model._default_manager.exclude(**{field.name: ""})
                yield from rows.values_list(field.name, flat=True).iterator()
