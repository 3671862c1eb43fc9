"""The demo's pictures: drawn where they are missing and taken into the picture library."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from broadsheet.demo.pictures.album import draw_picture
from broadsheet.demo.reading import Edition, Illustration
from broadsheet.newsroom.actions.registers import add_picture
from broadsheet.newsroom.models import Picture

BY = "demo"

Library = dict[str, Picture]
"""Pictures by their names in the content files."""


def fill_library(*, edition: Edition) -> Library:
    """Every picture that this edition's texts and authors show, in the library once for all editions."""
    shown: dict[str, Illustration] = {}
    for story in edition.stories:
        for picture in story.illustrations():
            shown.setdefault(picture.name, picture)
    for author in edition.authors:
        name = author["slug"]
        shown[name] = Illustration(name, author["name"], edition.paper["name"], author["name"])
    return _library(shown.values())


def _library(shown: Iterable[Illustration]) -> Library:
    wanted = list(shown)
    present = {
        p.title: p for p in Picture.objects.filter(title__in=[_title(i.name) for i in wanted])
    }
    with tempfile.TemporaryDirectory() as folder:
        return {
            picture.name: present.get(_title(picture.name)) or _add(picture, Path(folder))
            for picture in wanted
        }


def _add(picture: Illustration, folder: Path) -> Picture:
    return add_picture(
        file=draw_picture(picture.name, folder),
        title=_title(picture.name),
        alt=picture.alt,
        credit=picture.credit,
        by=BY,
    )


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()
