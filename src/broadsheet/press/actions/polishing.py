"""Giving documents their smallest forms, behind the press: what readers get first was compressed in haste."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings

from broadsheet.press.actions.registering import tell_forms
from broadsheet.press.errors import DamagedBlob
from broadsheet.press.queries import edition

logger = logging.getLogger(__name__)

AT_ONCE = 8
"""Bodies whose forms become durable together; a publication waits no longer than for these."""

AHEAD = 4096
"""Bodies that are looked for at once."""


class Polisher:
    """Compresses what the edition has again, as small as it gets."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._seen_at = -1
        self._hopeless: set[str] = set()

    def work(self, seconds: float, give_way: Callable[[], bool] = lambda: True) -> int:
        """Do some of what there is to do, for about so long; return how many bodies that were, 0 when none is left.

        `give_way` is called between two bodies and before they are written, and may take its time; where it says
        no, nothing more is begun. Killed at any point it leaves the edition whole. Must not be called by two
        threads at once.
        """
        until = time.monotonic() + seconds
        done = 0
        while give_way() and self._look():
            batch = [self._waiting.pop() for _one in range(min(AT_ONCE, len(self._waiting)))]
            done += len(batch)
            try:
                self._hopeless |= edition().polish(batch, give_way)
                if settings.BROADSHEET.node:
                    tell_forms(edition(), batch)
            except DamagedBlob as error:
                self._hopeless.update(batch)
                logger.warning("A document cannot be compressed: %s", error)
            if time.monotonic() >= until:
                break
        return done

    def _look(self) -> bool:
        """Whether anything waits. The edition is looked through once for each of its steps, until nothing is found."""
        if not self._waiting and self._seen_at != edition().number:
            found = edition().hasty(AHEAD + len(self._hopeless))
            self._waiting = [digest for digest in found if digest not in self._hopeless]
            if not self._waiting:
                self._seen_at = edition().number
        return bool(self._waiting)
