"""The drawn pictures: every one is made, in its size, and the same each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from broadsheet.demo.pictures.album import PORTRAITS, SCENES, draw_picture


@pytest.mark.parametrize("name", sorted(SCENES))
def test_draw_picture_of_a_scene_fills_a_large_frame(name: str, tmp_path: Path) -> None:
    with Image.open(draw_picture(name, tmp_path)) as picture:
        assert picture.size == (1600, 1067)
        small = picture.convert("RGB").resize((160, 107))
    colours = small.getcolors(160 * 107) or []
    assert len(colours) > 500
    unpainted = sum(count for count, colour in colours if max(colour) <= 2)
    assert unpainted < 20, "part of the canvas was left black"


def test_draw_picture_of_a_portrait_is_square(tmp_path: Path) -> None:
    for name in PORTRAITS:
        with Image.open(draw_picture(name, tmp_path)) as picture:
            assert picture.size == (800, 800)


def test_draw_picture_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    once = draw_picture("rooftops", tmp_path).read_bytes()
    assert draw_picture("rooftops", tmp_path).read_bytes() == once
