"""One item: what becomes of it, in a transaction of its own, so that none takes another with it."""

from __future__ import annotations

import logging

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, transaction

from broadsheet.imports.wordpress.actions import files, stories
from broadsheet.imports.wordpress.actions.pictures import fetch_shown
from broadsheet.imports.wordpress.actions.run import (
    Outcome,
    Run,
    identity,
    kind_of,
    second_identity,
)
from broadsheet.imports.wordpress.choices import Result
from broadsheet.imports.wordpress.journal import Entry
from broadsheet.imports.wordpress.mapping.dates import published_at
from broadsheet.imports.wordpress.mapping.fates import Fate, Kind, fate_of
from broadsheet.imports.wordpress.mapping.names import one_line, shortened
from broadsheet.imports.wordpress.queries import origin_of
from broadsheet.imports.wordpress.reading import Item

logger = logging.getLogger(__name__)


def fate_in(run: Run, item: Item) -> Fate:
    """What becomes of an item in this run."""
    return fate_of(item, published_at(item, run.zone), run.now)


def bring(run: Run, item: Item) -> tuple[Entry, bool]:
    """Bring one item over and say how it ended, and whether it has links that may be resolved later.

    All of it is written, or nothing. Raises only where the database itself fails.
    """
    notes: list[str] = list(item.mended)
    try:
        outcome = _bring(run, item, notes)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        run.forget()
        logger.debug("item %s failed", item.number, exc_info=True)
        outcome = Outcome(Result.FAILED, _sentence(error))
    loose = bool(outcome.origin and outcome.origin.lacks_links)
    return _entry(item, outcome, notes), loose


def _bring(run: Run, item: Item, notes: list[str]) -> Outcome:
    if item.fault:
        return Outcome(Result.FAILED, item.fault)
    fate = fate_in(run, item)
    if fate.kind is Kind.NOTHING:
        return _pass_by(run, item, fate)
    ident = identity(item)
    if (item.kind, ident) in run.seen:
        known = origin_of(run.source, kind_of(item), ident)
        if known is not None and known.digest == item.digest():
            return Outcome(Result.MERGED, "it stands twice in the file, word for word the same")
        ident = second_identity(item)
        notes.append(f"Another item of the file has the same id, both are kept: {item.ident}")
    run.seen.add((item.kind, ident))
    if fate.kind is Kind.FILE:
        with files.caught(run, item, ident) as catch, transaction.atomic():
            return files.bring_file(run, item, ident, catch)
    notes += fetch_shown(run, item)
    with transaction.atomic():
        return stories.bring_page(run, item, fate, ident)


def _pass_by(run: Run, item: Item, fate: Fate) -> Outcome:
    if item.status != "trash":
        return Outcome(Result.SKIPPED, fate.reason)
    with transaction.atomic():
        note = stories.withdraw(run, item, identity(item))
    return Outcome(Result.SKIPPED, fate.reason, notes=[note] if note else [])


def relink(run: Run, item: Item) -> None:
    """Put in the links of an item that were not resolved when it was brought. Changes nothing where it fails."""
    try:
        with transaction.atomic():
            stories.relink(run, item, fate_in(run, item))
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001 - one item must not take the others with it
        run.forget()
        logger.warning("The links of item %s could not be put in", item.number)


def _sentence(error: Exception) -> str:
    """What to say of an error that ended one item."""
    if isinstance(error, ValidationError):
        return "; ".join(error.messages)
    if isinstance(error, (DataError, IntegrityError)):
        return f"the database refused it: {str(error).splitlines()[0]}"
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename or 'a file'}"
    return f"Broadsheet did not foresee it ({type(error).__name__}: {str(error)[:200]}); please report it"


def _entry(item: Item, outcome: Outcome, notes: list[str]) -> Entry:
    if item.comments:
        outcome.notes.append(f"Comments are not brought over: {item.comments}")
    return Entry(
        number=item.number,
        line=item.line,
        id=item.ident,
        type=item.kind,
        title=shortened(one_line(item.title), 200),
        old_address=item.attachment or item.link,
        result=outcome.result,
        reason=outcome.reason,
        new_address=outcome.new_address,
        comments=item.comments,
        notes=[*notes, *outcome.notes],
    )
