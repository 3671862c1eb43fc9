"""What is heard or watched in a story, and all files that are published beside it: where readers find them."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from broadsheet.kit import reads
from broadsheet.newsroom.queries import stories
from broadsheet.newsroom.rules.recordings import MEDIA_TYPES, clock_time, ending
from broadsheet.theme.languages import active_language
from broadsheet.theme.pictures import still_picture

Block = dict[str, Any]
Files = Mapping[int, str]


def published(ids: list[int]) -> Files:
    """The paths under which files are published beside the page, by id; one whose file is gone has none."""
    found = {}
    for pk, download in stories.downloads(ids).items():
        file = Path(download.file.path)
        if file.is_file():
            path = f"/media/documents/{download.file_hash or pk}/{quote(file.name)}"
            kind = MEDIA_TYPES.get(ending(file.name)) or mimetypes.guess_type(file.name)[0]
            reads.use_picture(path, file, kind or "application/octet-stream")
            found[pk] = path
    return found


def files_of(kind: str, value: Any) -> Iterator[int]:
    """The ids of the files that a block plays."""
    if kind in VIEWS:
        for name in ("file", "captions"):
            if value.get(name) is not None:
                yield value[name].pk


def _audio(value: Any, texts: list[Markup], files: Files) -> Block | None:
    url = files.get(value["file"].pk) if value["file"] is not None else None
    if url is None:
        return None
    seconds = value["file"].seconds
    return {
        "url": url,
        "title": value["title"],
        "length": value["length"] or (clock_time(seconds) if seconds else ""),
        "transcript": texts[0],
    }


def _video(value: Any, texts: list[Markup], files: Files) -> Block | None:
    """As large as its picture, so that its place is kept; sixteen to nine where that cannot be read."""
    shown = _audio(value, texts, files)
    if shown is None:
        return None
    poster = still_picture(value["poster"]) if value["poster"] is not None else None
    captions = files.get(value["captions"].pk) if value["captions"] is not None else None
    tongue = active_language()
    return shown | {
        "poster": poster.url if poster else "",
        "width": poster.width if poster else 1280,
        "height": poster.height if poster else 720,
        "subtitles": [{"url": captions, "code": tongue.code, "name": tongue.own_name}]
        if captions
        else [],
    }


VIEWS: dict[str, Callable[[Any, list[Markup], Files], Block | None]] = {
    "audio": _audio,
    "video": _video,
}
"""A block's value, its rich texts and the files that are published, as the template shows them; None for a file
that is gone."""
