"""Making of a picture what pages do not wait for: its files in AVIF."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.kit.wishes import Entering, Unmakeable
from broadsheet.newsroom.models import Picture, PictureRendition
from broadsheet.theme.pictures import UNREADABLE, is_ours, smaller_specs


def make_smaller(pk: int) -> Entering | None:
    """Make a picture in AVIF wherever it is shown in WebP. Raises Unmakeable where its file cannot be read.

    One file is open at a time, and what is made is in memory till it is entered: some hundred kB.
    """
    picture = Picture.objects.filter(pk=pk).first()
    made = _made(picture) if picture else []
    if picture is None or not made:
        return None

    def enter() -> bool:
        fresh = Picture.objects.select_for_update().filter(pk=pk).first()
        if fresh is None or not all(_fits(fresh, one) for one in made):
            return False
        for one in made:
            one.save()
        return True

    return enter


def _made(picture: Picture) -> Sequence[PictureRendition]:
    known = {one.filter_spec: one for one in picture.renditions.all() if _fits(picture, one)}
    wanted = [spec for spec in smaller_specs(known) if spec not in known]
    try:
        return picture.made_unsaved(wanted)
    except UNREADABLE as error:
        if is_ours(error):
            raise
        raise Unmakeable(f"The picture “{picture.title}” cannot be read: {error}") from error


def _fits(picture: Picture, one: PictureRendition) -> bool:
    """Whether a file is made of the picture as it is now."""
    return bool(one.focal_point_key == picture.key_for(one.filter_spec))
