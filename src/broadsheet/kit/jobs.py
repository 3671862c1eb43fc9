"""What the worker does again and again; knows no Django, so that the worker starts at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again, `seconds` after its last end."""

    name: str
    seconds: float
    run: Callable[[], object]
