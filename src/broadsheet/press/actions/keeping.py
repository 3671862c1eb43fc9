"""Former editions: going back to one, purging what must never come back, clearing out what is old."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from broadsheet.newsroom.actions.share_cards import forget_share_cards
from broadsheet.press.actions.pressing import press_lock
from broadsheet.press.actions.registering import clear_bucket, tell, tell_purge
from broadsheet.press.actions.telling import tell_everything
from broadsheet.press.edition.clearing import Cleared
from broadsheet.press.errors import StillPublic
from broadsheet.press.queries import edition, machine_lock

KEPT = 200
"""Steps that one can go back to."""


def roll_back(number: int) -> int:
    """Show readers what they got after step `number`, and keep them there until everything is pressed anew.

    Returns the number of the step that did it. Changes wait meanwhile; none is lost. Raises NoSuchStep.
    """
    with press_lock():
        step = edition().go_back(number)
        if settings.BROADSHEET.node:
            tell(edition())
        return step


def purge(path: str) -> Cleared:
    """Make sure that what was once at `path` can never be had again: no former edition is kept.

    All former editions go, because lists and feeds in them have its words, too. Raises StillPublic
    where readers still get something there.
    """
    with press_lock():
        current = edition()
        entry = current.find(path)
        if entry is not None and entry.status == 200:
            raise StillPublic(
                f"{path} is public. Unpublish or delete it at the desk first; then purge it."
            )
        forget_share_cards()
        tell_everything()
        if settings.BROADSHEET.node:
            tell_purge(current)
        cleared = current.gc(keep=1, grace=-1)
        if settings.BROADSHEET.node:
            clear_bucket(current, grace=dt.timedelta())
        return cleared


def clear_out(keep: int = KEPT) -> Cleared:
    """Let go of versions older than the last `keep` steps and of files that nobody names."""
    with press_lock():
        cleared = edition().gc(keep=keep)
        if settings.BROADSHEET.node:
            clear_bucket(edition())
        return cleared


def clear_out_here(keep: int = KEPT) -> None:
    """The same on a machine that only follows: its own files."""
    with machine_lock():
        edition().gc(keep=keep)
