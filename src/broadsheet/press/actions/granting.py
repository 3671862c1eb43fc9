"""Making what documents wish for, behind the press: one thing at a time, entered together, tried again if it fails."""

from __future__ import annotations

import datetime as dt
import itertools
import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator

from django.db import transaction

from broadsheet.kit import clock
from broadsheet.kit.changes import mark
from broadsheet.kit.models import Change
from broadsheet.kit.wishes import PREFIX, Entering, Unmakeable, makers
from broadsheet.press.models import Unmade
from broadsheet.press.queries import edition

logger = logging.getLogger(__name__)

MOST = 50
"""Things made before they are entered: each entering is a step of the edition, of which so many can be gone back to;
and what is made is held in memory till then."""

LONGEST = 60.0
"""Seconds after which what was made is entered."""

FIRST, LAST = dt.timedelta(minutes=2), dt.timedelta(days=1)
"""How long after a failure something is tried again: at first, and at most. It doubles each time."""

CANNOT = 3
"""Attempts after which somebody should look at it."""

NICE = 10


class Granter:
    """Makes what the documents of the edition wish for. What is left to do stands in the edition itself, so that
    nothing is lost whenever the process ends."""

    def __init__(self) -> None:
        self._done_at = -1

    def work(self, most: int = MOST) -> int:
        """Make some of what is wished for, and have what wished for it rendered again; return how many things that
        were, 0 when nothing is left. Must not be called by two threads at once, nor in a transaction."""
        current = edition()
        number = current.number
        if current.held is not None or (number == self._done_at and not _is_due()):
            return 0
        made = list(_made(_waiting(), most))
        if made:
            with transaction.atomic():
                for _wish, enter in made:
                    enter()
                mark(*(wish for wish, _enter in made))
        elif not _waiting():
            _forget_what_nobody_wishes()
            self._done_at = number
        return len(made)


def behave() -> None:
    """Let everything else on the machine go before this thread."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def waiting() -> int:
    """How many things documents wish for that nobody has made yet."""
    return len(edition().keys_read(PREFIX))


def _is_due() -> bool:
    return Unmade.objects.filter(again_at__lte=clock.now()).exists()


def _waiting() -> list[str]:
    """What is wished for and may be tried now: the most urgent kind first, and of each kind the newest.

    What was made already and waits for the press is not.
    """
    known = list(makers())
    late = set(Unmade.objects.filter(again_at__gt=clock.now()).values_list("wish", flat=True))
    pressed_soon = Change.objects.filter(key__startswith=PREFIX).values_list("key", flat=True)
    found = edition().keys_read(PREFIX) - late - set(pressed_soon)
    return sorted(found, key=lambda wish: (known.index(_kind(wish)), -_number(wish), wish))


def _forget_what_nobody_wishes() -> None:
    wished = edition().keys_read(PREFIX)
    Unmade.objects.filter(
        pk__in=[row.pk for row in Unmade.objects.all() if row.wish not in wished]
    ).delete()


def _kind(wish: str) -> str:
    return wish.removeprefix(PREFIX).partition("/")[0]


def _number(wish: str) -> int:
    ident = wish.partition("/")[2]
    return int(ident) if ident.isdecimal() else 0


def _made(wishes: Iterable[str], most: int) -> Iterator[tuple[str, Entering]]:
    until = time.monotonic() + LONGEST
    for wish in itertools.islice(wishes, most):
        enter = _make(wish)
        if enter is not None:
            yield wish, enter
        if time.monotonic() > until:
            return


def _make(wish: str) -> Entering | None:
    """What came of one thing; None where it cannot be made, which is kept."""
    # Kept before it is begun, until nobody wishes any more: neither what ends the whole process nor what is
    # granted in vain is tried again at once.
    row = Unmade.objects.filter(wish=wish).first() or Unmade(wish=wish)
    row.attempts += 1
    row.again_at = clock.now() + min(FIRST * 2 ** min(row.attempts - 1, 20), LAST)
    row.save()
    try:
        enter = makers()[_kind(wish)](wish.partition("/")[2])
    except Unmakeable as error:
        row.error = str(error)
        row.save(update_fields=["error"])
        logger.warning("%s could not be made: %s", wish, error)
        return None
    return enter or _nothing


def _nothing() -> bool:
    """There is nothing to enter: what wished is rendered again and finds that out itself."""
    return False
