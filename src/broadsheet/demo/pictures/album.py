"""Every picture of the demo newsroom by its name, and how one becomes a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from broadsheet.demo.pictures import marsh, river, rooms, stages, streets, trades, trams, walls
from broadsheet.demo.pictures.canvas import Canvas
from broadsheet.demo.pictures.portraits import SIDE, SITTERS, draw_portrait

MODULES = (river, marsh, streets, trams, rooms, trades, stages, walls)
QUALITY = 84


def _motifs() -> Mapping[str, Callable[[Canvas], None]]:
    return {
        name.replace("_", "-"): motif
        for module in MODULES
        for name, motif in vars(module).items()
        if getattr(motif, "__module__", "") == module.__name__ and not name.startswith("_")
    }


SCENES = _motifs()
PORTRAITS = tuple(SITTERS)


def draw_picture(name: str, folder: Path) -> Path:
    """Draw a scene or a portrait into `<folder>/<name>.jpg`; the same name gives the same bytes."""
    if name in SITTERS:
        canvas = Canvas(name, SIDE, SIDE)
        draw_portrait(canvas, SITTERS[name])
    else:
        canvas = Canvas(name)
        SCENES[name](canvas)
    file = folder / f"{name}.jpg"
    canvas.finish().save(file, quality=QUALITY)
    return file
