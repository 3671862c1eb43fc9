"""Making what documents wish for, behind the press: one thing at a time, entered together, tried again if it fails."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db import transaction

from broadsheet.kit import clock
from broadsheet.kit.changes import is_any_waiting, mark
from broadsheet.kit.wishes import PREFIX, Entering, Unmakeable, makers, wished_by
from broadsheet.press.models import Unmade
from broadsheet.press.queries import edition

logger = logging.getLogger(__name__)

MOST = 20
"""Things made before they are entered: each entering is a step of the edition, of which so many can be gone back to;
and who publishes meanwhile waits for that step."""

LONGEST = 10.0
"""Seconds after which what was made is entered."""

PAGE = 100
"""Wishes that are looked at together."""

FIRST, LAST = dt.timedelta(minutes=2), dt.timedelta(days=1)
"""How long after a failure something is tried again: at first, and at most. It doubles each time."""

CANNOT = 3
"""Attempts after which somebody should look at it."""


class Granter:
    """Makes what the documents of the edition wish for. What is left to do stands in the edition itself, so that
    nothing is lost whenever the process ends."""

    def __init__(self) -> None:
        self._done_at = -1

    def work(self, most: int = MOST, give_way: Callable[[], bool] = lambda: True) -> int:
        """Make some of what is wished for, and have what wished for it rendered again; return how many things that
        were, 0 when nothing is left, or something waits for the press.

        `give_way` is called between two things and before they are entered, and may take its time; where it says no
        nothing more is made. Must not be called by two threads at once, nor in a transaction.
        """
        current = edition()
        number = current.number
        if number == self._done_at and not _is_due():
            return 0
        # Of an edition that followed another machine's it is not known what its documents wish for.
        if current.held is not None or current.fingerprint is None or is_any_waiting():
            return 0
        _forget(Unmade.objects.order_by("-pk")[:PAGE])
        wishes = _next(most)
        made = list(_made(wishes, give_way))
        if made:
            with transaction.atomic():
                for _wish, enter in made:
                    enter()
                mark(*(wish for wish, _enter in made))
        elif not wishes:
            self._rest(number)
        return len(made)

    def _rest(self, number: int) -> None:
        """Nothing is left to do before the next step, or before something is tried again."""
        last = 0
        while rows := list(Unmade.objects.filter(pk__gt=last).order_by("pk")[:PAGE]):
            _forget(rows)
            last = rows[-1].pk
        self._done_at = number


def waiting() -> int:
    """How many things documents wish for that nobody has made yet."""
    return len(edition().keys_read(PREFIX))


def _is_due() -> bool:
    return Unmade.objects.filter(again_at__lte=clock.now()).exists()


def _next(count: int) -> list[str]:
    """What is wished for and may be tried now, so many at most: the most urgent kind first, of each kind the newest."""
    found: list[str] = []
    for kind in makers():
        before = None
        while len(found) < count:
            page = edition().last_keys_read(f"{PREFIX}{kind}/", PAGE, before)
            if not page:
                break
            late = Unmade.objects.filter(wish__in=page, again_at__gt=clock.now())
            late_ones = set(late.values_list("wish", flat=True))
            found += [wish for wish in page if wish not in late_ones]
            before = page[-1]
    return found[:count]


def _forget(rows: Iterable[Unmade]) -> None:
    """Let go of the rows of what nobody wishes for any more: it was granted, or is of no use."""
    kept = list(rows)
    wished = edition().which_are_read(row.wish for row in kept)
    if gone := [row.pk for row in kept if row.wish not in wished]:
        Unmade.objects.filter(pk__in=gone).delete()


def _made(wishes: Sequence[str], give_way: Callable[[], bool]) -> Iterator[tuple[str, Entering]]:
    """What came of wishes, one after the other, until there was time enough for it or it has to end."""
    until = time.monotonic() + LONGEST
    for wish in wishes:
        if not give_way() or time.monotonic() > until:
            break
        enter = _make(wish)
        if enter is not None:
            yield wish, enter
    give_way()


def _make(wish: str) -> Entering | None:
    """What came of one thing; None where it cannot be made, which is kept."""
    # Kept before it is begun, until it is seen that nobody wishes any more: neither what ends the whole process nor
    # what is granted in vain is tried again at once.
    row = Unmade.objects.filter(wish=wish).first() or Unmade(wish=wish)
    row.attempts += 1
    row.again_at = clock.now() + min(FIRST * 2 ** min(row.attempts - 1, 20), LAST)
    row.save()
    kind, ident = wished_by(wish)
    try:
        enter = makers()[kind](ident)
    except Unmakeable as error:
        row.error = str(error)
        row.save(update_fields=["error"])
        logger.warning("%s could not be made: %s", wish, error)
        return None
    return enter or _nothing


def _nothing() -> bool:
    """There is nothing to enter: what wished is rendered again and finds that out itself."""
    return False
