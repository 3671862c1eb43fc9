"""Pressing: one publication from the changes that wait to one step of the edition."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from broadsheet.kit.models import Change
from broadsheet.kit.public import key_of, kinds, watched
from broadsheet.kit.reads import asking_once, remembering
from broadsheet.press.actions.batch import Batch, Progress
from broadsheet.press.actions.office import take_office
from broadsheet.press.actions.registering import tell
from broadsheet.press.edition import Edition
from broadsheet.press.edition.history import SHOWER
from broadsheet.press.models import Failure
from broadsheet.press.queries import (
    edition,
    fingerprint,
    machine_lock,
    memory,
    pending_changes,
    standstill,
)

AT_ONCE = 500
"""Rows deleted by one statement: databases take only so many parameters, and an import leaves a million rows."""

BEARABLE = 8.0
"""Seconds that writers are kept waiting for a standstill; they give up after 20."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What pressing did: changes taken, documents rendered and failed, the step made or None where no byte differs."""

    changes: int
    renders: int
    failures: int
    step: int | None


@contextmanager
def press_lock() -> Iterator[None]:
    """Be the only one that presses (a backup takes it too), of several machines as well.

    Raises PressBusy after `PATIENCE` seconds, PressElsewhere where another machine's worker presses.
    """
    with machine_lock():
        if settings.BROADSHEET.node:
            take_office(edition())
            tell(edition())  # what was pressed here and not told before somebody pulled a plug
        yield


def press_pending() -> Outcome:
    """Bring the edition up to date with every committed change. Cheap when nothing waits.

    Everything is rendered instead when the software, the theme or a shown setting has changed.
    Nothing is pressed while readers are kept at a former edition. Killed at any point and run again it gives
    the same edition. Must not be called in a transaction.
    """
    with press_lock():
        current = edition()
        if current.held is not None:
            return Outcome(0, 0, 0, None)
        if current.fingerprint != fingerprint():
            return _press_everything(current)
        with current.proofs() as proofs, remembering(memory()):
            return _finish(Batch(current, proofs), {}, "changes")


def press_failed() -> Outcome:
    """Try again to render what could not be rendered."""
    with press_lock(), edition().proofs() as proofs:
        if edition().held is not None:
            return Outcome(0, 0, 0, None)
        batch = Batch(edition(), proofs)
        batch.take(batch.render(Failure.objects.values_list("resource", flat=True)))
        return _finish(batch, {}, "again")


def press_everything(progress: Progress | None = None, processes: int | None = None) -> Outcome:
    """Render every document anew and move the edition to the result in one step.

    `processes` says how many render at once; as a rule as many as are worth it.
    A run that was interrupted is taken up where it was, unless something was published meanwhile. An
    edition that was held at a former one is released.
    """
    with press_lock():
        if edition().held is not None:
            edition().release()
        return _press_everything(edition(), progress, processes)


def _press_everything(
    current: Edition, progress: Progress | None = None, processes: int | None = None
) -> Outcome:
    made_of = fingerprint()
    memory().empty()
    with current.proofs(run=made_of) as proofs:
        # What a run that was interrupted had seen is rendered again: its proofs may be older.
        seen = {} if proofs else pending_changes()
        batch = Batch(current, proofs, processes)
        proofs.leave_out(SHOWER)
        render_everything(batch, progress)
        outcome = _finish(batch, seen, "everything")
    current.abandon()
    current.fingerprint = made_of
    return outcome


def render_everything(batch: Batch, progress: Progress | None = None) -> None:
    """Render every document of every kind into the batch, and let go of what the edition has besides."""
    with asking_once():
        for model, registration in watched().items():
            every = registration.loaded(model._default_manager.order_by("pk"))
            for instance in every.iterator(chunk_size=AT_ONCE):
                batch.proofs.enrol({key_of(instance): frozenset(registration.lists(instance))})
    resources = {f"{name}:{ident}" for name, kind in kinds().items() for ident in kind.idents()}
    done = resources & (batch.proofs.resources() - batch.proofs.unfit())

    def tell(number: int, _of: int) -> None:
        if progress:
            progress(len(done) + number, len(resources))

    left = batch.render(resources - done, tell)
    left |= batch.drop(set(batch.edition.resources()) - resources)
    batch.take(left)


def is_bearable(seconds: float) -> bool:
    """Whether a standstill of about so many seconds keeps nobody from writing, or not for long."""
    return connection.vendor == "postgresql" or seconds <= BEARABLE


def _new(seen: dict[int, str]) -> dict[int, str]:
    """The rows of changes that wait and were not seen yet, each with its key."""
    return {pk: key for pk, key in pending_changes().items() if pk not in seen}


def _finish(batch: Batch, seen: dict[int, str], note: str) -> Outcome:
    """Take changes until none is new, then make the step: at that point all documents agree with one state
    of the database, since whoever saw another transaction's data can see its `Change` row as well.

    `seen` are rows whose changes were visible before anything in the batch was rendered. In a newsroom that
    changes as fast as it is rendered there would always be something new: what came while the first changes
    were taken is taken at a standstill, where that is bearable.
    """
    pace: float | None = None
    while new := _new(seen):
        if pace is not None and is_bearable(pace * len(new)):
            with standstill():
                while new := _new(seen):
                    seen |= new
                    batch.take(new.values())
            break
        began = time.monotonic()
        seen |= new
        batch.take(new.values())
        pace = (time.monotonic() - began) / len(new)
    batch.settle_claims()
    step = batch.edition.go_to(batch.proofs, note) if batch.proofs else None
    if settings.BROADSHEET.node:
        tell(batch.edition)
    batch.note_failures()
    if seen:
        # A run that was interrupted knows nothing of these changes, and soon nobody does.
        batch.edition.abandon()
    taken = list(seen)
    for first in range(0, len(taken), AT_ONCE):
        Change.objects.filter(pk__in=taken[first : first + AT_ONCE]).delete()
    return Outcome(len(seen), batch.renders, len(batch.failed), step)
