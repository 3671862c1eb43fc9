"""Signs of life that long-running processes leave in data/run; what follows from them is others' business."""

from __future__ import annotations

import time
from pathlib import Path

ALIVE_SECONDS = 15.0


def beat(folder: Path, name: str) -> None:
    """Leave a sign of life of the process called `name`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.beat").touch()


def stop(folder: Path, name: str) -> None:
    """Take the sign away: the process ends as it should."""
    (folder / f"{name}.beat").unlink(missing_ok=True)


def age(folder: Path, name: str) -> float | None:
    """Seconds since the last sign of life, None when there is none."""
    try:
        return max(0.0, time.time() - (folder / f"{name}.beat").stat().st_mtime)
    except FileNotFoundError:
        return None


def is_alive(folder: Path, name: str) -> bool:
    """Whether the last sign of life is younger than ALIVE_SECONDS."""
    seconds = age(folder, name)
    return seconds is not None and seconds < ALIVE_SECONDS
