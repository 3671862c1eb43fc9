"""Which machine of several presses: one edition is in office, and what any other tells is not taken."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, IntegrityError, connection, transaction

from broadsheet.press.actions.following import purge_as_told, take_over
from broadsheet.press.actions.telling import tell_everything
from broadsheet.press.edition import Edition
from broadsheet.press.errors import OfficeLost, PressElsewhere
from broadsheet.press.models import Register
from broadsheet.press.queries import is_ours, memory

KEY = 7_301_126
"""The number of PostgreSQL's advisory lock that the worker in office holds for its life."""

HANDOVER = 20.0
"""Seconds for which a worker in office may be gone before another machine's takes its place, which has to render
everything."""

HOLDER = """SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND granted AND datname = current_database()"""


@dataclass(slots=True)
class Standing:
    """What this process knows of the office."""

    is_worker: bool = False
    """Whether this process holds the lock of the worker in office."""
    term: int | None = None
    """The term in which its edition was in office when it last looked."""
    compared: str = ""
    """Which edition it has compared with register and bucket as a whole."""


standing = Standing()

PATIENCE = (
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
)
"""How soon PostgreSQL lets go of a machine whose cable was cut: half a minute, where its usual patience is hours."""


class Lock:
    """What one worker among all machines holds, on a connection of its own; it is gone with that connection."""

    def __init__(self) -> None:
        self._connection = connection.copy()
        self._free_since: float | None = None

    def take(self) -> bool:
        """Whether this process holds it now. To be asked again and again: while the edition of another machine is the
        one that is pressed, the lock has to be free for a while, in which that machine's worker may begin anew."""
        try:
            if is_anybody_in_office():
                self._free_since = None
                return False
            self._free_since = self._free_since or time.monotonic()
            if time.monotonic() < self._free_since + HANDOVER and not _was_ours():
                return False
            with self._connection.cursor() as cursor:
                for setting in PATIENCE:
                    cursor.execute(setting)
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [KEY])
                standing.is_worker = bool(cursor.fetchone()[0])
        except Error:
            self._connection.close()
        return standing.is_worker

    def is_held(self) -> bool:
        """Whether the connection lives, and the lock with it."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Error:
            standing.is_worker = False
        return standing.is_worker

    def let_go(self) -> None:
        """Let another machine's worker have it."""
        standing.is_worker = False
        self._connection.close()


def _was_ours() -> bool:
    row = Register.objects.first()
    return row is None or is_ours(row)


def is_anybody_in_office() -> bool:
    """Whether some machine's worker holds the lock."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, [KEY])
        return bool(cursor.fetchone()[0])


def take_office(current: Edition) -> None:
    """Be the machine whose edition is pressed, having all that was told before.

    The caller holds the press's lock of this machine. An edition that comes into office knows no longer what its
    documents read: whoever presses renders everything. Raises PressElsewhere while another machine's worker is.
    """
    row = _claimed(current)
    if row.step is None:
        take_over(current)
        memory().empty()
        Register.objects.filter(pk=row.pk, term=row.term).update(step=current.number)
    purge_as_told(current)
    standing.term = row.term


def _claimed(current: Edition) -> Register:
    """The register, with this edition in office: readers of other machines see no difference yet."""
    ours = current.ident(settings.BROADSHEET.node)
    with transaction.atomic():
        row = Register.objects.select_for_update().first()
        if row is None:
            return _first(ours)
        if row.manifest == ours and (row.step or 0) > current.number:
            ours = current.rename(settings.BROADSHEET.node)  # an older copy of it was put back
        if row.manifest != ours:
            if not standing.is_worker and is_anybody_in_office():
                raise PressElsewhere(
                    f"The worker of the machine “{row.manifest.partition(':')[0]}” publishes. Run this there."
                )
            row.manifest, row.term, row.step = ours, row.term + 1, None
            row.save()
            tell_everything()  # of this edition's steps a network in front has heard nothing
        return row


def _first(ours: str) -> Register:
    try:
        with transaction.atomic():
            return Register.objects.create(pk=1, manifest=ours, step=0)
    except IntegrityError:
        raise OfficeLost("Another machine began at the same moment; please try again.") from None


def in_office(current: Edition, *, to_change: bool = False) -> Register:
    """The register, with `to_change` locked for the length of the caller's transaction. Raises OfficeLost where
    another edition is pressed now, or this one's term ended meanwhile."""
    rows = Register.objects.select_for_update() if to_change else Register.objects
    row, ours = rows.first(), current.ident(settings.BROADSHEET.node)
    if row is None or (row.manifest, row.term) != (ours, standing.term):
        raise OfficeLost(
            "Another machine publishes for this newsroom now; what was made here is not taken."
        )
    return row
