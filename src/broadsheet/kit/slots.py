"""Named places in a lower app's page that an upper app fills; siblings stay strangers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

Filler = Callable[..., str | Markup | None]

_fillers: dict[str, list[Filler]] = {}


def register_slot(name: str, filler: Filler) -> None:
    """Let `filler` fill the slot `name`. Fillers run in the order of their registration."""
    fillers = _fillers.setdefault(name, [])
    if filler not in fillers:
        fillers.append(filler)


def slot(name: str, **context: Any) -> Markup:
    """What the slot's fillers return for this context, one after the other; empty when nobody fills it.

    A plain string is escaped, `Markup` is taken as it is.
    """
    return Markup("").join(
        filled for filler in _fillers.get(name, ()) if (filled := filler(**context))
    )
